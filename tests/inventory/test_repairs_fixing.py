"""Fixed and closed in one step: all of it or nothing, and once, whoever presses with whom."""

import asyncio
from decimal import Decimal

import httpx
import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Invalid
from inventory import repairs, stock
from inventory.repairs import Fix, PartUse
from inventory.stock import NewStock
from tests import factories, factories_repairs
from tests.factories import MadePerson, MadeSchool


async def _fans(keeper: MadePerson, school: MadeSchool, many: int) -> int:
    new = NewStock(
        school.code,
        await factories.asset_model(kind="part"),
        await factories.place(school),
        many,
        unit_cost=Decimal("30.00"),
    )
    return (await stock.receive_stock(keeper.actor, new)).id


async def test_an_order_is_written_down_and_closed_in_one_step_or_not_at_all(
    school: MadeSchool,
) -> None:
    who = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    fans = await _fans(who, school, 2)
    fixed = Fix(
        found="The fan stood still",
        done="A new fan",
        minutes=15,
        cost=Decimal(5),
        parts=[PartUse(fans, 3)],
        condition="ok",
        version=order.version,
    )
    with pytest.raises(Conflict):
        await repairs.fix(who.actor, order.id, fixed)
    assert not (await repairs.get_work_order(who.actor, order.id)).is_closed
    assert await repairs.list_entries(who.actor, order.id) == []
    with pytest.raises(Invalid) as unsaid:
        await repairs.fix(who.actor, order.id, Fix(found="The fan stood still"))
    assert [error.field for error in unsaid.value.errors] == ["done"]
    closed = await repairs.fix(
        who.actor, order.id, Fix(found="Fan", done="A new fan", minutes=15, parts=[PartUse(fans)])
    )
    assert (closed.state, closed.resolution, closed.minutes) == ("completed", "A new fan", 15)
    assert closed.cost == Decimal("30.00")
    assert await factories_repairs.lifecycle_of(asset) == "in_service"
    assert (await stock.get_stock(who.actor, fans)).on_hand == 1


async def test_a_repair_that_nobody_reported_has_its_order_and_no_downtime(
    school: MadeSchool,
) -> None:
    who = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    closed = await repairs.fix_asset(
        who.actor, asset.tag, Fix(found="No picture", done="Pushed the plug in", minutes=2)
    )
    assert (closed.summary, closed.state, closed.downtime_seconds) == ("No picture", "completed", 0)
    order = await factories_repairs.order(asset)
    with pytest.raises(Conflict) as refused:
        await repairs.fix_asset(who.actor, asset.tag, Fix(found="No picture", done="Plug"))
    assert refused.value.code == "work_order_open"
    assert (await repairs.get_work_order(who.actor, order.id)).state == "open"


async def test_thirty_two_at_once_close_an_order_once_and_take_one_part(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    who = await factories.person(Role.technician, school)
    await factories.signed_in(client, who)
    order = await factories_repairs.order(await factories.asset(school))
    fans = await _fans(who, school, 40)
    typed = {"done": "A new fan", "version": order.version}
    forms = [
        client.post(
            f"/work-orders/{order.id}/fix", data={**typed, "stock_0": fans, "key": f"k{number}"}
        )
        for number in range(16)
    ]
    programs = [
        client.post(
            f"/api/v1/work-orders/{order.id}/fix", json={**typed, "parts": [{"stock_id": fans}]}
        )
        for _ in range(16)
    ]
    answers = [answer.status_code for answer in await asyncio.gather(*forms, *programs)]
    assert sorted(answers)[1:] == [409] * 31
    assert (await stock.get_stock(who.actor, fans)).on_hand == 39
    assert len(await repairs.list_entries(who.actor, order.id)) == 1


async def test_the_page_keeps_what_was_typed_and_leads_to_what_was_reported(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    who = await factories.person(Role.technician, school, locale="en")
    await factories.signed_in(client, who)
    asset = await factories.asset(school)
    assert f'href="/assets/{asset.tag}/fix"' in (await client.get(f"/assets/{asset.tag}")).text
    page = f"/assets/{asset.tag}/fix"
    photo = {"photos": ("a.png", factories_repairs.picture(), "image/png")}
    refused = await client.post(page, data={"found": "Dark", "minutes": "-1"}, files=photo)
    assert refused.status_code == 422
    assert "Dark</textarea>" in refused.text and 'name="kept_photos"' in refused.text
    order = await factories_repairs.order(asset)
    late = await client.post(page, data={"found": "Dark", "done": "A cable", "key": "one"})
    assert late.status_code == 409
    assert f'href="/work-orders/{order.id}/fix"' in late.text and "A cable</textarea>" in late.text
    led = await client.get(page)
    assert led.headers["location"] == f"/work-orders/{order.id}/fix"
    done = await client.post(
        led.headers["location"], data={"done": "A cable", "version": 1}, files=photo
    )
    assert done.headers["location"] == f"/work-orders/{order.id}"
    assert await database.fetch_value("SELECT count(*) FROM work_order_photo") == 1
    helper = await factories.person(Role.student_helper, school)
    await factories.signed_in(client, helper)
    assert (await client.get(page)).status_code == 403


async def test_what_helped_before_fills_the_form_in_one_tap(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    who = await factories.person(Role.technician, school, locale="en")
    await factories.signed_in(client, who)
    asset = await factories.asset(school)
    before = await repairs.fix_asset(who.actor, asset.tag, Fix(found="Dark", done="A new cable"))
    order = await factories_repairs.order(asset)
    link = f"/work-orders/{order.id}/fix?like={before.id}"
    assert f'href="{link}"' in (await client.get(f"/work-orders/{order.id}")).text
    assert "A new cable</textarea>" in (await client.get(link)).text
    for other, status in ((order.id, 200), (10**30, 200), ("x", 422)):
        answer = await client.get(f"/work-orders/{order.id}/fix?like={other}")
        assert answer.status_code == status and "A new cable</textarea>" not in answer.text
