"""Hours of use: when devices were on, by their own uptimes, one session a boot.

Reports read ``power_session(school, device, asset, started_at, ended_at)`` themselves: the sessions
of one device never overlap, so the seconds of an asset inside [$1, $2) are
``sum(extract(epoch FROM least(ended_at, $2) - greatest(started_at, $1)))`` over the rows with
``ended_at > $1 AND started_at < $2``.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from core.access import Actor
from core.database import execute, fetch
from monitoring.polling.uptimes import TOLERANCE_SECONDS, Followed

# Pings that are lost between two answers, before the time in between is given up.
MOST_MISSED_PINGS = 3

# Days are those of the school's calendar; a session that ends at midnight has no hours after it.
HOURS_PER_DAY = """
SELECT p.asset AS asset_id, d.day::date AS day,
       sum(extract(epoch FROM least(p.ended_at, (d.day + interval '1 day') AT TIME ZONE s.zone)
               - greatest(p.started_at, d.day AT TIME ZONE s.zone))) / 3600.0 AS hours
  FROM power_session p
  JOIN school s ON s.id = p.school
  JOIN LATERAL generate_series(
         greatest(date_trunc('day', p.started_at AT TIME ZONE s.zone), $2::timestamp),
         least(p.ended_at AT TIME ZONE s.zone, $3::timestamp - interval '1 second'),
         interval '1 day') AS d(day) ON true
 WHERE p.school = any($1::bigint[]) AND ($4::bigint IS NULL OR p.asset = $4)
   AND p.ended_at > $2::timestamp AT TIME ZONE s.zone
   AND p.started_at < $3::timestamp AT TIME ZONE s.zone
 GROUP BY 1, 2
 HAVING sum(extract(epoch FROM least(p.ended_at, (d.day + interval '1 day')
               AT TIME ZONE s.zone) - greatest(p.started_at, d.day AT TIME ZONE s.zone))) > 0
 ORDER BY 1, 2
"""


class HoursOn(msgspec.Struct, frozen=True):
    """For how many hours an asset was on during one day of its school's calendar."""

    asset_id: int
    day: date
    hours: float


class WasOn(msgspec.Struct, frozen=True):
    """One sight of a device: it was on from ``booted_at`` to ``at``, by its own uptime."""

    device_id: int
    booted_at: datetime
    at: datetime
    rebooted: bool


def was_on(device_id: int, followed: Followed, at: datetime) -> WasOn:
    """What an uptime that was seen at ``at`` tells."""
    booted_at = at - timedelta(seconds=followed.known.seconds)
    return WasOn(device_id, booted_at, at, followed.rebooted)


def seen_by_ping(
    device_id: int, last_seen_at: datetime | None, at: datetime, *, interval_seconds: float
) -> WasOn | None:
    """What two pings that were answered tell: that the device was on in between.

    It may have been off for moments between them, and was not if too long a time has passed: what
    nobody has seen is no hour of use. None at the first answer of a row.
    """
    if last_seen_at is None:
        return None
    if (at - last_seen_at).total_seconds() > MOST_MISSED_PINGS * interval_seconds:
        return None
    return WasOn(device_id, last_seen_at, at, rebooted=False)


async def record(device_id: int, followed: Followed, at: datetime) -> None:
    """Record one sight of one device."""
    await record_all([was_on(device_id, followed, at)])


async def record_all(seen: Sequence[WasOn]) -> None:
    """Carry the last session of each device on, or begin one at its boot.

    Joins the caller's transaction. A session is carried on unless the device was started again, or
    booted after that session's end. The boot of a new session is cut off where the last one ended:
    clocks of agents drift, and a device cannot be on twice.
    """
    if not seen:
        return
    await execute(
        """
        WITH seen AS (
            SELECT * FROM unnest(:devices::bigint[], :booted_at::timestamptz[],
                                 :seen_at::timestamptz[], :rebooted::bool[])
                AS s(device, booted_at, at, rebooted)),
        last AS (
            SELECT s.*, p.id, p.ended_at FROM seen s LEFT JOIN LATERAL (
                SELECT id, ended_at FROM power_session WHERE device = s.device
                 ORDER BY ended_at DESC LIMIT 1) p ON true),
        carried AS (
            UPDATE power_session p SET ended_at = greatest(p.ended_at, l.at) FROM last l
             WHERE p.id = l.id AND NOT l.rebooted
               AND p.ended_at >= l.booted_at - :tolerance * interval '1 second'
            RETURNING p.device)
        INSERT INTO power_session (school, device, asset, started_at, ended_at)
        SELECT d.school, d.id, d.asset, greatest(l.booted_at, l.ended_at), l.at
          FROM last l JOIN device d ON d.id = l.device
         WHERE NOT EXISTS (SELECT FROM carried c WHERE c.device = l.device)
           AND greatest(l.booted_at, l.ended_at) < l.at
        """,
        devices=[one.device_id for one in seen],
        booted_at=[one.booted_at for one in seen],
        seen_at=[one.at for one in seen],
        rebooted=[one.rebooted for one in seen],
        tolerance=TOLERANCE_SECONDS,
    )


async def hours_per_day(
    actor: Actor,
    *,
    since: date,
    until: date,
    school_id: int | None = None,
    asset_id: int | None = None,
) -> list[HoursOn]:
    """Hours on, for each asset (or the one) and each day in [since, until) on which it was on at all."""
    if school_id is not None:
        actor.require(school_id)
    return await fetch(
        HoursOn,
        HOURS_PER_DAY,
        actor.school_ids if school_id is None else [school_id],
        datetime.combine(since, datetime.min.time()),
        datetime.combine(until, datetime.min.time()),
        asset_id,
    )
