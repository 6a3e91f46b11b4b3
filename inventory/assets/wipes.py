"""Wipes: how and when the data of an asset was cleared, by whom, and whether it worked."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.texts import Line, Text
from inventory import tables
from inventory.assets.locking import HAS_LEFT, Stack, lock_stack
from inventory.assets.reading import find_by_tags
from inventory.assets.shapes import ENDS, Asset, AssetRow

DONE_BY = Line(tables.AssetWipe.done_by)
NOTE = Text(tables.AssetWipe.note)
TOOL = Line(tables.AssetWipe.tool)
DISK = Line(tables.AssetWipe.disk_serial)
EARLIEST = date(1980, 1, 1)


class WipeMethod(StrEnum):
    """How data was cleared; ``no_carrier`` says that there is nothing to clear."""

    overwritten = "overwritten"
    secure_erase = "secure_erase"
    factory_reset = "factory_reset"
    destroyed = "destroyed"
    no_carrier = "no_carrier"


class WipeResult(StrEnum):
    """How it ended, as the tool or a look at it said."""

    passed = "passed"
    failed = "failed"


class NewWipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One wipe of one or many assets; without ``wiped_on`` today, without ``done_by`` oneself.

    ``disk_serial`` is of one asset alone; without it what the collector last read of its disks.
    """

    method: WipeMethod
    result: WipeResult = WipeResult.passed
    wiped_on: date | None = None
    done_by: str = ""
    tool: str = ""
    disk_serial: str = ""
    note: str = ""


class Wipe(msgspec.Struct, frozen=True):
    """One recorded wipe of an asset."""

    id: int
    method: WipeMethod
    result: WipeResult
    wiped_on: date
    done_by: str
    tool: str
    disk_serial: str
    note: str
    recorded_by_id: int | None
    recorded_by: str | None
    recorded_at: datetime
    # What another person found who looked at it, if one has.
    verification: WipeResult | None
    looked_at: str | None
    verified_by: str | None
    verified_at: datetime | None


# A disk that was read twice by two readings of the same machine counts once: the newest is asked.
INSERT = """
INSERT INTO asset_wipe (asset, school, method, result, wiped_on, done_by, tool, disk_serial, note,
                        recorded_by, recorded_at)
SELECT a.id, a.school, :method, :result, :wiped_on, :done_by, :tool,
       coalesce(nullif(:disk_serial::text, ''), (
           SELECT left(string_agg(d.disk_serial, ', ' ORDER BY d.position), 120)
             FROM disk_reading d WHERE d.disk_serial <> '' AND d.reading = (
                  SELECT r.id FROM machine_reading r WHERE r.asset = a.id AND r.voided_at IS NULL
                   ORDER BY r.read_at DESC, r.id DESC LIMIT 1)), ''), :note, :by, :now
  FROM asset a WHERE a.id = any(:assets) ORDER BY a.id
"""


async def record_wipes(actor: Actor, wanted: list[str], new: NewWipe) -> list[AssetRow]:
    """Record the same wipe of many assets, all or none; every refused row is named.

    The newest wipe counts: after a failed one the data is not cleared.
    """
    with refusing(HAS_LEFT):
        async with transaction(actor):
            stack = await _lock_wiped(actor, wanted)
            with stack.collecting():
                new = await _checked(actor, stack, new)
            stack.raise_refused()
            await execute(
                INSERT,
                assets=[asset.id for asset in stack.assets],
                by=actor.person_id,
                now=clock.now(),
                **msgspec.structs.asdict(new),
            )
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def check_wipes(actor: Actor, wanted: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of recording a wipe of these, row by row; nothing is changed."""
    async with transaction(actor):
        return (await _lock_wiped(actor, wanted)).errors


async def list_wipes(asset: Asset) -> list[Wipe]:
    """The wipes of an asset that the reader may see, newest first."""
    return await fetch(
        Wipe,
        "SELECT w.id, w.method, w.result, w.wiped_on, w.done_by, w.tool, w.disk_serial, w.note,"
        " w.recorded_by AS recorded_by_id, p.name AS recorded_by, w.recorded_at, v.result AS verification, v.looked_at,"
        " q.name AS verified_by, v.verified_at"
        " FROM asset_wipe w LEFT JOIN person p ON p.id = w.recorded_by"
        " LEFT JOIN wipe_verification v ON v.wipe = w.id LEFT JOIN person q ON q.id = v.verified_by"
        " WHERE w.asset = $1 ORDER BY w.wiped_on DESC, w.id DESC LIMIT 100",
        asset.id,
    )


async def _lock_wiped(actor: Actor, wanted: list[str]) -> Stack:
    stack = await lock_stack(actor, wanted)
    for asset in stack.assets:
        if asset.lifecycle in ENDS:
            ended = say("{tag} has left the books; no wipe is recorded any more", tag=asset.tag)
            stack.refuse(asset, Conflict, ended, "asset_has_left_the_books")
    return stack


async def _checked(actor: Actor, stack: Stack, new: NewWipe) -> NewWipe:
    """The wipe with its day and its doer, else Invalid."""
    done_by = DONE_BY.tidy(new.done_by) or actor.name or ""
    DONE_BY.checked("done_by", done_by)
    if not done_by:
        raise Invalid.of("done_by", say("Say who did it"), code="required")
    NOTE.checked("note", new.note)
    tool, disk = TOOL.checked("tool", new.tool), DISK.checked("disk_serial", new.disk_serial)
    if disk and len(stack.assets) > 1:
        many = say("One serial number is of one thing: leave it empty for several")
        raise Invalid.of("disk_serial", many, code="of_several")
    schools = [asset.school_id for asset in stack.assets]
    zone = await fetch_value("SELECT zone FROM school WHERE id = any($1) LIMIT 1", schools)
    today = clock.today(zone or "UTC")
    wiped_on = new.wiped_on or today
    if not EARLIEST <= wiped_on <= today:
        raise Invalid.of("wiped_on", say("A day until today"), code="date")
    return msgspec.structs.replace(
        new,
        wiped_on=wiped_on,
        done_by=done_by,
        tool=tool,
        disk_serial=disk,
        note=new.note.strip(),
    )
