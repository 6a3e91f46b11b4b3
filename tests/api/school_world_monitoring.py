"""What a school of the tests has under watch, by the names that requests use."""

from datetime import time, timedelta

from core import clock, database
from monitoring.alerting import expected_hours
from monitoring.alerting.maintenance import windows
from tests import factories_monitoring
from tests.factories import MadePerson, MadeSchool
from tests.factories_monitoring import MadeDevice

ADD_MESSAGE = """
    INSERT INTO trap (school, source, kind, trap_oid, varbinds, minute, first_at, last_at)
    VALUES ($1, '127.0.0.1', 'trap', '1.3.6.1.4.1.99999.0.1', '[]', now(), now(), now())
"""


async def devices(school: MadeSchool, place_id: int) -> dict[str, str | int]:
    """A device in a room with its network, a search, a trap, an alert and a plan to wake it."""
    device = await factories_monitoring.device(school)
    network_id = await factories_monitoring.network(school, "10.3.0.0/24")
    scan_id = await database.fetch_value(
        "INSERT INTO network_scan (school, network, created_at, addresses)"
        " VALUES ($1, $2, now(), 254) RETURNING id",
        school.id,
        network_id,
    )
    await database.execute(ADD_MESSAGE, school.id)
    alert_id = await database.fetch_value(
        "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)"
        " VALUES ($1, $2, 'silent', '', 'critical', '{\"template\": \"Silent\", \"params\": {}}', now())"
        " RETURNING id",
        school.id,
        device.id,
    )
    return {
        "device_id": device.id,
        "credential_id": device.credential_id,
        "network_id": network_id,
        "scan_id": scan_id,
        "candidate_id": await factories_monitoring.candidate(school, name="a machine"),
        "alert_id": alert_id,
        "plan_id": await _wake_plan(school, place_id, device),
    }


async def _wake_plan(school: MadeSchool, place_id: int, device: MadeDevice) -> int:
    """The device stands in a room that is woken, and can be woken itself."""
    await database.execute("UPDATE asset SET place = $2 WHERE id = $1", device.asset.id, place_id)
    await database.execute("UPDATE device SET mac = '02:00:5e:10:00:01' WHERE id = $1", device.id)
    plan_id: int = await database.fetch_value(
        "INSERT INTO wake_plan (school, place, weekdays, wake_at, created_by, created_at)"
        " SELECT $1, $2, '{1}', '06:00', person, now() FROM membership WHERE school = $1"
        " ORDER BY id LIMIT 1 RETURNING id",
        school.id,
        place_id,
    )
    return plan_id


async def watching(admin: MadePerson, school: MadeSchool, device_id: int) -> dict[str, str | int]:
    """Expected hours, a maintenance window, a printer with rules, and a switch."""
    hours = await expected_hours.create_hours(
        admin.actor,
        school.id,
        expected_hours.NewHours("Lessons", [expected_hours.Span(1, time(8), time(17))]),
    )
    window = await windows.create_window(
        admin.actor,
        windows.NewWindow(
            school_id=school.id,
            reason="Cables",
            device_id=device_id,
            ends_at=clock.now() + timedelta(hours=1),
        ),
    )
    # A printer has rules to be set.
    await database.execute("UPDATE device SET profile = 'printer' WHERE id = $1", device_id)
    switch = await factories_monitoring.device(school)
    return {
        "hours_id": hours.id,
        "window_id": window.id,
        "switch_id": switch.id,
        "parent_tag": switch.asset.tag,
    }
