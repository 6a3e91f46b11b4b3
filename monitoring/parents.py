"""What hangs on what: a silent switch is one fault, not one for each device behind it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from core import clock
from core.database import execute, fetch
from core.errors import Message, say
from monitoring.devices.views import DeviceState

# Those behind a switch come back together, and are not all asked in the same second.
SPREAD = timedelta(seconds=30)


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
    return say("{fault}; {count} devices hang on it", fault=fault, count=count)


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
        "UPDATE device SET next_poll_at = $2 + ((id * 7919) % 1000) / 1000.0 * $3::interval"
        " WHERE id IN (SELECT id FROM device WHERE parent = any($1::bigint[])"
        " AND next_poll_at > $2 + $3::interval AND removed_at IS NULL AND failures > 0"
        " ORDER BY id FOR UPDATE SKIP LOCKED)",
        list(device_ids),
        clock.now(),
        SPREAD,
    )
