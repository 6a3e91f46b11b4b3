"""Parts in the browser: few taps, what is refused stays, and the last part goes through one door."""

import asyncio

import httpx
import pytest

from core import database
from inventory import assets, kits, repairs, stock
from inventory.assets import LifecycleState
from inventory.kits import Deviation, NewKitCount, NewPartsList, PartFacts
from inventory.stock import NewMinimum, NewStock, StockItem
from tests import factories
from tests.api.office import Office, office_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def made(office: Office, count: int = 5, name: str = "Motor") -> StockItem:
    model = await factories.asset_model("part", name)
    place = await factories.place(office.school)
    return await stock.receive_stock(
        office.who.actor, NewStock(office.school.code, model, place, count)
    )


async def now(office: Office, item: StockItem) -> StockItem:
    return await stock.get_stock(office.who.actor, item.id)


async def test_a_part_is_taken_in_found_by_its_code_and_used(office: Office) -> None:
    place = await factories.place(office.school)
    new = {
        "school": office.school.code,
        "place_id": place,
        "quantity": 4,
        "unit_cost": "2.50",
        "new_model_kind": "computer",
        "new_model_name": "Memory 8 GB",
    }
    refused = await office.send("/stock/new", **{**new, "unit_cost": "2.505"})
    assert refused.status_code == 422
    assert 'id="unit_cost-error"' in refused.text
    answer = await office.send("/stock/new", **new)
    assert answer.status_code == 303
    address = answer.headers["location"]
    kind = await database.fetch_value("SELECT kind FROM asset_model WHERE name = 'Memory 8 GB'")
    assert kind == "part"
    steps = (
        ("issue", {"quantity": 1, "kind": "issued"}),
        ("issue", {"quantity": 1, "kind": "used", "note": "Worn"}),
        ("return", {"quantity": 1}),
        ("receive", {"quantity": 3, "order_number": "PO-9"}),
        ("minimum", {"minimum": 20}),
        ("code", {"code": "6901234567892"}),
    )
    for number, (path, form) in enumerate(steps):
        for _ in range(2):
            # A second press of the same page does nothing more.
            sent = await office.send(f"{address}/{path}", key=f"a-key-of-{number}", **form)
            assert sent.status_code == 303, path
    page = await office.see(address)
    assert "There now: 6" in page
    assert "Too few by 14" in page
    assert "order PO-9" in page
    found = await office.client.get("/stock/find", params={"q": "6901234567892"})
    assert found.headers["location"] == address
    assert address in await office.see("/stock?q=memory&there=on")
    assert "No part has this name or code" in await office.see("/stock?q=nothing")
    elsewhere = await factories.place(office.school)
    refused = await office.send(f"{address}/move", quantity=7, place_id=elsewhere, note="Typed")
    assert refused.status_code == 409
    assert "only 6 are there" in refused.text
    assert 'value="Typed"' in refused.text
    assert "Nothing is to be bought" not in await office.see("/purchases")
    assert "Parts to buy" in await office.see("/")
    assert "Memory 8 GB" in (await office.see("/purchases.csv"))
    assert "Not known yet" in await office.see("/stock-parts")


async def test_a_count_says_the_difference_before_it_is_written(office: Office) -> None:
    item = await made(office)
    address = f"/stock/{item.id}/count"
    page = await office.see(f"{address}?counted=3")
    assert "By the book 5, counted 3: a difference of -2." in page
    assert (await now(office, item)).on_hand == 5
    late = await office.send(address, counted=3, expected=6)
    assert late.status_code == 409
    assert 'value="3"' in late.text
    assert (await office.send(address, counted=3, expected=5)).status_code == 303
    assert (await now(office, item)).on_hand == 3


async def test_an_order_reserves_takes_and_returns_parts_on_its_page(office: Office) -> None:
    item, asset = await made(office), await factories.asset(office.school)
    who = office.who.actor
    order = (await repairs.report_fault(who, asset.tag, "It hums")).work_order_id
    address = f"/work-orders/{order}"
    refused = await office.send(f"{address}/parts/reserve", stock_id=item.id, quantity=6)
    assert refused.status_code == 409
    assert "only 5 are there" in refused.text
    await office.send(f"{address}/parts/reserve", stock_id=item.id, quantity=2)
    assert "reserved 2" in await office.see(address)
    entry = {"done": "Exchanged", "stock_1": item.id, "quantity_1": 9}
    refused = await office.send(f"{address}/entries", **entry)
    assert refused.status_code == 409
    assert "Exchanged</textarea>" in refused.text
    assert (await office.send(f"{address}/entries", **{**entry, "quantity_1": 3})).is_redirect
    page = await office.see(address)
    assert f"{item.title} × 3" in page
    assert f"{item.title} × 3" in await office.see(f"{address}/card")
    await office.send(f"{address}/parts/return", stock_id=item.id, quantity=1)
    assert "used 2" in await office.see(address)
    assert (await now(office, item)).on_hand == 3


async def test_a_thing_is_taken_apart_with_the_parts_of_its_list(office: Office) -> None:
    asset, who = await factories.asset(office.school), office.who.actor
    parts = NewPartsList([PartFacts("Motor", 2), PartFacts("Frame", 1)])
    await kits.write_parts_list(who, asset.model_id, parts)
    item = await made(office, 1, "Wheel")
    address = f"/assets/{asset.tag}/dismantle"
    assert "retire it first" in await office.see(address)
    await assets.take_step(who, asset.tag, LifecycleState.retired)
    assert f'href="{address}"' in await office.see(f"/assets/{asset.tag}")
    assert 'value="Frame"' in await office.see(address)
    gained = {"part_0": "Motor", "quantity_0": 2, "part_1": "Frame", "part_2": item.title,
              "quantity_2": "many"}  # fmt: skip
    for more, field in (({}, "quantity_2"), ({"quantity_2": 4}, "place_id")):
        refused = await office.send(address, **{**gained, **more})
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
    gained |= {"quantity_2": 4, "place_id": item.place_id}
    assert (await office.send(address, **gained)).status_code == 303
    assert (await assets.get_asset(who, asset.tag)).lifecycle is LifecycleState.dismantled
    there = {one.title: one.on_hand for one in (await stock.list_stock(who)).items}
    assert there == {item.title: 5, "Motor": 2}


async def test_32_takers_through_four_doors_get_exactly_what_was_there(office: Office) -> None:
    item, who = await made(office, 3), office.who.actor
    broken, kit = [await factories.asset(office.school) for _ in range(2)]
    order = (await repairs.report_fault(who, broken.tag, "It hums")).work_order_id
    listed = await kits.write_parts_list(who, kit.model_id, NewPartsList([PartFacts("Motor", 40)]))
    line = listed.parts[0].id
    await kits.count_kit(who, kit.tag, NewKitCount(listed.id, [Deviation(line, 30)]))
    await stock.set_minimum(who, NewMinimum(office.school.code, item.model_id, 2))
    doors = (
        (f"/stock/{item.id}/issue", {"data": {"quantity": 1, "kind": "issued"}}),
        (f"/api/v1/stock/{item.id}/issue", {"json": {"quantity": 1}}),
        (
            f"/work-orders/{order}/entries",
            {"data": {"done": "-", "stock_0": item.id, "quantity_0": 1}},
        ),
        (
            f"/kits/{kit.tag}/supply",
            {"data": {"line_id": line, "kind": "issued", "quantity": 1, "stock_id": item.id}},
        ),
    )
    answers = await asyncio.gather(*(office.client.post(path, **send) for path, send in doors * 8))
    assert sorted(answer.status_code for answer in answers)[3:] == [409] * 29
    assert (await now(office, item)).on_hand == 0
    # Three were taken; two are missing to the minimum, and what the kit got lacks no more.
    (buy,) = (await stock.list_purchases(who)).items
    supplied = (await kits.get_kit(who, kit.tag)).missing
    assert (buy.missing_in_kits, buy.buy) == (supplied, 2 + supplied)
