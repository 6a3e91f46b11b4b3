"""Expected hours under a name, made once a school and given to devices and rooms."""

from datetime import time
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_one, fetch_value, transaction
from core.errors import Conflict, FieldError, Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_MONITORING
from core.query import get_row, in_sight
from core.rows import delete_row, insert_row, update_row
from monitoring.alerting.expected_hours.spans import Span
from monitoring.devices.views import get_device
from monitoring.tables import devices as device_tables

MOST_SPANS = 50


class ExpectedHours(msgspec.Struct, frozen=True, kw_only=True):
    """A set of hours; ``devices`` is how many have it."""

    id: int
    school_id: int
    name: str
    spans: list[Span]
    devices: int


class NewHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours as people write them: one span a weekday, more, or none on some days."""

    name: Annotated[str, Meta(min_length=1, max_length=80, examples=["Lessons"])]
    spans: Annotated[
        list[Span],
        Meta(examples=[[{"weekday": 1, "starts": "08:00:00", "ends": "17:30:00"}]]),
    ]


_NAME_TAKEN = Invalid.of(
    "name", say("The school has expected hours of this name already"), code="taken"
)
REFUSALS: dict[str, Message | Problem] = {
    "expected_hours_name_once_a_school": _NAME_TAKEN,
    "expected_hours_name_is_given": Invalid.of("name", say("Give it a name"), code="required"),
    "device_hours_fkey": Conflict(
        say("Devices have these hours; give them others first"), code="hours_in_use"
    ),
    "device_hours_is_of_the_school": Conflict(
        say("Devices have these hours; give them others first"), code="hours_in_use"
    ),
}
MISSING = say("There are no such expected hours, or they are not of your school")
SELECT = """
SELECT h.id, h.school AS school_id, h.name, h.spans,
       (SELECT count(*) FROM device d WHERE d.hours = h.id AND d.removed_at IS NULL) AS devices
  FROM expected_hours h
"""


async def list_hours(actor: Actor, *, school_id: int | None = None) -> list[ExpectedHours]:
    """All sets of the actor's schools, by name."""
    schools = actor.schools_for(school_id)
    return await fetch(
        ExpectedHours, f"{SELECT} WHERE h.school = any($1::bigint[]) ORDER BY h.name, h.id", schools
    )


async def get_hours(actor: Actor, hours_id: int) -> ExpectedHours:
    """One set in the actor's sight, else NotFound."""
    return await get_row(ExpectedHours, SELECT, in_sight(actor, "h", hours_id), MISSING)


async def create_hours(actor: Actor, school_id: int, new: NewHours) -> ExpectedHours:
    """Make a set of hours that devices may be given."""
    actor.require(school_id, EDIT_MONITORING)
    spans = _checked(new)
    async with transaction(actor, REFUSALS):
        hours_id = await insert_row(
            device_tables.ExpectedHours,
            school_id=school_id,
            name=new.name.strip(),
            spans=spans,
            created_at=clock.now(),
        )
    return await get_hours(actor, hours_id)


async def update_hours(actor: Actor, hours_id: int, new: NewHours) -> ExpectedHours:
    """Change a set; it holds for all its devices from their next visit on."""
    await _editable(actor, hours_id)
    spans = _checked(new)
    async with transaction(actor, REFUSALS):
        await update_row(device_tables.ExpectedHours, hours_id, name=new.name.strip(), spans=spans)
    return await get_hours(actor, hours_id)


async def delete_hours(actor: Actor, hours_id: int) -> None:
    """Delete a set that no device has; else a Conflict."""
    await _editable(actor, hours_id)
    async with transaction(actor, REFUSALS):
        # Devices that are monitored no longer do not hold it.
        await execute(
            "UPDATE device SET hours = NULL WHERE hours = $1 AND removed_at IS NOT NULL",
            hours_id,
        )
        await delete_row(device_tables.ExpectedHours, hours_id)


async def hours_of(actor: Actor, device_id: int) -> ExpectedHours | None:
    """The hours that a device was given; None: its kind decides."""
    device = await get_device(actor, device_id)
    return await fetch_one(
        ExpectedHours,
        f"{SELECT} WHERE h.id = (SELECT hours FROM device WHERE id = $1)",
        device.id,
    )


async def give_to_device(actor: Actor, device_id: int, hours_id: int | None) -> None:
    """Let a device have these hours; None takes them away."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    await _check_school(actor, hours_id, device.school_id)
    async with transaction(actor):
        await execute(
            "UPDATE device SET hours = $2, version = version + 1"
            " WHERE id = $1 AND hours IS DISTINCT FROM $2",
            device_id,
            hours_id,
        )


async def give_to_place(actor: Actor, place_id: int, hours_id: int | None) -> int:
    """Let all devices of a room, and of what lies in it, have these hours; how many there are."""
    school_id: int | None = await fetch_value(
        "SELECT school FROM place WHERE id = $1 AND school = any($2::bigint[])",
        place_id,
        actor.school_ids,
    )
    if school_id is None:
        raise NotFound(say("There is no such place, or it is not of your school"))
    actor.require(school_id, EDIT_MONITORING)
    await _check_school(actor, hours_id, school_id)
    async with transaction(actor):
        return await execute(
            "UPDATE device SET hours = $2, version = version + 1 WHERE id IN ("
            " WITH RECURSIVE inside AS (SELECT $1::bigint AS id"
            "  UNION SELECT p.id FROM place p JOIN inside ON p.parent = inside.id)"
            " SELECT d.id FROM device d JOIN asset a ON a.id = d.asset"
            "  WHERE a.place IN (SELECT id FROM inside) AND d.removed_at IS NULL"
            "  ORDER BY d.id FOR NO KEY UPDATE OF d)",
            place_id,
            hours_id,
        )


async def _editable(actor: Actor, hours_id: int) -> ExpectedHours:
    hours = await get_hours(actor, hours_id)
    actor.require(hours.school_id, EDIT_MONITORING)
    return hours


async def _check_school(actor: Actor, hours_id: int | None, school_id: int) -> None:
    if hours_id is None:
        return
    own = await list_hours(actor, school_id=school_id)
    if hours_id not in {hours.id for hours in own}:
        raise Invalid.of("hours_id", say("Choose expected hours of the same school"), code="hours")


def _checked(new: NewHours) -> str:
    """The spans as JSON, in the order of the week, or what is wrong with them."""
    errors: list[FieldError] = []
    if not new.name.strip():
        errors.append(FieldError("name", say("Give it a name"), "required"))
    if not 1 <= len(new.spans) <= MOST_SPANS:
        errors.append(FieldError("spans", say("Give 1 to {most} spans", most=MOST_SPANS), "length"))
    if any(not 1 <= span.weekday <= 7 for span in new.spans):
        errors.append(FieldError("spans", say("Weekdays are 1 (Monday) to 7 (Sunday)"), "weekday"))
    if errors:
        raise Invalid(errors)
    ordered = sorted(set(new.spans), key=_place_in_the_week)
    return msgspec.json.encode(ordered).decode()


def _place_in_the_week(span: Span) -> tuple[int, time, time]:
    return span.weekday, span.starts, span.ends


def by_times(spans: list[Span]) -> list[dict[str, Any]]:
    """The spans as people write them: the weekdays that share a time, in one line."""
    lines: dict[tuple[time, time], list[int]] = {}
    for span in spans:
        lines.setdefault((span.starts, span.ends), []).append(span.weekday)
    found = [
        {"weekdays": sorted(days), "starts": starts, "ends": ends}
        for (starts, ends), days in sorted(lines.items())
    ]
    return sorted(found, key=lambda line: line["weekdays"])
