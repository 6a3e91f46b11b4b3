"""How long devices were up, down, unknown, or not to be counted; set arithmetic of the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from core import weekly_times
from core.database import fetch
from core.weekly_times import Hours
from monitoring.alerting.expected_hours import Span
from monitoring.alerting.maintenance.in_force import windows_over
from monitoring.alerting.maintenance.spans import spans


class Watched(msgspec.Struct, frozen=True):
    """A device, whether it may be switched off, and the expected hours that it has."""

    id: int
    school_id: int
    may_sleep: bool
    hours: int | None


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of one device; the five are the time for which it was watched."""

    device: int
    up: float = 0
    down: float = 0
    unknown: float = 0
    maintenance: float = 0
    uncounted: float = 0
    outages: int = 0


class _Hours(msgspec.Struct, frozen=True):
    id: int
    spans: list[Span]
    zone: str


class _Pieces(msgspec.Struct, frozen=True):
    """Spans of several owners as three columns."""

    owners: list[int]
    starts: list[datetime]
    ends: list[datetime]

    def add(self, owner: int, found: Iterable[tuple[datetime, datetime]]) -> None:
        for starts, ends in found:
            self.owners.append(owner)
            self.starts.append(starts)
            self.ends.append(ends)


def _seconds(multirange: str) -> str:
    return (
        "coalesce((SELECT sum(extract(epoch FROM upper(one) - lower(one)))"
        f" FROM unnest({multirange}) one), 0)::float8"
    )


# Multiranges: * is what both have, + either, - the first alone.
_TIMES = f"""
WITH asked AS (
    SELECT * FROM unnest(:devices::bigint[], :hours::bigint[], :may_sleep::boolean[]) a(device, hours, may_sleep)
), maintained AS (
    SELECT device, range_agg(tstzrange(starts, ends)) AS spans
      FROM unnest(:maintained::bigint[], :maintained_from::timestamptz[],
                  :maintained_until::timestamptz[]) m(device, starts, ends)
     GROUP BY device
), expected AS (
    SELECT hours, range_agg(tstzrange(starts, ends)) AS spans
      FROM unnest(:expected::bigint[], :expected_from::timestamptz[],
                  :expected_until::timestamptz[]) e(hours, starts, ends)
     GROUP BY hours
), lived AS (
    SELECT s.device, s.state, s.started_at, s.ended_at
      FROM asked JOIN state_span s ON s.device = asked.device
     WHERE s.ended_at > :since AND s.started_at < :until
     UNION ALL
    SELECT s.device, s.state, s.started_at, :until
      FROM asked JOIN state_span s ON s.device = asked.device
     WHERE s.ended_at IS NULL AND s.started_at < :until
), cut AS (
    SELECT device, state,
           tstzrange(greatest(started_at, :since), least(ended_at, :until)) AS span FROM lived
), states AS (
    SELECT device, range_agg(span) AS known,
           coalesce(range_agg(span) FILTER (WHERE state = 'up'), '{{}}') AS up,
           coalesce(range_agg(span) FILTER (WHERE state = 'down'), '{{}}') AS down,
           coalesce(range_agg(span) FILTER (WHERE state = 'unknown'), '{{}}') AS unknown
      FROM cut WHERE NOT isempty(span) GROUP BY device
), judged AS (
    SELECT states.*, coalesce(maintained.spans, '{{}}') AS maintained,
           CASE WHEN asked.hours IS NOT NULL THEN coalesce(expected.spans, '{{}}')
                ELSE '{{(,)}}' END - coalesce(maintained.spans, '{{}}') AS counted,
           asked.hours IS NULL AND asked.may_sleep AS is_free
      FROM states JOIN asked USING (device) LEFT JOIN maintained USING (device)
      LEFT JOIN expected USING (hours)
)
SELECT device,
       CASE WHEN is_free THEN 0 ELSE {_seconds("up * counted")} END AS up,
       CASE WHEN is_free THEN 0 ELSE {_seconds("down * counted")} END AS down,
       {_seconds("unknown * counted")} AS unknown,
       {_seconds("known * maintained")} AS maintenance,
       {_seconds("known - maintained - counted")}
           + CASE WHEN is_free THEN {_seconds("(up + down) * counted")} ELSE 0 END AS uncounted,
       CASE WHEN is_free THEN 0
            ELSE (SELECT count(*) FROM unnest(down) one WHERE one && counted) END AS outages
  FROM judged
"""


async def times_of(
    devices: Sequence[Watched], since: datetime, until: datetime
) -> dict[int, Times]:
    """The times of each device that was watched at all between the two moments."""
    maintenance = await _maintenance(devices, since, until)
    hours = await _expected_hours(devices, since, until)
    rows = await fetch(
        Times,
        _TIMES,
        devices=[device.id for device in devices],
        hours=[device.hours for device in devices],
        may_sleep=[device.may_sleep for device in devices],
        since=since,
        until=until,
        maintained=maintenance.owners,
        maintained_from=maintenance.starts,
        maintained_until=maintenance.ends,
        expected=hours.owners,
        expected_from=hours.starts,
        expected_until=hours.ends,
    )
    return {times.device: times for times in rows}


async def _maintenance(devices: Sequence[Watched], since: datetime, until: datetime) -> _Pieces:
    pieces = _Pieces([], [], [])
    known: dict[int, list[tuple[datetime, datetime]]] = {}
    over = await windows_over([device.id for device in devices], since, until)
    for device_id, windows in over.items():
        for window in windows:
            if window.id not in known:
                known[window.id] = spans(window, since, until, ZoneInfo(window.zone))
            pieces.add(device_id, known[window.id])
    return pieces


async def _expected_hours(devices: Sequence[Watched], since: datetime, until: datetime) -> _Pieces:
    rows = await fetch(
        _Hours,
        "SELECT h.id, h.spans, s.zone FROM expected_hours h JOIN school s ON s.id = h.school"
        " WHERE h.id = any($1::bigint[])",
        sorted({device.hours for device in devices if device.hours is not None}),
    )
    pieces = _Pieces([], [], [])
    for row in rows:
        for span in row.spans:
            hours = Hours([span.weekday], span.starts, span.ends)
            pieces.add(row.id, weekly_times.spans(hours, since, until, ZoneInfo(row.zone)))
    return pieces
