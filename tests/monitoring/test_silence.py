"""Silence by the clock of expected hours, through the poller: a fault within them, none outside."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.access import Role
from monitoring import devices
from monitoring.alerting import alerts, expected_hours
from monitoring.alerting.alerts import AlertFilter
from monitoring.alerting.expected_hours import NewHours, Span
from monitoring.polling.poller import Poller
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.sessions import BriefSession

ALWAYS = [Span(day, time(0), time(0)) for day in range(1, 8)]


def never_today() -> list[Span]:
    """Hours of a day that is neither today nor one beside it, wherever the school is."""
    local = clock.now().astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=3)
    return [Span(local.isoweekday(), time(8), time(17))]


@pytest.fixture
async def poller() -> AsyncIterator[Poller]:
    async with BriefSession() as wire:
        yield Poller(wire, made.CIPHER, worker="worker-one", slots=20)


@pytest.mark.parametrize(
    ("may_sleep", "within", "rules"),
    [
        (True, None, []),
        (True, True, ["unreachable"]),
        (True, False, []),
        (False, None, ["unreachable"]),
        (False, True, ["unreachable"]),
        (False, False, []),
    ],
)
async def test_silence_is_a_fault_within_the_hours_and_none_outside(
    db: Stack, poller: Poller, may_sleep: bool, within: bool | None, rules: list[str]
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school, may_sleep=may_sleep)
    if within is not None:
        spans = ALWAYS if within else never_today()
        hours = await expected_hours.create_hours(keeper, school.id, NewHours("Lessons", spans))
        await expected_hours.give_to_device(keeper, device.id, hours.id)
    for _ in range(4):
        await made.due_now(device.id)
        await poller.visit_due()
    assert (await devices.get_device(keeper, device.id)).failures == 4
    found = await alerts.list_alerts(keeper, AlertFilter(is_open=True))
    assert [alert.rule for alert in found.items] == rules
