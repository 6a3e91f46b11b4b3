"""What models and donations cost: the report agrees with the facts, added up by hand."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import httpx
import pytest

from core import clock
from core.errors import Forbidden
from inventory import maintenance, repairs, stock
from inventory.repairs import NewEntry, PartReturn, PartUse
from inventory.stock import NewStock
from inventory.usage.periods import chosen_period
from inventory.usage.upkeep import UpkeepFigures, report_upkeep
from tests import (
    factories,
    factories_maintenance,
    factories_repairs,
    factories_usage,
)
from tests.factories import MadeAsset, MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)


async def test_rows_and_totals_are_the_sums_of_the_facts(client: httpx.AsyncClient) -> None:
    school, other = await factories.school(), await factories.school()
    keeper = await factories.person("technician", school)
    models = [await factories.asset_model() for _ in range(2)]
    donation, line = await factories_usage.donation_line(school, "Fifty computers", models[0])
    now = clock.now().replace(microsecond=0)
    period = chosen_period(clock.today(ZONE) - 100 * DAY, clock.today(ZONE), ZONE)
    random = Random(61)
    assets = [
        await factories_usage.created(
            await factories.asset(
                where, model=models[number % 2], donation_line=line if number % 4 == 0 else None
            ),
            now - 400 * DAY,
        )
        for number, where in enumerate([school] * 6 + [other])
    ]
    spans: dict[int, list[tuple[datetime, datetime]]] = {one.id: [] for one in assets}
    faults: dict[int, list[datetime]] = {one.id: [] for one in assets}
    for asset in assets:
        for _ in range(3):
            opened = now - timedelta(hours=random.randint(2, 24 * 200))
            closed = min(opened + timedelta(hours=random.randint(1, 900)), now)
            await factories_repairs.past_order(asset, opened, closed)
            spans[asset.id].append((opened, closed))
            faults[asset.id].append(opened)
    await factories_repairs.past_order(
        assets[0], now - DAY, now, state="cancelled", keeps_in_service=True
    )
    # Twice the same within 90 days, an order with work and parts, and planned work.
    for _ in range(2):
        reported = await repairs.report_fault(keeper.actor, assets[1].tag, "Dark screen")
        faults[assets[1].id].append(now)
        order = reported.work_order_id
        await repairs.complete(keeper.actor, order, resolution="New cable")
    order = (await repairs.report_fault(keeper.actor, assets[2].tag, "Loud")).work_order_id
    faults[assets[2].id].append(now)
    priced = await _stock(keeper, school, Decimal("12.50"))
    unpriced = await _stock(keeper, school, None)
    used = [PartUse(priced, 3), PartUse(unpriced, 2)]
    entry = NewEntry(done="Two fans", minutes=25, cost=Decimal("40"), parts=used)
    await repairs.create_entry(keeper.actor, order, entry)
    await repairs.return_part(keeper.actor, order, PartReturn(priced, 1))
    plan = await factories_maintenance.plan(keeper, school, model=models[1])
    assert (await maintenance.open_due(keeper.actor, plan.id)).opened == 3

    def hours(of: list[MadeAsset]) -> float:
        return sum(_union_hours(spans[one.id], period.starts_at, now) for one in of)

    def seen(of: list[MadeAsset]) -> int:
        return sum(at >= period.starts_at for one in of for at in faults[one.id])

    own = assets[:6]
    by_model = await report_upkeep(keeper.actor, "model", period)
    rows = {row.key: row.figures for row in by_model.rows}
    for number, model in enumerate(models):
        mine = own[number::2]
        found = rows[model]
        assert (found.assets, found.faults) == (3, seen(mine))
        assert found.downtime_hours == pytest.approx(hours(mine), abs=0.02)
    assert (rows[models[1]].repeats, rows[models[1]].planned) == (1, 3)
    dear = rows[models[0]]
    assert (dear.parts_cost, dear.other_cost, dear.cost) == (25, 40, 65)
    assert (dear.unpriced_parts, dear.work_minutes) == (2, 25)
    by_donation = await report_upkeep(keeper.actor, "donation", period)
    given = {row.key: row.figures for row in by_donation.rows}
    assert (given[donation].assets, given[donation].faults) == (2, seen([own[0], own[4]]))
    assert given[donation].downtime_hours == pytest.approx(hours([own[0], own[4]]), abs=0.02)
    assert by_model.totals == by_donation.totals
    for field in UpkeepFigures.__struct_fields__:
        added = sum(getattr(row.figures, field) for row in by_model.rows)
        assert float(added) == pytest.approx(float(getattr(by_model.totals, field)), abs=0.05)
    only = await report_upkeep(keeper.actor, "model", period, donation_id=donation)
    assert only.totals == given[donation]
    teacher = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await report_upkeep(teacher.actor, "model", period)
    await _pages_say_the_same(client, keeper, donation, models[0])


async def _pages_say_the_same(
    client: httpx.AsyncClient, keeper: MadePerson, donation: int, model: int
) -> None:
    await factories.signed_in(client, keeper)
    assert "/upkeep" in (await client.get("/work-orders")).text
    assert f"/upkeep?donation_id={donation}" in (await client.get(f"/donations/{donation}")).text
    assert f"model_id={model}" in (await client.get(f"/asset-models/{model}")).text
    page = await client.get("/upkeep?period=year")
    assert page.status_code == 200
    assert "2 parts have no price" in page.text
    file = (await client.get("/upkeep.csv?by=donation&period=year")).text
    assert "Fifty computers" in file
    wrong = await client.get("/upkeep?period=days&from=2026-11-30&to=2020-01-01")
    assert "The first day comes after the last one" in wrong.text
    answer = await client.get("/api/v1/reports/upkeep", headers=await factories.bearer(keeper))
    assert answer.json()["totals"]["parts_cost"] == "25.00"


async def _stock(keeper: MadePerson, school: MadeSchool, unit_cost: Decimal | None) -> int:
    place, model = await factories.place(school), await factories.asset_model("part")
    new = NewStock(school.code, model, place, 9, unit_cost=unit_cost)
    return (await stock.receive_stock(keeper.actor, new)).id


def _union_hours(spans: list[tuple[datetime, datetime]], since: datetime, until: datetime) -> float:
    """How long at least one of them lasted within the period."""
    total, reached = 0.0, since
    for begin, end in sorted(spans):
        begin, end = max(begin, reached), min(end, until)
        if end > begin:
            total += (end - begin).total_seconds() / 3600
            reached = end
    return total
