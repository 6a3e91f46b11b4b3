"""What people call a device is said once, by the database."""

import re
from pathlib import Path

import pytest

from core.access import Role
from core.database import execute, fetch_column, fetch_value
from monitoring import devices
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack

OWN = '{"name": "printer-201"}'


@pytest.mark.parametrize(
    ("asset_name", "identity", "name", "name_or_tag"),
    [
        ("Printer of 5B", OWN, "Printer of 5B", "Printer of 5B"),
        ("", OWN, "printer-201", "printer-201"),
        ("", '{"name": ""}', "HP LaserJet", "S1-00042"),
        ("", None, "HP LaserJet", "S1-00042"),
        (None, None, "HP LaserJet", "S1-00042"),
    ],
)
async def test_a_device_is_called_as_its_asset_else_as_it_calls_itself(
    connections: Stack, asset_name: str | None, identity: str | None, name: str, name_or_tag: str
) -> None:
    assert name == await fetch_value(
        "SELECT device_name($1, $2::text::jsonb, 'HP', 'LaserJet')", asset_name, identity
    )
    assert name_or_tag == await fetch_value(
        "SELECT device_name_or_tag($1, $2::text::jsonb, 'S1-00042')", asset_name, identity
    )


async def test_the_planner_puts_the_name_into_the_statement(connections: Stack) -> None:
    """A function that is called for each row would cost lists of a thousand devices their speed."""
    plan = "\n".join(
        await fetch_column(
            str,
            "EXPLAIN (VERBOSE, COSTS off)"
            " SELECT device_name(a.name, d.identity, m.brand, m.name),"
            " device_name_or_tag(a.name, d.identity, a.tag) FROM device d"
            " JOIN asset a ON a.id = d.asset JOIN asset_model m ON m.id = a.model",
        )
    )
    assert "COALESCE(NULLIF(" in plan
    assert "device_name" not in plan


def test_no_statement_spells_the_name_out() -> None:
    root = Path(__file__).parents[2]
    spelled = [
        str(path.relative_to(root))
        for package in ("monitoring", "api", "labshare")
        for path in (root / package).rglob("*.py")
        if "piccolo_migrations" not in path.parts
        and re.search(r"nullif\(\w+\.identity ->> 'name'", path.read_text())
    ]
    assert spelled == []


async def test_a_device_in_a_cabinet_is_shown_with_its_room_and_building(db: Stack) -> None:
    school = await factories.school()
    viewer = (await factories.person(Role.technician, school)).actor
    building = await factories.place(school, "building")
    room = await factories.place(school, "room", building)
    cabinet = await factories.place(school, "cabinet", room)
    asset = await factories.asset(school)
    await execute("UPDATE asset SET place = $2 WHERE id = $1", asset.id, cabinet)
    device = await made.device(school, asset=asset)
    names = await fetch_column(
        str, "SELECT name FROM place WHERE school = $1 ORDER BY id", school.id
    )
    shown = await devices.get_device(viewer, device.id)
    assert shown.place == " / ".join(names)
    found = await devices.list_devices(viewer, devices.DeviceFilter(q=names[0]))
    assert [one.id for one in found.items] == [device.id]
