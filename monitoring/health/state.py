"""What can be known of monitoring at one moment, in a handful of queries."""

from datetime import datetime, timedelta

import msgspec

from core import clock
from core.database import fetch, fetch_one, fetch_value
from monitoring.polling.clock_steps import FROM_THE_FUTURE
from monitoring.polling.figures import Figures, Report
from monitoring.traps import engine

# A worker tells every ten seconds; one that has been silent for this long is not there.
SILENT_AFTER = timedelta(seconds=60)
# A turn that began so much too late was missed by everybody.
OVERDUE_AFTER = timedelta(minutes=2)
MAIL_LATE_AFTER = timedelta(minutes=10)


class DeviceCounts(msgspec.Struct, frozen=True):
    """Devices that are to be visited, by their state; the last four counts are parts of the first.

    ``ahead``: their turn lies too far ahead, as after a clock was set back.
    """

    watched: int = 0
    up: int = 0
    down: int = 0
    unknown: int = 0
    overdue: int = 0
    suspect: int = 0
    refusing: int = 0
    ahead: int = 0
    visited_at: datetime | None = None


class AlertCounts(msgspec.Struct, frozen=True):
    """Alerts that are open, and mails that wait or were refused."""

    open: int = 0
    flapping: int = 0
    unacknowledged: int = 0
    mails_waiting: int = 0
    mails_late: int = 0
    mails_refused: int = 0


class TrapFigures(msgspec.Struct, frozen=True):
    """What the process that hears messages of devices has counted; None where none ever did."""

    seen_at: datetime
    figures: dict[str, int]


class MonitoringState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the verdict rests on."""

    at: datetime
    workers: list[Report]
    devices: DeviceCounts
    alerts: AlertCounts
    traps: TrapFigures | None
    rolled_until: datetime | None
    days_prepared: int

    @property
    def present(self) -> list[Figures]:
        """The figures of the workers that are there."""
        return [w.figures for w in self.reports]

    @property
    def reports(self) -> list[Report]:
        """The reports of the workers that are there; one of the future is of another clock."""
        return [w for w in self.workers if abs(self.at - w.seen_at) < SILENT_AFTER]


DEVICES = f"""
SELECT count(*) AS watched, count(*) FILTER (WHERE d.state = 'up') AS up,
       count(*) FILTER (WHERE d.state = 'down') AS down,
       count(*) FILTER (WHERE d.state = 'unknown') AS unknown,
       count(*) FILTER (WHERE d.next_poll_at < $2) AS overdue,
       count(*) FILTER (WHERE {FROM_THE_FUTURE}) AS ahead,
       max(d.last_polled_at) FILTER (WHERE d.last_polled_at <= $1) AS visited_at,
       count(*) FILTER (WHERE d.failures >= 3) AS suspect,
       (SELECT count(*) FROM alert WHERE rule = 'refused' AND cleared_at IS NULL) AS refusing
  FROM device d JOIN asset a ON a.id = d.asset
 WHERE d.removed_at IS NULL AND d.paused_at IS NULL
   AND a.lifecycle NOT IN ('retired','disposed','written_off','returned_to_donor','sold','dismantled','lost')
"""
ALERTS = """
SELECT open, flapping, unacknowledged, mails_waiting, mails_late, mails_refused
  FROM (SELECT count(*) AS open, count(*) FILTER (WHERE flapping_at IS NOT NULL) AS flapping,
               count(*) FILTER (WHERE acknowledged_at IS NULL) AS unacknowledged
          FROM alert WHERE cleared_at IS NULL) a,
       (SELECT count(*) FILTER (WHERE trouble IS NULL) AS mails_waiting,
               count(*) FILTER (WHERE trouble IS NULL AND created_at < $1) AS mails_late,
               count(*) FILTER (WHERE trouble IS NOT NULL) AS mails_refused
          FROM alert_notice WHERE sent_at IS NULL) n
"""
PARTITIONS = """
SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'sample'::regclass AND c.relname >= 'sample_' || to_char($1::date, 'YYYY_MM_DD')
"""


# Schools in several zones have a mark each; the one that is furthest behind counts.
ROLLED = "SELECT min(until) FROM rolled WHERE name LIKE 'hours %'"


async def look() -> MonitoringState:
    """The state of monitoring over all schools: for those who keep the machine running."""
    now = clock.now()
    prepared = await fetch_value(PARTITIONS, now.date())
    return MonitoringState(
        at=now,
        workers=await fetch(
            Report,
            "SELECT worker, started_at, seen_at, figures FROM poller_report ORDER BY started_at",
        ),
        devices=await _devices(now),
        alerts=await fetch_one(AlertCounts, ALERTS, now - MAIL_LATE_AFTER) or AlertCounts(),
        traps=await _traps(),
        rolled_until=await fetch_value(ROLLED),
        days_prepared=prepared,
    )


async def _devices(now: datetime) -> DeviceCounts:
    found = await fetch_one(DeviceCounts, DEVICES, now, now - OVERDUE_AFTER)
    return found or DeviceCounts()


async def _traps() -> TrapFigures | None:
    found = await engine.latest_figures()
    return TrapFigures(found.seen_at, found.figures) if found else None
