"""How much of a month devices were up: by device, by room, with maintenance taken out.

A moment counts as up or down by the device's spans of state, unless it lies in maintenance, or
outside the hours in which the device is expected to be on, or nobody knew. A device that may be
switched off and has no expected hours has no downtime: being off is no fault of it, so it has no
percentage either. Each number is defined in docs/history.md.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from core import clock, places
from core.access import Actor
from core.database import fetch
from core.errors import Forbidden, say
from core.permissions import READ_AVAILABILITY
from monitoring.history.months import Month
from monitoring.history.watched_time import Times, Watched, times_of
from monitoring.profiles import profile_named
from monitoring.profiles.loader import FALLBACK

By = Literal["room", "device"]


class AvailabilityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a device, or of all devices of a room together; the shares of one whole.

    ``percent`` is up against up and down; None where neither was counted.
    """

    devices: int
    percent: float | None
    up_hours: float
    down_hours: float
    unknown_hours: float
    maintenance_hours: float
    # Outside the expected hours, or switched off as it may be: neither up nor down.
    uncounted_hours: float
    outages: int


class AvailabilityRow(msgspec.Struct, frozen=True, kw_only=True):
    """A room or a device; the null key gathers devices without a place, of all schools."""

    key: int | None
    label: str
    school_id: int | None
    figures: AvailabilityFigures


class AvailabilityReport(msgspec.Struct, frozen=True, kw_only=True):
    """A month in numbers; a running month is counted up to ``counted_until``."""

    by: By
    month: str
    counted_until: datetime
    rows: list[AvailabilityRow]
    totals: AvailabilityFigures


class _Device(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    school_id: int
    name: str
    room: int | None
    room_name: str
    may_sleep: bool | None
    profile: str | None
    hours: int | None


_DEVICES = """
SELECT d.id, d.school AS school_id, d.may_sleep, coalesce(d.profile, d.recognised) AS profile,
       d.hours, CASE p.kind WHEN 'cabinet' THEN p.parent ELSE p.id END AS room,
       concat_ws(' ', a.tag, coalesce(nullif(a.name, ''), d.identity ->> 'name')) AS name,
       coalesce(pp.path, '') AS room_name
  FROM device d JOIN asset a ON a.id = d.asset
  LEFT JOIN place p ON p.id = a.place
  LEFT JOIN place_path pp ON pp.place = CASE p.kind WHEN 'cabinet' THEN p.parent ELSE p.id END
 WHERE d.school = any($1::bigint[]) AND d.created_at < $3
   AND (d.removed_at IS NULL OR d.removed_at > $2)
   AND ($4::bigint IS NULL
        OR coalesce(CASE p.kind WHEN 'cabinet' THEN p.parent ELSE p.id END, 0) = $4)
 ORDER BY a.tag, d.id
"""


async def availability(
    actor: Actor, by: By, month: Month, *, school_id: int | None = None, room_id: int | None = None
) -> AvailabilityReport:
    """The month at the schools that the actor watches over, the worst first; ``room_id`` 0 is what
    stands nowhere. Devices of which nothing was written down are left out.

    Forbidden for who is neither admin, auditor nor technician anywhere; NotFound for a room of a
    school that the actor does not see.
    """
    schools = actor.schools_for(school_id, READ_AVAILABILITY)
    if room_id:
        await places.get_place(actor, room_id)
    if not schools:
        raise Forbidden(say("Availability is for admins, technicians and auditors"))
    until = min(month.ends_at, clock.now())
    devices = await fetch(_Device, _DEVICES, schools, month.starts_at, until, room_id)
    watched = [Watched(d.id, d.school_id, _may_sleep(d), d.hours) for d in devices]
    times = await times_of(watched, month.starts_at, until)
    devices = [device for device in devices if device.id in times]
    rows = _by_device(devices, times) if by == "device" else _by_room(devices, times)
    return AvailabilityReport(
        by=by,
        month=month.name,
        counted_until=until,
        rows=sorted(rows, key=_worst_first),
        totals=figures(list(times.values())),
    )


def figures(times: Sequence[Times]) -> AvailabilityFigures:
    """The times of devices added up, in hours; rounded last."""
    up, down = sum(t.up for t in times), sum(t.down for t in times)
    return AvailabilityFigures(
        devices=len(times),
        percent=round(100 * up / (up + down), 2) if up + down else None,
        up_hours=_hours(up),
        down_hours=_hours(down),
        unknown_hours=_hours(sum(t.unknown for t in times)),
        maintenance_hours=_hours(sum(t.maintenance for t in times)),
        uncounted_hours=_hours(sum(t.uncounted for t in times)),
        outages=sum(t.outages for t in times),
    )


def _may_sleep(device: _Device) -> bool:
    if device.may_sleep is not None:
        return device.may_sleep
    profile = profile_named(device.profile or FALLBACK)
    return profile is not None and profile.may_sleep


def _by_device(devices: list[_Device], times: dict[int, Times]) -> Iterator[AvailabilityRow]:
    for device in devices:
        yield AvailabilityRow(
            key=device.id,
            label=device.name,
            school_id=device.school_id,
            figures=figures([times[device.id]]),
        )


def _by_room(devices: list[_Device], times: dict[int, Times]) -> Iterator[AvailabilityRow]:
    rooms: dict[tuple[int | None, str, int], list[Times]] = {}
    for device in devices:
        room = (device.room, device.room_name, device.school_id if device.room else 0)
        rooms.setdefault(room, []).append(times[device.id])
    for (room_id, name, school_id), of_room in rooms.items():
        yield AvailabilityRow(
            key=room_id, label=name, school_id=school_id or None, figures=figures(of_room)
        )


def _worst_first(row: AvailabilityRow) -> tuple[float, float, str]:
    percent = row.figures.percent
    return (101.0 if percent is None else percent, -row.figures.down_hours, row.label)


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 2)
