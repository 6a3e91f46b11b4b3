"""Each device at its own moment: early claims, two lanes, turns that were missed, nothing piling up."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import monotonic, time

import msgspec
import pytest

from core import clock, database
from core.errors import Unavailable
from monitoring import health
from monitoring.polling import claims, clock_steps, store
from monitoring.polling import poller as polling
from monitoring.polling.claims import Claim
from monitoring.polling.outcomes import Outcome
from monitoring.polling.poller import Poller
from monitoring.polling.scheduler import LATENESS_BOUNDS_MS, Lateness
from monitoring.polling.store import Written
from monitoring.polling.visit import Visit
from monitoring.snmp import Address, Session
from tests import factories
from tests import factories_monitoring as made
from tests.factories_monitoring import MadeDevice
from tests.monitoring.table_agent import TableAgent, answering, system
from tests.patience import EVERY_SECONDS, MANY_LOOKS, PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def visits_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A poller that is stopped cuts no visit off because the machine is busy."""
    monkeypatch.setattr(polling, "LEAVE_SECONDS", PATIENCE_SECONDS)


class AskedAt:
    """A visitor that notes when it was sent to whom, and takes its time with some."""

    def __init__(self, slow: float = 0.0) -> None:
        self.times: dict[int, list[float]] = {}
        self.slow = slow
        self.at_once = 0
        self.most_at_once = 0

    async def visit(self, claim: Claim) -> Visit:
        self.times.setdefault(claim.device_id, []).append(time())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.slow)
        self.at_once -= 1
        return Visit("generic", {}, [], at=time())


def poller_with(wire: Session, visitor: AskedAt, *, slots: int = 20) -> Poller:
    return Poller(wire, made.CIPHER, worker="worker-one", slots=slots, visitors={"snmp": visitor})


async def run_until(poller: Poller, holds: Callable[[], bool]) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(poller.run(stop))
    for _ in range(MANY_LOOKS):
        if holds():
            break
        await asyncio.sleep(EVERY_SECONDS)
    stop.set()
    await asyncio.wait_for(running, PATIENCE_SECONDS)


async def until(sql: str, *args: object) -> None:
    """Wait until the query gives a true value."""
    for _ in range(MANY_LOOKS):
        if await database.fetch_value(sql, *args):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(sql)


async def some_devices(count: int) -> list[MadeDevice]:
    school = await factories.school()
    made_now = [await made.device(school, Address("127.0.0.1", 18_000 + n)) for n in range(count)]
    await database.execute("UPDATE device SET interval_seconds = 600")
    return made_now


async def test_devices_are_claimed_ahead_and_begun_at_their_own_moments(wire: Session) -> None:
    devices = await some_devices(12)
    await database.execute(
        "UPDATE device SET next_poll_at = now() + (5 + id % 12) * interval '0.1 s'"
    )
    due = {
        device.id: await database.fetch_value(
            "SELECT extract(epoch FROM next_poll_at)::float8 FROM device WHERE id = $1", device.id
        )
        for device in devices
    }
    visitor = AskedAt()
    poller = poller_with(wire, visitor)
    assert await poller.claim_once() == 12
    assert not visitor.times, "nobody is asked before the turn"
    await run_until(poller, lambda: len(visitor.times) == len(devices))
    late = [visitor.times[device][0] - at for device, at in due.items()]
    assert min(late) >= 0, "nobody is asked before the turn"


async def test_a_lane_begins_no_more_than_its_slots_and_the_rest_in_their_order(
    wire: Session,
) -> None:
    devices = await some_devices(9)
    visitor = AskedAt(slow=0.1)
    await poller_with(wire, visitor, slots=3).visit_due()
    assert visitor.most_at_once == 3
    assert len(visitor.times) == len(devices)


async def test_silent_devices_do_not_slow_down_those_that_answer(
    wire: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those that say nothing are waited for no longer than that.
    monkeypatch.setattr(polling, "LEAVE_SECONDS", 0.0)
    school = await factories.school()
    for n in range(30):
        await made.device(school, Address("127.0.0.1", 19_000 + n))
    await database.execute("UPDATE device SET failures = 5")
    agent = TableAgent(system())
    async with answering(agent) as address:
        alive = await made.device(school, address)
        poller = Poller(wire, made.CIPHER, worker="worker-one", slots=3)
        stop = asyncio.Event()
        running = asyncio.create_task(poller.run(stop))
        await until("SELECT last_seen_at FROM device WHERE id = $1", alive.id)
        still_waiting = poller.figures().now
        stop.set()
        await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert still_waiting.suspect_in_flight == 1
    assert still_waiting.waiting > 0


async def test_a_turn_that_is_late_by_an_interval_is_skipped_and_counted(wire: Session) -> None:
    late, on_time, dead = await some_devices(3)
    for device, behind in ((late, "50 minutes"), (on_time, "5 seconds"), (dead, "1 hour")):
        await database.execute(
            "UPDATE device SET next_poll_at = now() - $2::text::interval WHERE id = $1",
            device.id,
            behind,
        )
    await database.execute("UPDATE device SET failures = 5 WHERE id = $1", dead.id)
    visitor = AskedAt()
    poller = poller_with(wire, visitor)
    await poller.visit_due()
    assert set(visitor.times) == {on_time.id, dead.id}
    assert poller.counted.skipped_turns == 5
    soon = await database.fetch_value(
        "SELECT next_poll_at - now() BETWEEN interval '0' AND interval '60 seconds'"
        " AND leased_by IS NULL FROM device WHERE id = $1",
        late.id,
    )
    assert soon, "it is not made up at once, nor left until a turn far away"


async def test_no_more_is_claimed_ahead_than_the_slots_can_take(wire: Session) -> None:
    await some_devices(20)
    poller = poller_with(wire, AskedAt(), slots=2)
    assert await poller.claim_once() == 10
    others = await claims.claim_ahead(
        "worker-two", limit=50, suspect=False, methods=["snmp"], ahead_seconds=0
    )
    assert len(others) == 10


async def test_devices_that_are_only_pinged_are_left_to_workers_that_can(wire: Session) -> None:
    device, _ = await some_devices(2)
    await database.execute(
        "UPDATE device SET method = 'ping', credential = NULL WHERE id = $1", device.id
    )
    snmp, ping = AskedAt(), AskedAt()
    await poller_with(wire, snmp).visit_due()
    assert device.id not in snmp.times
    both = Poller(wire, made.CIPHER, worker="w", slots=5, visitors={"ping": ping, "snmp": snmp})
    await both.visit_due()
    assert list(ping.times) == [device.id]


async def test_one_result_that_cannot_be_kept_costs_only_its_own_device(
    wire: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = await some_devices(5)
    poisoned = devices[2].id
    save = store.save_outcomes

    async def keep_or_fail(worker: str, batch: list[Outcome]) -> Written:
        written = await save(worker, batch)
        if any(one.device_id == poisoned for one in batch):
            await database.execute("SELECT 1 / 0")
        return written

    async def refuse_in_batch(worker: str, batch: list[Outcome]) -> Written:
        async with database.transaction():
            return await keep_or_fail(worker, batch)

    monkeypatch.setattr(store, "save_outcomes", refuse_in_batch)
    poller = poller_with(wire, AskedAt())
    await poller.visit_due()
    seen = await database.fetch_value(
        "SELECT array_agg(id ORDER BY id) FROM device WHERE last_seen_at IS NOT NULL"
    )
    assert seen == [device.id for device in devices if device.id != poisoned]
    assert (poller.counted.batches_refused, poller.counted.results_dropped) == (1, 1)


async def test_while_the_database_is_away_results_wait_and_are_kept_when_it_is_back(
    wire: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = await some_devices(5)
    save = store.save_outcomes
    tries = 0

    async def away_twice(worker: str, batch: list[Outcome]) -> Written:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise Unavailable("away")  # type: ignore[arg-type]
        return await save(worker, batch)

    monkeypatch.setattr(store, "save_outcomes", away_twice)
    visitor = AskedAt()
    poller = poller_with(wire, visitor)
    await run_until(poller, lambda: poller.counted.results_kept == len(devices))
    assert poller.counted.results_kept == len(devices)
    assert poller.counted.database_away == 1, "told once, not at every try"
    assert all(len(times) == 1 for times in visitor.times.values())


async def test_a_device_that_people_changed_during_its_visit_is_visited_again(
    wire: Session,
) -> None:
    (device,) = await some_devices(1)
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    class Held(AskedAt):
        async def visit(self, claim: Claim) -> Visit:
            has_begun.set()
            await may_end.wait()
            return await super().visit(claim)

    visitor = Held()
    poller = poller_with(wire, visitor)
    visiting = asyncio.create_task(poller.visit_due())
    await has_begun.wait()
    await database.execute(
        "UPDATE device SET port = 18_999, version = version + 1, next_poll_at = now()"
    )
    may_end.set()
    await visiting
    assert len(visitor.times[device.id]) == 2
    assert (poller.counted.lost_leases, poller.counted.results_kept) == (1, 1)


async def test_a_worker_tells_its_figures_and_takes_them_along(wire: Session) -> None:
    await some_devices(3)
    # One was due before the worker came: that is no delay of its own.
    poller = poller_with(wire, AskedAt())
    await database.execute(
        "UPDATE device SET next_poll_at = now() + interval '1 second'"
        " WHERE id <> (SELECT min(id) FROM device)"
    )
    stop = asyncio.Event()
    running = asyncio.create_task(poller.run(stop))
    await until("SELECT count(*) = 1 FROM poller_report")
    await until("SELECT bool_and(last_seen_at IS NOT NULL) FROM device")
    stop.set()
    await running
    assert await database.fetch_value("SELECT count(*) FROM poller_report") == 0
    figures = poller.figures()
    assert (figures.counted.polls, figures.counted.results_kept) == (3, 3)
    assert sum(figures.lateness.counts) == 2
    assert figures.wire.receive_buffer_bytes > 0


def test_lateness_is_counted_by_bounds_and_shown_by_shares() -> None:
    lateness = Lateness()
    for milliseconds in [0.4] * 98 + [30.0, 70_000.0]:
        lateness.add(milliseconds)
    shown = lateness.shown()
    assert (shown.p50_ms, shown.p99_ms, shown.most_ms) == (0.4, 30.0, 70_000.0)
    assert len(shown.counts) == len(LATENESS_BOUNDS_MS) + 1
    assert (shown.counts[0], shown.counts[-1]) == (98, 1)


async def test_an_answer_that_we_make_a_mistake_with_is_a_failed_visit_and_not_a_lost_device(
    wire: Session,
) -> None:
    (device,) = await some_devices(1)

    class Mistaken(AskedAt):
        async def visit(self, claim: Claim) -> Visit:
            raise ZeroDivisionError

    poller = poller_with(wire, Mistaken())
    for _ in range(3):
        await made.due_now(device.id)
        await poller.visit_due()
    row = await database.fetch_value(
        "SELECT (failures, state, leased_by IS NULL)::text FROM device WHERE id = $1", device.id
    )
    assert row == "(3,unknown,t)"
    assert poller.counted.faults == 3


async def test_a_clock_that_was_set_back_silences_no_device() -> None:
    """Eight hours, as on a PC that kept local time: turns, leases and visits of the future."""
    far, behind, held, usual, paused_long = await some_devices(5)
    ahead = clock.now() + timedelta(hours=8)
    soon = clock.now() + timedelta(minutes=9)
    for device, turn, visited in (
        (far, ahead, None),
        (behind, clock.now() + timedelta(minutes=20), clock.now() + timedelta(minutes=11)),
        (held, soon, None),
        (usual, soon, clock.now() - timedelta(minutes=1)),
    ):
        await database.execute(
            "UPDATE device SET next_poll_at = $2, last_polled_at = $3 WHERE id = $1",
            device.id,
            turn,
            visited,
        )
    await database.execute(
        "UPDATE device SET leased_by = 'gone', lease_until = $2 WHERE id = $1", held.id, ahead
    )
    assert (await health.look()).devices.ahead == 2
    assert await clock_steps.bring_forward() == 3
    turns = dict(
        await database.fetch_value(
            "SELECT array_agg(ROW(id, next_poll_at)) FROM device WHERE lease_until IS NULL"
        )
    )
    within = clock.now() + timedelta(seconds=61)
    assert all(turns[device.id] < within for device in (far, behind, held))
    assert turns[usual.id] == soon
    assert turns[paused_long.id] <= clock.now()
    assert (await health.look()).devices.ahead == 0
    assert await clock_steps.bring_forward() == 0


async def test_a_claim_waits_by_a_clock_that_nobody_sets() -> None:
    await some_devices(1)
    (claim,) = await claims.claim_ahead(
        "worker-one", limit=1, suspect=False, methods=["snmp"], ahead_seconds=claims.AHEAD_SECONDS
    )
    of_the_future = msgspec.structs.replace(
        claim, next_poll_at=claim.next_poll_at + timedelta(hours=8)
    )
    assert claim.due_at <= monotonic()
    assert of_the_future.due_at <= claim.leased_at + claims.AHEAD_SECONDS
