"""All that changes devices and alerts at once: whoever waits, nobody waits in a ring."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import time
from time import monotonic

import msgspec
import pytest

from core import clock, database
from core.access import Actor, Role
from core.errors import Conflict, Invalid, NotFound, Unavailable, say
from inventory import custody
from inventory.custody import Holder
from monitoring import notices, registration
from monitoring.alerting import alerts, expected_hours, parents
from monitoring.alerting.alerts import Finding
from monitoring.alerting.expected_hours import NewHours, Span
from monitoring.devices.views import DeviceState
from monitoring.discovery import store as found
from monitoring.discovery.claims import ScanClaim
from monitoring.discovery.identifying import Discovered
from monitoring.polling import claims, store
from monitoring.polling.outcomes import Outcome
from monitoring.presence import seating, waking
from monitoring.presence.waking import NewWakePlan
from monitoring.snmp import Address
from monitoring.traps import alert_changes
from monitoring.traps import store as traps
from monitoring.traps.alert_changes import Effect, Raise
from monitoring.traps.store import Row
from tests import factories
from tests import factories_monitoring as made
from tests.factories import MadeSchool

pytestmark = pytest.mark.usefixtures("db")

SECONDS = 6
DEVICES = 12
RULES = ("unreachable", "supply_low", "cover_open", "disk_full")
EXPECTED = (Conflict, Invalid, NotFound)
Deed = Callable[[], Awaitable[object]]


class Ground(msgspec.Struct):
    """A school with two rooms, whose devices were registered in another order than its assets."""

    school: MadeSchool
    keeper: Actor
    worker: Actor
    places: list[int]
    tags: list[str]
    devices: list[int]
    hours: int
    chance: random.Random
    done: Counter[str]
    rings: Counter[str]

    def some(self, most: int = 5) -> list[int]:
        return self.chance.sample(self.devices, self.chance.randint(1, most))

    def one(self) -> int:
        return self.chance.choice(self.devices)


async def ground() -> Ground:
    school = await factories.school()
    keeper = await factories.person(Role.admin, school)
    places = [await factories.place(school), await factories.place(school)]
    assets = [await factories.asset(school, place=places[n % 2]) for n in range(DEVICES)]
    chosen = [
        (await made.device(school, Address(f"127.0.9.{n}", 161), asset=asset, profile="printer")).id
        for n, asset in enumerate(reversed(assets), start=1)
    ]
    await database.execute(
        "UPDATE device SET mac = '02:00:5e:10:01:' || lpad(to_hex(id % 256), 2, '0'), parent = $2"
        " WHERE id > $1",
        chosen[5],
        chosen[0],
    )
    hours = await expected_hours.create_hours(
        keeper.actor, school.id, NewHours("Lessons", [Span(1, time(8), time(17))])
    )
    for place in places:
        await waking.plan(keeper.actor, NewWakePlan(place, list(range(1, 8)), time(7, 40)))
    return Ground(
        school,
        keeper.actor,
        made.worker_of(school),
        places,
        [asset.tag for asset in assets],
        chosen,
        hours.id,
        random.Random(42),
        Counter(),
        Counter(),
    )


def finding(rule: str) -> Finding:
    return Finding(rule, "", "critical", say("It fails: {rule}", rule=rule))


async def visits(at: Ground, worker: str) -> None:
    """What a worker does: claim, visit, keep in one batch, look around."""
    await database.execute(
        "UPDATE device SET next_poll_at = now(), failures = 0 WHERE id IN"
        " (SELECT id FROM device ORDER BY id FOR NO KEY UPDATE)"
    )
    claimed = await claims.claim_ahead(
        worker, limit=8, suspect=False, methods=["snmp"], ahead_seconds=60
    )
    if at.chance.random() < 0.1 and claimed:
        await claims.release(worker, [(one.device_id, clock.now()) for one in claimed])
        return
    outcomes = [
        Outcome(
            device_id=one.device_id,
            school_id=one.school_id,
            version=one.version_of_device,
            at=clock.now(),
            next_poll_at=clock.now(),
            before=DeviceState.up,
            after=at.chance.choice([DeviceState.up, DeviceState.down]),
            failures=1,
            trouble=None,
            changes=alerts.DeviceChanges(
                one.device_id,
                one.school_id,
                [finding(rule) for rule in at.chance.sample(RULES, 2)],
                [(rule, "") for rule in at.chance.sample(RULES, 2)],
            ),
        )
        for one in at.chance.sample(claimed, len(claimed))
    ]
    if outcomes:
        await store.follow_up((await store.save_outcomes(worker, outcomes)).saved)
    await claims.release_all(worker)


async def trap(at: Ground) -> None:
    now = clock.now()
    rows = [
        Row(at.school.id, device, "127.0.9.1", False, f"1.3.6.1.{n}", "x", None, [], now, now)
        for n, device in enumerate(at.some())
    ]
    await traps.store_traps(rows)


async def act(at: Ground) -> None:
    effect = Effect(at.one(), clock.now(), [Raise("cover_open", "")], [("supply_low", "")])
    await alert_changes.act(msgspec.to_builtins(effect))


async def acknowledge(at: Ground) -> None:
    ids = await database.fetch_value(
        "SELECT coalesce(array_agg(id ORDER BY random()), '{}') FROM alert WHERE cleared_at IS NULL"
    )
    await alerts.acknowledge_many(at.keeper, ids[:200])


async def clear(at: Ground) -> None:
    alert = await database.fetch_value("SELECT id FROM alert WHERE cleared_at IS NULL LIMIT 1")
    if alert is not None:
        await alerts.clear_by_hand(at.keeper, alert, "Looked at")


async def resolve(_at: Ground) -> None:
    await database.execute(
        "UPDATE alert SET flapping_at = now() - interval '1 hour' WHERE id IN (SELECT id FROM alert"
        " WHERE cleared_at IS NULL ORDER BY id LIMIT 9 FOR NO KEY UPDATE)"
    )
    await alerts.resolve_stale()


async def pause(at: Ground) -> None:
    one = at.one()
    await registration.pause_device(at.keeper, one)
    await registration.resume_device(at.keeper, one)
    at.done["versions"] += 2


async def give_hours(at: Ground) -> None:
    changed = await expected_hours.give_to_place(
        at.keeper, at.chance.choice(at.places), at.chance.choice([at.hours, None])
    )
    at.done["versions"] += changed


async def wake(at: Ground) -> None:
    await waking.wake_room(at.keeper, at.chance.choice(at.places))
    await database.execute(
        "UPDATE wake_plan SET last_run_on = NULL,"
        " wake_at = date_trunc('minute', now() AT TIME ZONE 'Asia/Shanghai')::time WHERE id IN"
        " (SELECT id FROM wake_plan ORDER BY id FOR NO KEY UPDATE)"
    )
    await waking.run_due_plans()


async def sit(at: Ground) -> None:
    await seating.seat_in_rows(at.keeper, at.chance.choice(at.places), at.chance.randint(1, 6))


async def hand_over(at: Ground) -> None:
    tags = at.chance.sample(at.tags, 4)
    await custody.hand_out(at.keeper, tags, Holder(person_id=at.keeper.person_id))
    await custody.take_back(at.keeper, tags)


async def search(at: Ground) -> None:
    network = await made.network(at.school)
    scan = await database.fetch_value(
        "INSERT INTO network_scan (school, network, created_at, addresses, attempts, lease_until)"
        " VALUES ($1, $2, now(), 4, 1, now() + interval '1 hour')"
        " ON CONFLICT DO NOTHING RETURNING id",
        at.school.id,
        network,
    )
    if scan is None:
        return
    claim = ScanClaim(scan, 1, 1, at.school.id, network, 0)
    findings = [
        Discovered(f"127.0.9.{n}", 161, None, "generic", {}, (f"02:00:5e:10:02:{n:02x}",))
        for n in at.chance.sample(range(1, DEVICES + 4), 4)
    ]
    await database.execute("UPDATE device SET mac = NULL WHERE id = $1", at.one())
    await found.store_progress(claim, 4, findings, is_over=True)


async def hurry(at: Ground) -> None:
    await parents.visit_at_once(at.some())
    await registration.poll_now(at.keeper, at.one())


async def test_nobody_waits_in_a_ring_and_no_change_is_lost() -> None:
    at = await ground()
    until = monotonic() + SECONDS
    deeds: dict[str, Deed] = {
        "visits one": lambda: visits(at, "one"),
        "visits two": lambda: visits(at, "two"),
        "trap": lambda: trap(at),
        "act": lambda: act(at),
        "acknowledge": lambda: acknowledge(at),
        "clear": lambda: clear(at),
        "resolve": lambda: resolve(at),
        "enqueue": lambda: notices.enqueue_notices(),
        "pause": lambda: pause(at),
        "hours": lambda: give_hours(at),
        "wake": lambda: wake(at),
        "sit": lambda: sit(at),
        "hand over": lambda: hand_over(at),
        "search": lambda: search(at),
        "poll now": lambda: hurry(at),
    }

    async def again_and_again(name: str, deed: Deed) -> None:
        while monotonic() < until:
            try:
                await deed()
                at.done[name] += 1
            except Unavailable as ring:
                at.rings[f"{name}: {ring.code}"] += 1
            except EXPECTED:
                at.done[f"{name} refused"] += 1
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        for name, deed in deeds.items():
            for _ in range(2):
                group.create_task(again_and_again(name, deed))
    assert not at.rings, at.done
    assert not [name for name in deeds if not at.done[name]]
    versions = await database.fetch_value("SELECT sum(version - 1) FROM device")
    assert versions == at.done["versions"]
