"""Which devices are in maintenance, one query for many of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.database import fetch
from core.weekly_times import Span
from monitoring.alerting.maintenance.spans import Window, covers, spans

COLUMNS = (
    "w.id, w.school AS school_id, w.place AS place_id, w.device AS device_id, w.reason,"
    " w.starts_at, w.ends_at, w.weekdays, w.from_time, w.to_time, w.cancelled_at"
)
# A window of a room is one of its cabinets too.
_OVER_DEVICES = f"""
WITH RECURSIVE d AS (
    SELECT d.id AS device, d.school, a.place FROM device d JOIN asset a ON a.id = d.asset
     WHERE d.id = any($1::bigint[])),
above AS (
    SELECT device, place FROM d WHERE place IS NOT NULL
     UNION SELECT above.device, p.parent FROM above JOIN place p ON p.id = above.place
     WHERE p.parent IS NOT NULL)
SELECT {COLUMNS}, d.device AS over_id, s.zone
  FROM maintenance_window w JOIN d ON d.school = w.school JOIN school s ON s.id = w.school
 WHERE coalesce(w.cancelled_at > $2, true) AND coalesce(w.ends_at > $2, true) AND w.starts_at < $3
   AND (w.device = d.device OR w.device IS NULL AND (w.place IS NULL
        OR w.place IN (SELECT above.place FROM above WHERE above.device = d.device)))
 ORDER BY w.starts_at, w.id
"""
_OVER_PLACE = f"""
WITH RECURSIVE above AS (
    SELECT id, parent, school FROM place WHERE id = $1
     UNION SELECT p.id, p.parent, p.school FROM above JOIN place p ON p.id = above.parent)
SELECT {COLUMNS}, s.zone
  FROM maintenance_window w JOIN school s ON s.id = w.school
 WHERE coalesce(w.cancelled_at > $2, true) AND coalesce(w.ends_at > $2, true)
   AND w.starts_at <= $2 AND w.device IS NULL AND w.school IN (SELECT school FROM above)
   AND (w.place IS NULL OR w.place IN (SELECT id FROM above))
 ORDER BY w.starts_at, w.id
"""


class ZonedWindow(Window, frozen=True, kw_only=True):
    """A window with the name of its school's zone."""

    zone: str

    def is_in_force(self, at: datetime) -> bool:
        return covers(self, at, ZoneInfo(self.zone))

    def spans_between(self, since: datetime, until: datetime) -> list[Span]:
        return spans(self, since, until, ZoneInfo(self.zone))


class _Over(ZonedWindow, frozen=True, kw_only=True):
    over_id: int


async def devices_in_maintenance(device_ids: Iterable[int], at: datetime) -> set[int]:
    """Those of the devices of which nobody is to be notified at that moment."""
    soon = at + timedelta(microseconds=1)
    rows = await fetch(_Over, _OVER_DEVICES, list(set(device_ids)), at, soon)
    return {row.over_id for row in rows if row.is_in_force(at)}


async def windows_over(
    device_ids: Iterable[int], since: datetime, until: datetime
) -> dict[int, list[ZonedWindow]]:
    """The windows that touch [since, until) by device, those that were cancelled later as well.

    :func:`monitoring.alerting.maintenance.spans.spans` says when each was in force.
    """
    found: dict[int, list[ZonedWindow]] = {}
    for row in await fetch(_Over, _OVER_DEVICES, list(set(device_ids)), since, until):
        found.setdefault(row.over_id, []).append(row)
    return found


async def over_device(device_id: int, at: datetime) -> list[ZonedWindow]:
    """The windows in force over one device now: for the banner of its page."""
    windows = await windows_over([device_id], at, at + timedelta(microseconds=1))
    return [window for window in windows.get(device_id, []) if window.is_in_force(at)]


async def over_place(place_id: int, at: datetime) -> list[ZonedWindow]:
    """The windows in force over one place and what it lies in."""
    rows = await fetch(ZonedWindow, _OVER_PLACE, place_id, at)
    return [row for row in rows if row.is_in_force(at)]
