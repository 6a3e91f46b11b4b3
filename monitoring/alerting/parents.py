"""What hangs on what: a silent switch is one fault, not one for each device behind it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_one, fetch_value, transaction
from core.errors import Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_MONITORING
from monitoring.devices.views import DeviceState, get_device

# Those behind a switch come back together, and are not all asked in the same second.
SPREAD = timedelta(seconds=30)


_NO_PARENT = Invalid.of(
    "parent_id", say("Choose a device of the same school that is monitored"), code="parent"
)
REFUSALS: dict[str, Message | Problem] = {
    "device_parents_end": Invalid.of(
        "parent_id",
        say("That device hangs on this one itself, near or far: it would be a circle"),
        code="circle",
    ),
    "device_is_not_its_own_parent": Invalid.of(
        "parent_id", say("A device cannot hang on itself"), code="circle"
    ),
    "device_parent_is_of_the_school": _NO_PARENT,
    "device_parent_fkey": _NO_PARENT,
}


class Parent(StrEnum):
    """What is known of the device that this one hangs on.

    ``up`` only when it was heard after this one had fallen silent; until then it is ``unsure``.
    """

    none = "none"
    up = "up"
    down = "down"
    unsure = "unsure"


class Standing(msgspec.Struct, frozen=True):
    """A parent's row as far as its children need it."""

    state: DeviceState
    failures: int
    last_seen_at: datetime | None
    is_watched: bool = True


class LinkedDevice(msgspec.Struct, frozen=True):
    """A device above or behind another one, as a link to it needs it."""

    id: int
    asset_tag: str
    name: str
    state: DeviceState


class _Behind(msgspec.Struct, frozen=True):
    device_id: int
    count: int


def standing_of(parent: Standing | None, silent_at: datetime | None) -> Parent:
    """What is known of a parent by a child that was silent at ``silent_at`` for sure.

    Only a parent heard after that moment is proven alive: that it was up before says nothing of
    the cable that was pulled since. One that nobody watches is as good as none.
    """
    if parent is None or not parent.is_watched:
        return Parent.none
    if parent.state is DeviceState.down:
        return Parent.down
    is_proven = (
        silent_at is not None
        and parent.last_seen_at is not None
        and parent.last_seen_at > silent_at
    )
    return Parent.up if is_proven else Parent.unsure


_LINKED = """
SELECT d.id, a.tag AS asset_tag, d.state,
       device_name(a.name, d.identity, m.brand, m.name) AS name
  FROM device d JOIN asset a ON a.id = d.asset JOIN asset_model m ON m.id = a.model
"""


async def parent_of(actor: Actor, device_id: int) -> LinkedDevice | None:
    """What the device hangs on, None if nothing is noted."""
    device = await get_device(actor, device_id)
    return await noted_parent(device.id)


async def noted_parent(device_id: int) -> LinkedDevice | None:
    """:func:`parent_of` for callers who have made sure that the device may be seen."""
    return await fetch_one(
        LinkedDevice,
        f"{_LINKED} WHERE d.id = (SELECT parent FROM device WHERE id = $1)"
        " AND d.removed_at IS NULL",
        device_id,
    )


async def children_of(actor: Actor, device_id: int, *, limit: int = 50) -> list[LinkedDevice]:
    """What hangs on the device, by tag."""
    device = await get_device(actor, device_id)
    return await fetch(
        LinkedDevice,
        f"{_LINKED} WHERE d.parent = $1 AND d.removed_at IS NULL ORDER BY a.tag LIMIT $2",
        device.id,
        limit,
    )


async def set_parent(actor: Actor, device_id: int, parent_id: int | None) -> LinkedDevice | None:
    """Note what the device hangs on; Invalid for another school's device and for circles."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    if parent_id is not None:
        try:
            await get_device(actor, parent_id)
        except NotFound as error:
            raise _NO_PARENT from error
    async with transaction(actor, REFUSALS):
        await execute(
            "UPDATE device SET parent = $2, version = version + 1"
            " WHERE id = $1 AND parent IS DISTINCT FROM $2",
            device_id,
            parent_id,
        )
    return await parent_of(actor, device_id)


async def device_with_tag(actor: Actor, school_id: int, tag: str) -> int:
    """The device of an asset by its tag, for a form that asks for a parent."""
    found: int | None = await fetch_value(
        "SELECT d.id FROM device d JOIN asset a ON a.id = d.asset"
        " WHERE a.tag = upper(btrim($1)) AND d.school = $2 AND d.school = any($3::bigint[])"
        " AND d.removed_at IS NULL",
        tag,
        school_id,
        actor.school_ids,
    )
    if found is None:
        raise Invalid.of(
            "parent_tag", say("No monitored device of this school has this tag"), code="tag_unknown"
        )
    return found


async def count_behind(device_ids: Iterable[int]) -> dict[int, int]:
    """How many devices hang on each of these, near and far; only those that have any."""
    rows = await fetch(
        _Behind,
        "WITH RECURSIVE behind AS ("
        " SELECT d.parent AS device_id, d.id FROM device d"
        "  WHERE d.parent = any($1::bigint[]) AND d.removed_at IS NULL"
        " UNION SELECT b.device_id, d.id FROM behind b JOIN device d ON d.parent = b.id"
        "  WHERE d.removed_at IS NULL)"
        " SELECT device_id, count(*) AS count FROM behind GROUP BY device_id",
        list(device_ids),
    )
    return {row.device_id: row.count for row in rows}


def with_those_behind(fault: Message, count: int) -> Message:
    """The parent's fault, with how many others it cuts off."""
    return say("{fault}; devices behind it: {count}", fault=fault, count=count)


async def visit_at_once(device_ids: Iterable[int]) -> None:
    """Bring the next visit of these forward to now; one that is being visited is left alone."""
    await execute(
        "UPDATE device SET next_poll_at = $2 WHERE id IN (SELECT id FROM device"
        " WHERE id = any($1::bigint[]) AND next_poll_at > $2 AND removed_at IS NULL"
        " ORDER BY id FOR UPDATE SKIP LOCKED)",
        list(device_ids),
        clock.now(),
    )


async def visit_children_soon(device_ids: Iterable[int]) -> None:
    """After a parent is back, ask those that hang on it, spread over half a minute."""
    await execute(
        "UPDATE device SET next_poll_at = $2::timestamptz + ((id * 7919) % 1000) / 1000.0 * $3::interval"
        " WHERE id IN (SELECT id FROM device WHERE parent = any($1::bigint[])"
        " AND next_poll_at > $2::timestamptz + $3::interval AND removed_at IS NULL AND failures > 0"
        " ORDER BY id FOR UPDATE SKIP LOCKED)",
        list(device_ids),
        clock.now(),
        SPREAD,
    )
