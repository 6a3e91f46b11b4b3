"""Visits and people change a device at the same moment: the one waits, neither in a ring."""

import asyncio
import contextvars

import pytest

from core import clock, database
from core.access import Actor
from monitoring import registration
from monitoring.alerting import alerts
from tests import factories
from tests import factories_monitoring as made
from tests.waiting import somebody_waits_for_a_lock

pytestmark = pytest.mark.usefixtures("db")

ALERT = """
INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)
VALUES ($1, $2, 'unreachable', '', 'critical', '{"template": "Silent", "params": {}}', $3)
"""


async def test_a_device_is_removed_while_a_visit_clears_its_alert() -> None:
    school = await factories.school()
    technician = (await factories.person("technician", school)).actor
    device = await made.device(school)
    await database.execute(ALERT, school.id, device.id, clock.now())
    worker = Actor.system("monitoring", [school.id])
    async with database.transaction(worker):
        # The order of every visit: the device, then its alerts.
        await database.execute("SELECT FROM device WHERE id = $1 FOR UPDATE", device.id)
        removing = asyncio.get_running_loop().create_task(
            registration.remove_device(technician, device.id), context=contextvars.Context()
        )
        await somebody_waits_for_a_lock()
        await alerts.clear_alert(worker, device.id, "unreachable", "")
    await removing
    assert await database.fetch_value("SELECT removed_at IS NOT NULL FROM device")
    assert await database.fetch_value("SELECT cleared_at IS NOT NULL FROM alert")
