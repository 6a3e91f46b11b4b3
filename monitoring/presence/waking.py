"""Waking computers before class: one, a room, or a room every school morning."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core import clock, outbox, places
from core.access import Actor
from core.database import execute, fetch, fetch_value, get_one, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.outbox import Handler
from core.permissions import EDIT_MONITORING, WAKE_DEVICES
from core.weekly_times import last_time
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.devices.networks import Bounds, is_within
from monitoring.devices.views import get_device
from monitoring.presence import magic_packets
from monitoring.presence.magic_packets import Sleeper

TOPIC = "monitoring.wake"
# A plan that nothing could run at its time is not made up for in the middle of the lesson.
LATE = timedelta(minutes=20)
# A computer has started by then, and the page about the room may show it.
LOOK_AFTER = timedelta(seconds=60)


class Woken(msgspec.Struct, frozen=True):
    """How many were called, and the tags of those whose network card nobody knows."""

    called: int
    unknown: list[str]


class WakePlan(msgspec.Struct, frozen=True):
    """When a room is woken, by its school's clock; Monday is 1."""

    id: int
    place_id: int
    place: str
    school_id: int
    weekdays: list[int]
    wake_at: time


class NewWakePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A room to be woken on these weekdays (Monday is 1) at this time of the school's clock."""

    place_id: Annotated[Id, Meta(examples=[1])]
    weekdays: Annotated[list[int], Meta(examples=[[1, 2, 3, 4, 5]])]
    wake_at: Annotated[time, Meta(examples=["07:40:00"])]


class _Card(msgspec.Struct, frozen=True):
    device_id: int
    tag: str
    mac: str | None
    broadcast: str | None


# The broadcast address is that of the school's network around the device's address.
CARDS = f"""
SELECT d.id AS device_id, a.tag, d.mac,
       (SELECT host(broadcast(n.cidr::cidr)) FROM network n WHERE n.school = d.school
           AND family(n.cidr::cidr) = 4 AND d.address::inet << n.cidr::cidr
           AND network_is_granted(n.school, n.cidr)
         ORDER BY masklen(n.cidr::cidr) DESC LIMIT 1) AS broadcast
  FROM device d JOIN asset a ON a.id = d.asset JOIN asset_model m ON m.id = a.model
 WHERE d.removed_at IS NULL AND a.lifecycle <> ALL (ARRAY{list(NO_LONGER_USED)}::text[])
   AND m.kind = 'computer' AND
"""


async def wake_device(actor: Actor, device_id: int) -> Woken:
    """Call one computer; Conflict when its network card is not known."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, WAKE_DEVICES)
    async with transaction(actor):
        woken = await _call(await fetch(_Card, f"{CARDS} d.id = $1", device_id))
    if not woken.called:
        raise Conflict(
            say("Its network card is not known, or its network has no broadcast address"),
            code="cannot_wake",
        )
    return woken


async def wake_room(actor: Actor, place_id: int) -> Woken:
    """Call every computer of the room that is not on."""
    place = await places.get_place(actor, place_id)
    actor.require(place.school_id, WAKE_DEVICES)
    async with transaction(actor):
        return await _call(await _cards_of_room(place_id))


async def list_plans(actor: Actor, *, place_id: Id | None = None) -> list[WakePlan]:
    """The plans of the actor's schools, or of one room, by time."""
    return await fetch(
        WakePlan,
        "SELECT w.id, w.place AS place_id, p.name AS place, w.school AS school_id, w.weekdays,"
        " w.wake_at FROM wake_plan w JOIN place p ON p.id = w.place"
        " WHERE w.school = any($1::bigint[]) AND ($2::bigint IS NULL OR w.place = $2)"
        " ORDER BY p.name, w.wake_at, w.id",
        actor.school_ids,
        place_id,
    )


async def plan(actor: Actor, new: NewWakePlan) -> WakePlan:
    """Wake a room regularly, from the next time on that its hour comes."""
    place = await places.get_place(actor, new.place_id)
    actor.require(place.school_id, EDIT_MONITORING)
    days = sorted(set(new.weekdays))
    if not days or not set(days) <= set(range(1, 8)):
        wrong = say("Choose weekdays from 1 (Monday) to 7 (Sunday)")
        raise Invalid([FieldError("weekdays", wrong, "weekdays")])
    taken = say("The room has a plan for this time already")
    async with transaction(
        actor, {"wake_plan_once_a_time": Invalid.of("wake_at", taken, code="taken")}
    ):
        plan_id: int = await fetch_value(
            "INSERT INTO wake_plan (school, place, weekdays, wake_at, last_run_on, created_by,"
            " created_at) SELECT :school_id, :place_id, :days, :wake_at::time,"
            # Made after its hour, it begins tomorrow.
            " CASE WHEN (now() AT TIME ZONE s.zone)::time > :wake_at::time"
            "      THEN (now() AT TIME ZONE s.zone)::date END, :person_id, :now"
            "   FROM school s WHERE s.id = :school_id RETURNING id",
            school_id=place.school_id,
            place_id=place.id,
            days=days,
            wake_at=new.wake_at.replace(second=0, microsecond=0),
            person_id=actor.person_id,
            now=clock.now(),
        )
    return await _get_plan(actor, plan_id)


async def delete_plan(actor: Actor, plan_id: int) -> None:
    """Wake the room no longer at that time."""
    found = await _get_plan(actor, plan_id)
    actor.require(found.school_id, EDIT_MONITORING)
    async with transaction(actor):
        await execute("DELETE FROM wake_plan WHERE id = $1", plan_id)


async def run_due_plans() -> int:
    """Wake the rooms whose time has come, each once a day whoever asks; how many there were."""
    now = clock.now()
    async with transaction():
        rows = await fetch(
            _Due,
            "SELECT w.id, w.place AS place_id, w.weekdays, w.wake_at, w.last_run_on, s.zone"
            " FROM wake_plan w JOIN school s ON s.id = w.school JOIN place p ON p.id = w.place"
            " WHERE p.retired_at IS NULL ORDER BY w.id FOR UPDATE OF w SKIP LOCKED",
        )
        due = [row for row in rows if row.is_due(now)]
        called: list[int] = []
        for row in due:
            await execute(
                "UPDATE wake_plan SET last_run_on = $2 WHERE id = $1",
                row.id,
                row.last_time(now).date(),
            )
            known = _known(await _cards_of_room(row.place_id))
            await _enqueue(known)
            called += known
        # Of all rooms at once: device after device in the order in which visits lock them.
        await _look_soon(called)
    return len(due)


def sender(bounds: Bounds) -> Handler:
    """The outbox's handler: the packets leave from the worker, which is near the rooms.

    Nothing leaves for a network outside of ``bounds``, those of the installation, nor for one
    that was taken from the school while the call waited: cards are looked up when they are called.
    """

    async def send(payload: dict[str, Any]) -> None:
        known = _known(
            await fetch(
                _Card, f"{CARDS} d.id = any($1::bigint[]) ORDER BY a.tag", payload["device_ids"]
            )
        )
        await magic_packets.send([s for s in known.values() if is_within(s.broadcast, bounds)])

    return send


class _Due(msgspec.Struct, frozen=True):
    id: int
    place_id: int
    weekdays: list[int]
    wake_at: time
    last_run_on: date | None
    zone: str

    def last_time(self, now: datetime) -> datetime:
        """When it was last time for it, by its school's clock."""
        return last_time(self.weekdays, self.wake_at, now, ZoneInfo(self.zone))

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come, and not long ago, and nobody ran it then."""
        at = self.last_time(now)
        return now - at <= LATE and self.last_run_on != at.date()


async def _get_plan(actor: Actor, plan_id: int) -> WakePlan:
    return await get_one(
        WakePlan,
        "SELECT w.id, w.place AS place_id, p.name AS place, w.school AS school_id, w.weekdays,"
        " w.wake_at FROM wake_plan w JOIN place p ON p.id = w.place"
        " WHERE w.id = $1 AND w.school = any($2::bigint[])",
        plan_id,
        actor.school_ids,
        missing=say("There is no such plan, or it is not of your school"),
    )


async def _cards_of_room(place_id: int) -> list[_Card]:
    return await fetch(
        _Card,
        f"{CARDS} d.state <> 'up'"
        " AND a.place IN (SELECT id FROM place WHERE id = $1 OR parent = $1) ORDER BY a.tag",
        place_id,
    )


async def _call(cards: list[_Card]) -> Woken:
    """Enqueue the packets, and a look at the computers when they should have started."""
    known = _known(cards)
    await _enqueue(known)
    await _look_soon(known)
    return Woken(len(known), [card.tag for card in cards if card.device_id not in known])


def _known(cards: list[_Card]) -> dict[int, Sleeper]:
    """Those that can be called, by device."""
    return {c.device_id: Sleeper(c.mac, c.broadcast) for c in cards if c.mac and c.broadcast}


async def _enqueue(known: dict[int, Sleeper]) -> None:
    if known:
        await outbox.enqueue(TOPIC, {"device_ids": list(known)})


async def _look_soon(device_ids: Iterable[int]) -> None:
    await execute(
        "UPDATE device SET next_poll_at = least(next_poll_at, $2) WHERE id IN"
        " (SELECT id FROM device WHERE id = any($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)",
        list(device_ids),
        clock.now() + LOOK_AFTER,
    )
