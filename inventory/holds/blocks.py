"""Exams, stock-takes and transfers: a room or many assets taken by those who keep equipment."""

from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.permissions import MANAGE_BOOKINGS
from core.texts import Line
from inventory import tables
from inventory.assets.locking import lock_stack
from inventory.holds.availability import Obstacle, find_obstacles
from inventory.holds.bookings import REFUSALS
from inventory.holds.listing import Hold, find_holds, get_hold
from inventory.holds.things import Thing, Wanted, find_assets, find_thing, lock_calendars
from inventory.holds.times import Period, When, find_periods

BlockKind = Literal["exam", "stocktake", "transfer"]
PURPOSE = Line(tables.Hold.purpose)
# Who counts or sends away needs no thing that is free; but two of them never meet.
STANDS = {"exam", "stocktake", "transfer", "repair", "requested"}


class NewBlock(When, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which assets (``tags``) or which room, when, and what for.

    ``displaces``: bookings that stand in the way give way, and their people are told.
    """

    kind: BlockKind
    tags: list[str] = msgspec.field(default_factory=list)
    place_id: Id | None = None
    purpose: str = ""
    displaces: bool = False


INSERT = """
INSERT INTO hold (id, school, kind, asset, place, quantity, starts_at, ends_at, group_name,
                  purpose, made_by, made_at, version)
SELECT t.id, :school, :kind, t.asset, t.place, 1, :starts, :ends, '', :purpose, :by, :now, 1
  FROM unnest(:ids::bigint[], :assets::bigint[], :places::bigint[]) t (id, asset, place)
"""
IDS = "SELECT nextval(pg_get_serial_sequence('hold', 'id')) FROM generate_series(1, $1::int)"
# What else is planned by those who keep equipment gives way to nothing but a repair.
DISPLACE = """
UPDATE hold h SET displaced_by = t.id
  FROM unnest(:ids::bigint[], :assets::bigint[], :places::bigint[]) t (id, asset, place)
 WHERE (h.asset = t.asset OR h.place = t.place) AND h.kind = 'booking'
   AND h.closed_at IS NULL AND h.displaced_by IS NULL
   AND tstzrange(h.starts_at, h.ends_at) && tstzrange(:starts, :ends)
"""


async def block(actor: Actor, new: NewBlock) -> list[Hold]:
    """Take a room, or each of the assets, for a time; all of them or none.

    Conflict names each that is taken. With ``displaces`` bookings do not stand in the way, and come
    back by themselves should this one be called off; other exams, stock-takes and repairs do.
    """
    async with transaction(actor, REFUSALS):
        things = await _things(actor, new)
        (period,) = await find_periods(things[0].school_id, new)
        purpose = PURPOSE.checked("purpose", new.purpose)
        await lock_calendars(things)
        await _refuse_taken(actor, things, period, new)
        return await find_holds(actor, await _take(actor, things, period, new, purpose))


async def release(actor: Actor, hold_id: int) -> Hold:
    """Call off an exam, a stock-take or a transfer: what it displaced comes back.

    Conflict if that was done, also by somebody else just now, or if it is over.
    """
    async with transaction(actor, REFUSALS):
        held = await get_hold(actor, hold_id)
        actor.require(held.school_id, MANAGE_BOOKINGS)
        if held.kind in ("booking", "repair"):
            raise Conflict(say("A repair ends with its work order, a booking is cancelled"))
        if held.ends_at is not None and held.ends_at <= clock.now():
            raise Conflict(say("This time is over already"), code="past")
        if not await execute(
            "UPDATE hold SET closed_as = 'cancelled', closed_at = :now, closed_by = :by,"
            " version = version + 1 WHERE id = :id AND closed_at IS NULL",
            id=held.id,
            now=clock.now(),
            by=actor.person_id,
        ):
            raise Conflict(say("This has been called off already"), code="hold_is_closed")
    return await get_hold(actor, hold_id)


async def _things(actor: Actor, new: NewBlock) -> list[Thing]:
    if (new.place_id is None) == (not new.tags):
        raise Invalid.of("tags", say("Choose a room, or assets"), code="one_thing")
    if new.place_id is not None:
        room = await find_thing(actor, Wanted(place_id=new.place_id))
        actor.require(room.school_id, MANAGE_BOOKINGS)
        return [room]
    stack = await lock_stack(actor, new.tags)
    stack.refuse_other_schools()
    stack.raise_refused()
    actor.require(stack.assets[0].school_id, MANAGE_BOOKINGS)
    return await find_assets(actor, [asset.id for asset in stack.assets])


async def _refuse_taken(actor: Actor, things: list[Thing], period: Period, new: NewBlock) -> None:
    errors = []
    found = await find_obstacles(actor, [(thing, period) for thing in things])
    for index, (thing, obstacles) in enumerate(zip(things, found, strict=True)):
        against = [one for one in obstacles if _stands(one, new)]
        if against:
            errors.append(
                FieldError(
                    "place_id" if thing.place_id else "tags",
                    say("{thing}: {why}", thing=thing.tag or thing.title, why=against[0].sentence),
                    "taken",
                    None if thing.place_id else index,
                    thing.tag or "",
                )
            )
    if errors:
        raise Conflict(errors[0].message, code="taken", field="tags", errors=tuple(errors))


def _stands(one: Obstacle, new: NewBlock) -> bool:
    """Whether it stands in the way; a stock-take counts what is out or in no service as well."""
    if one.state == "booking":
        return not new.displaces
    return one.state in STANDS or new.kind == "exam"


async def _take(
    actor: Actor, things: list[Thing], period: Period, new: NewBlock, purpose: str
) -> list[int]:
    ids = await fetch_column(int, IDS, len(things))
    taken = {
        "ids": ids,
        "assets": [one.asset_id for one in things],
        "places": [one.place_id for one in things],
        "starts": period.starts_at,
        "ends": period.ends_at,
    }
    if new.displaces:
        await execute(DISPLACE, **taken)
    await execute(
        INSERT,
        school=things[0].school_id,
        kind=new.kind,
        purpose=purpose,
        by=actor.person_id,
        now=clock.now(),
        **taken,
    )
    return ids
