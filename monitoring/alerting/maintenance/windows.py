"""Maintenance windows as people plan them: once or weekly, ended early, cancelled, looked back at."""

from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import fetch_value, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING
from core.query import Key, Order, Where, get_row, in_sight, list_page
from core.rows import insert_row
from monitoring.alerting.expected_hours.spans import ClockTime
from monitoring.alerting.maintenance.in_force import COLUMNS
from monitoring.alerting.maintenance.spans import Window, covers
from monitoring.tables import alerts as alert_tables

LONGEST = timedelta(days=366)

# Beyond these years there is no maintenance, and not every clock of the world can show the moment.
FIRST_YEAR, LAST_YEAR = 2000, 2199

Phase = Literal["now", "planned", "over"]
Moment = Annotated[datetime, Meta(tz=True)]


class MaintenanceWindow(msgspec.Struct, frozen=True, kw_only=True):
    """One window; with neither ``place`` nor ``device`` it is of the whole school."""

    id: int
    school_id: int
    place_id: int | None
    place: str
    device_id: int | None
    device: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    weekdays: list[int] | None
    from_time: time | None
    to_time: time | None
    cancelled_at: datetime | None
    created_by: str
    zone: str
    phase: Phase = "over"


class NewWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A window as people plan it; the times of a weekly one are by the school's clock.

    Once: ``starts_at`` and ``ends_at``. Weekly: ``weekdays`` (1 is Monday), ``from_time`` and
    ``to_time``, over midnight if that is earlier; ``starts_at`` and ``ends_at`` then bound it.
    """

    school_id: Annotated[Id, Meta(examples=[1])]
    reason: Annotated[str, Meta(max_length=200, examples=["New switch in the server room"])]
    place_id: Id | None = None
    device_id: Id | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    weekdays: Annotated[list[int], Meta(max_length=7)] | None = None
    from_time: ClockTime | None = None
    to_time: ClockTime | None = None


_ELSEWHERE: dict[str, Message | Problem] = {
    "maintenance_window_place_is_of_the_school": Invalid.of(
        "place_id", say("Choose a place of this school"), code="place"
    ),
    "maintenance_window_place_fkey": Invalid.of(
        "place_id", say("Choose a place of this school"), code="place"
    ),
    "maintenance_window_device_is_of_the_school": Invalid.of(
        "device_id", say("Choose a device of this school"), code="device"
    ),
    "maintenance_window_device_fkey": Invalid.of(
        "device_id", say("Choose a device of this school"), code="device"
    ),
}
MISSING = say("There is no such maintenance window, or it is not of your school")
SELECT = f"""
SELECT {COLUMNS}, coalesce(pp.path, '') AS place,
       coalesce(device_name_or_tag(a.name, d.identity, a.tag), '') AS device,
       maker.name AS created_by, s.zone
  FROM maintenance_window w JOIN school s ON s.id = w.school
  JOIN person maker ON maker.id = w.created_by
  LEFT JOIN place_path pp ON pp.place = w.place
  LEFT JOIN device d ON d.id = w.device LEFT JOIN asset a ON a.id = d.asset
"""
STILL_TO_COME = "w.cancelled_at IS NULL AND (w.ends_at IS NULL OR w.ends_at > :now)"
LATEST_FIRST = Order(
    Key("w.starts_at", datetime, "starts_at"), Key("w.id", int, "id"), descending=True
)


class WindowFilters(msgspec.Struct, frozen=True):
    """Which windows a list shows."""

    school_id: Id | None = None
    with_past: bool = False


NO_FILTERS = WindowFilters()


async def list_windows(
    actor: Actor,
    filters: WindowFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[MaintenanceWindow]:
    """The windows of the actor's schools, the latest beginning first; past ones only if asked."""
    schools = actor.schools_for(filters.school_id)
    where = Where("w.school = any(:schools::bigint[])", schools=schools)
    if not filters.with_past:
        where.add(STILL_TO_COME, now=clock.now())
    page = await list_page(
        MaintenanceWindow, SELECT, where, LATEST_FIRST, cursor=cursor, limit=limit
    )
    return Page([_phased(row) for row in page.items], page.next_cursor)


async def get_window(actor: Actor, window_id: int) -> MaintenanceWindow:
    """One window in the actor's sight, else NotFound."""
    found = await get_row(MaintenanceWindow, SELECT, in_sight(actor, "w", window_id), MISSING)
    return _phased(found)


async def create_window(actor: Actor, new: NewWindow) -> MaintenanceWindow:
    """Plan a window, or begin one now; Invalid names every field that is wrong."""
    actor.require(new.school_id, EDIT_MONITORING)
    _check(new)
    async with transaction(actor, _ELSEWHERE):
        window_id = await insert_row(
            alert_tables.MaintenanceWindow,
            new,
            reason=new.reason.strip(),
            starts_at=new.starts_at or clock.now(),
            weekdays=sorted(set(new.weekdays)) if new.weekdays else None,
            created_by=actor.person_id,
            created_at=clock.now(),
        )
    return await get_window(actor, window_id)


async def end_window(actor: Actor, window_id: int) -> MaintenanceWindow:
    """End a window now, or cancel one that is still to come; what persists is reported from now on."""
    window = await get_window(actor, window_id)
    actor.require(window.school_id, EDIT_MONITORING)
    async with transaction(actor):
        ended = await fetch_value(
            "UPDATE maintenance_window w SET cancelled_at = :now WHERE w.id = :window_id"
            f" AND {STILL_TO_COME} RETURNING w.id",
            window_id=window_id,
            now=clock.now(),
        )
    if ended is None:
        raise Conflict(say("This maintenance window is over already"), code="window_over")
    return await get_window(actor, window_id)


def _phased(row: MaintenanceWindow) -> MaintenanceWindow:
    now = clock.now()
    as_span = msgspec.convert(row, Window, from_attributes=True)
    is_over = row.cancelled_at is not None or (row.ends_at is not None and row.ends_at <= now)
    phase: Phase = "planned"
    if is_over:
        phase = "over"
    elif covers(as_span, now, ZoneInfo(row.zone)):
        phase = "now"
    return msgspec.structs.replace(row, phase=phase)


def _check(new: NewWindow) -> None:
    errors: list[FieldError] = []
    if not new.reason.strip():
        errors.append(FieldError("reason", say("Say what is being done"), "required"))
    if new.place_id is not None and new.device_id is not None:
        errors.append(FieldError("device_id", say("Choose a place or a device, not both"), "both"))
    begins = new.starts_at or clock.now()
    for name, at in (("starts_at", new.starts_at), ("ends_at", new.ends_at)):
        if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
            errors.append(FieldError(name, say("This is too far away"), "too_far"))
    if new.ends_at is not None and new.ends_at <= begins:
        errors.append(FieldError("ends_at", say("It must end after it begins"), "order"))
    errors += _weekly_errors(new) if new.weekdays else _once_errors(new, begins)
    if errors:
        raise Invalid(errors)


def _once_errors(new: NewWindow, begins: datetime) -> list[FieldError]:
    errors = []
    if new.ends_at is None:
        errors.append(FieldError("ends_at", say("Say when it ends"), "required"))
    elif new.ends_at - begins > LONGEST:
        errors.append(FieldError("ends_at", say("A year is the longest"), "too_long"))
    for name, value in (("from_time", new.from_time), ("to_time", new.to_time)):
        if value is not None:
            errors.append(
                FieldError(name, say("Only a weekly window has a time of day"), "not_weekly")
            )
    return errors


def _weekly_errors(new: NewWindow) -> list[FieldError]:
    errors = []
    if any(not 1 <= day <= 7 for day in new.weekdays or ()):
        errors.append(
            FieldError("weekdays", say("Weekdays are 1 (Monday) to 7 (Sunday)"), "weekday")
        )
    for name, value in (("from_time", new.from_time), ("to_time", new.to_time)):
        if value is None:
            errors.append(FieldError(name, say("Say from when to when"), "required"))
    if new.from_time is not None and new.from_time == new.to_time:
        errors.append(FieldError("to_time", say("It must end after it begins"), "order"))
    return errors
