"""States and kinds are sorted as they follow each other, in SQL and in cursors alike."""

from types import SimpleNamespace
from typing import get_args

import pytest

from core.database import fetch_column
from core.query import Orders
from inventory import donors, models, repairs
from inventory.repairs import WorkOrderFilter
from inventory.repairs import views as orders_of_repairs
from monitoring.devices import views as devices
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("orders", "column", "values"),
    [
        (orders_of_repairs.ORDERS, "w.state", get_args(orders_of_repairs.State)),
        (orders_of_repairs.ORDERS, "w.severity", get_args(orders_of_repairs.Severity)),
        (devices.ORDERS, "d.state", tuple(devices.DeviceState)),
        (donors.ORDERS, "d.kind", tuple(donors.DonorKind)),
        (models.ORDERS, "m.kind", tuple(models.AssetKind)),
    ],
)
async def test_the_database_and_a_row_have_the_same_place(
    orders: Orders, column: str, values: tuple[str, ...]
) -> None:
    alias, name = column.split(".")
    key = orders.chosen(name).keys[0]
    found = await fetch_column(
        str,
        f"SELECT {column} FROM unnest(:values::text[]) AS {alias} ({name})"
        f" ORDER BY {key.expression}",
        values=sorted(values),
    )
    assert tuple(found) == values
    assert [key.of(SimpleNamespace(**{name: value})) for value in values] == [
        number for number, _ in enumerate(values, 1)
    ]


async def test_work_orders_come_from_open_to_cancelled_from_page_to_page() -> None:
    school = await factories.school()
    who = await factories.person("technician", school)
    made = []
    for number in range(5):
        asset = await factories.asset(school)
        made.append(
            await repairs.open_work_order(
                who.actor, asset_id=asset.id, source="person", fault=f"{number}", summary="broken"
            )
        )
    await repairs.cancel(who.actor, made[0].id, reason="none")
    await repairs.complete(who.actor, made[1].id, resolution="done")
    await repairs.assign(who.actor, made[2].id, assignee_id=who.id)
    await repairs.assign(who.actor, made[3].id, assignee_id=who.id)
    await repairs.wait_for_parts(who.actor, made[3].id)
    for sort in ("state", "-state"):
        found, cursor = [], None
        for _ in made:
            page = await repairs.list_work_orders(
                who.actor, WorkOrderFilter(), sort=sort, limit=1, cursor=cursor
            )
            found += [one.state for one in page.items]
            cursor = page.next_cursor
        expected = list(get_args(orders_of_repairs.State))
        assert found == (expected if sort == "state" else expected[::-1])
        assert cursor is None
