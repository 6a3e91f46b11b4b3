"""Devices without an agent, and agents that fall silent on machines that do not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from core import database
from monitoring.polling import counters
from monitoring.polling.claims import PING
from monitoring.polling.ping_visitor import PingedVisitor, PingVisitor
from monitoring.polling.poller import Poller
from monitoring.polling.snmp_visitor import SnmpVisitor
from monitoring.snmp import Address
from tests import factories, factories_monitoring
from tests.factories import MadeSchool
from tests.factories_monitoring import CIPHER, NOBODY_THERE
from tests.monitoring.sessions import BriefSession, PatientPinger
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")

HERE = Address("127.0.0.9", 16_199)
T = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
async def poller() -> AsyncIterator[Poller]:
    async with BriefSession() as wire, PatientPinger() as pinger:
        yield Poller(
            wire,
            CIPHER,
            worker="tests",
            slots=10,
            visitors={
                "snmp": PingedVisitor(SnmpVisitor(wire, CIPHER), pinger),
                PING: PingVisitor(pinger),
            },
        )


async def pinged(of: MadeSchool) -> int:
    """A device without an agent."""
    made = await factories_monitoring.device(of, HERE)
    await database.execute(
        "UPDATE device SET method = 'ping', credential = NULL WHERE id = $1", made.id
    )
    return made.id


async def state_of(device_id: int) -> str:
    found: str = await database.fetch_value("SELECT state FROM device WHERE id = $1", device_id)
    return found


async def visited(poller: Poller, device_id: int, times: int = 1) -> None:
    for _ in range(times):
        await factories_monitoring.due_now(device_id)
        await poller.visit_due()


async def test_a_machine_without_an_agent_is_up_and_its_answer_is_kept(poller: Poller) -> None:
    device_id = await pinged(await factories.school())
    await visited(poller, device_id)
    assert await state_of(device_id) == "up"
    kept = await database.fetch_value("SELECT metric FROM sample WHERE device = $1", device_id)
    assert kept == "round_trip"


async def test_between_two_answers_the_machine_was_on(poller: Poller) -> None:
    device_id = await pinged(await factories.school())
    await visited(poller, device_id)
    await database.execute(
        "UPDATE device SET last_seen_at = last_seen_at - interval '100 seconds' WHERE id = $1",
        device_id,
    )
    await visited(poller, device_id, times=2)
    seconds = await database.fetch_value(
        "SELECT sum(extract(epoch FROM ended_at - started_at))::float8 FROM power_session"
        " WHERE device = $1",
        device_id,
    )
    assert 100 <= seconds < 100 + PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("last_seen_seconds_ago", "begins_seconds_ago"),
    [
        (None, None),  # the first answer there ever was
        (60, 60),
        (180, 180),  # two were lost
        (181, None),  # too long: it may have been off
        (86_400, None),
    ],
)
def test_a_silence_that_lasted_is_no_hour_of_use(
    last_seen_seconds_ago: float | None, begins_seconds_ago: float | None
) -> None:
    def ago(seconds: float | None) -> datetime | None:
        return None if seconds is None else T - timedelta(seconds=seconds)

    seen = counters.seen_by_ping(1, ago(last_seen_seconds_ago), T, interval_seconds=60)
    assert (seen.booted_at if seen else None) == ago(begins_seconds_ago)


async def test_a_machine_that_is_on_while_its_agent_is_silent_is_not_down(poller: Poller) -> None:
    made = await factories_monitoring.device(await factories.school(), NOBODY_THERE)
    await visited(poller, made.id, times=2)
    await visited(poller, made.id, times=2)
    assert await state_of(made.id) == "unknown"
    rules = await database.fetch_value(
        "SELECT array_agg(rule) FROM alert WHERE cleared_at IS NULL AND device = $1", made.id
    )
    assert rules == ["unreadable"]
    trouble = await database.fetch_value("SELECT trouble::text FROM device WHERE id = $1", made.id)
    assert "ping" in trouble
