"""Times on pages and in files are on the clock of the reader's school."""

from datetime import UTC, datetime
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from core import database
from tests import factories, factories_repairs
from tests.conftest import Stack

AT = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "clock"),
    [("Asia/Shanghai", "08:00"), ("Asia/Urumqi", "06:00"), ("Asia/Kathmandu", "05:45")],
)
async def test_times_are_on_the_schools_clock(
    client: httpx.AsyncClient, db: Stack, zone: str, clock: str
) -> None:
    school = await factories.school()
    await database.execute("UPDATE school SET zone = $2 WHERE id = $1", school.id, zone)
    admin = await factories.person("admin", school)
    order = await factories_repairs.order(await factories.asset(school))
    await database.execute("UPDATE work_order SET opened_at = $2 WHERE id = $1", order.id, AT)
    await factories.signed_in(client, admin)
    page = await client.get(f"/work-orders/{order.id}")
    assert f"1 Sep 2026, {clock}" in page.text
    # Charts are drawn by the same clock.
    assert f'<meta name="school-zone" content="{zone}">' in page.text
    listed = "/work-orders.csv?columns=opened_at"
    assert f"2026-09-01 {clock}" in (await client.get(listed)).text
    book = load_workbook(BytesIO((await client.get(listed.replace("csv", "xlsx"))).content))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    hour, minute = map(int, clock.split(":"))
    assert datetime(2026, 9, 1, hour, minute) in cells  # noqa: DTZ001
