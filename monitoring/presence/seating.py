"""Where the computers of a room stand: seats set by hand, or all of them in rows."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from core import places
from core.access import Actor
from core.database import execute, execute_many, transaction
from core.errors import FieldError, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from core.places import Place
from monitoring.presence.rooms import Room, Seat, get_room

MOST_SEATS = 40  # in a row, and rows in a room


class SeatPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a device's seat is: row from the front, column from the left; both None for nowhere."""

    device_id: Id
    row: Annotated[int, Meta(ge=1, le=MOST_SEATS)] | None = None
    column: Annotated[int, Meta(ge=1, le=MOST_SEATS)] | None = None


async def seat(actor: Actor, place_id: int, seats: Sequence[SeatPlace]) -> Room:
    """Set where these devices of the room stand; those that are not named stay where they are.

    Invalid, and nothing is changed, for a device of another room or two in one place.
    """
    place = await _editable_place(actor, place_id)
    async with transaction(actor):
        # Two who move seats at once: the second one sees what the first one did.
        await execute("SELECT pg_advisory_xact_lock(hashtextextended('seats', $1))", place.id)
        _check(await get_room(actor, place_id), seats)
        await execute_many(
            "UPDATE device SET seat_row = $2, seat_column = $3 WHERE id = $1",
            [(one.device_id, one.row, one.column) for one in sorted(seats, key=_by_device)],
        )
    return await get_room(actor, place_id)


async def seat_in_rows(actor: Actor, place_id: int, columns: int) -> Room:
    """Seat all computers of the room by name, so many in a row, as most rooms are."""
    await _editable_place(actor, place_id)
    if not 1 <= columns <= MOST_SEATS:
        most = say("Give a number of 1 to {most}", most=MOST_SEATS)
        raise Invalid.of("columns", most, code="number")
    room = await get_room(actor, place_id)
    computers = sorted((s for s in room.seats if s.kind == "computer"), key=_by_name)
    if len(computers) > columns * MOST_SEATS:
        few = say("So many computers need more columns")
        raise Invalid.of("columns", few, code="number")
    others = [SeatPlace(s.device_id) for s in room.seats if s.kind != "computer"]
    placed = [
        SeatPlace(s.device_id, 1 + place // columns, 1 + place % columns)
        for place, s in enumerate(computers)
    ]
    return await seat(actor, place_id, [*others, *placed])


async def _editable_place(actor: Actor, place_id: int) -> Place:
    place = await places.get_place(actor, place_id)
    actor.require(place.school_id, EDIT_MONITORING)
    return place


def _check(room: Room, seats: Sequence[SeatPlace]) -> None:
    errors = []
    named = {one.device_id for one in seats}
    inside = {s.device_id for s in room.seats}
    taken: set[tuple[int | None, int | None]] = {
        (s.row, s.column) for s in room.seats if s.row and s.device_id not in named
    }
    for number, one in enumerate(seats):
        field = f"seats.{number}"
        if one.device_id not in inside:
            elsewhere = say("This device is not in the room")
            errors.append(FieldError(f"{field}.device_id", elsewhere, "device"))
        if (one.row is None) != (one.column is None):
            both = say("Give both row and column, or neither")
            errors.append(FieldError(f"{field}.row", both, "required"))
        elif one.row is not None and (one.row, one.column) in taken:
            double = say("Two devices cannot stand in one place")
            errors.append(FieldError(f"{field}.row", double, "taken"))
        taken.add((one.row, one.column))
    if errors:
        raise Invalid(errors)


def _by_device(one: SeatPlace) -> int:
    return one.device_id


def _by_name(one: Seat) -> tuple[str, str]:
    return (one.name, one.asset_tag)
