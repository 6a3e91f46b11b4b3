"""Alerts that many raise, clear and acknowledge at once, and parents set at once."""

import asyncio

import pytest

from core import database
from core.access import Actor, Role
from core.errors import NotFound, say
from monitoring.alerting import alerts, parents
from monitoring.alerting.alerts import AlertFilter, DeviceChanges, Finding
from tests import factories
from tests import factories_monitoring as made

pytestmark = pytest.mark.usefixtures("db")
SILENT = Finding("unreachable", "", "critical", say("switch does not answer"))
LOW = Finding("supply_low", "Black", "warning", say("P-1: Black is running out (6 % left)"))


async def test_32_parents_at_once_make_no_circle() -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    first, second = await made.device(school), await made.device(school)
    pairs = [(first.id, second.id), (second.id, first.id)] * 16
    results = await asyncio.gather(
        *(parents.set_parent(keeper, *pair) for pair in pairs), return_exceptions=True
    )
    assert {type(one).__name__ for one in results} <= {"LinkedDevice", "Invalid", "Unavailable"}
    assert await database.fetch_value("SELECT count(*) FROM device WHERE parent IS NOT NULL") == 1


async def test_many_are_acknowledged_at_once_and_only_ones_own() -> None:
    school, other = await factories.school(), await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    worker = Actor.system("monitoring", [school.id, other.id])
    ids = []
    for of in (school, school, other):
        device = await made.device(of)
        ids.append(await alerts.raise_alert(worker, device.id, LOW))
    with pytest.raises(NotFound):
        await alerts.acknowledge_many(keeper, [i for i in ids if i])
    own = [i for i in ids[:2] if i]
    assert await alerts.acknowledge_many(keeper, own) == 2
    assert await alerts.acknowledge_many(keeper, own) == 0
    seen = await alerts.list_alerts(keeper, AlertFilter(state="acknowledged"))
    assert {alert.id for alert in seen.items} == set(ids[:2])


async def test_a_fault_found_by_a_poll_a_trap_and_a_batch_at_once_is_one_alert() -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    found = await asyncio.gather(
        *(alerts.raise_alert(worker, device.id, SILENT) for _ in range(16)),
        *(
            alerts.apply_changes(
                worker, [DeviceChanges(device.id, school.id, raised=[SILENT, LOW])]
            )
            for _ in range(16)
        ),
        return_exceptions=True,
    )
    assert not [one for one in found if isinstance(one, Exception)]
    assert await database.fetch_value("SELECT count(*) FROM alert") == 2
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 2


async def test_raising_and_clearing_at_once_ends_in_one_state() -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    await asyncio.gather(
        *(alerts.raise_alert(worker, device.id, SILENT) for _ in range(16)),
        *(alerts.clear_alert(worker, device.id, "unreachable", "") for _ in range(16)),
    )
    await alerts.clear_alert(worker, device.id, "unreachable", "")
    rows = await database.fetch_value(
        "SELECT count(*) FROM alert WHERE cleared_at IS NULL AND quiet_at IS NULL"
    )
    assert rows == 0
