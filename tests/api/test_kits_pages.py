"""The pages of kits: a list of parts is typed or pasted, a kit is counted without a script."""

import asyncio
import re

import httpx
import pytest

from core import database
from inventory import custody, kits
from inventory.custody import Holder
from inventory.kits import Deviation, NewKitCount, NewPartsList, PartFacts
from tests import factories
from tests.api.office import Office, office_of
from tests.factories_repairs import picture

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def test_a_list_of_parts_is_typed_and_pasted_and_what_is_wrong_keeps_all_of_it(
    office: Office,
) -> None:
    model_id = await factories.asset_model()
    address = f"/asset-models/{model_id}/parts"
    assert "Paste a list" in await office.see(address)
    typed = {
        "part_0": "Board",
        "quantity_0": "1",
        "is_critical_0": "on",
        "spot_0": "Top",
        "part_2": "Board ",
        "quantity_2": "none",
        "pasted": "超声波传感器\t2\nM4 螺钉 × 40\n杜邦线 20根\n螺丝刀\n",
        "revision": "0",
    }
    refused = await office.client.post(address, data=typed)
    assert refused.status_code == 422
    assert 'id="quantity_2-error"' in refused.text
    assert "超声波传感器\t2" in refused.text
    twice = await office.client.post(address, data={**typed, "quantity_2": "3"})
    assert 'id="part_2-error"' in twice.text
    typed.pop("part_2")
    typed.pop("quantity_2")
    assert (await office.client.post(address, data=typed)).status_code == 303
    made = await kits.get_parts_list(office.who.actor, model_id)
    assert [(one.part, one.quantity, one.is_critical) for one in made.parts] == [
        ("Board", 1, True),
        ("超声波传感器", 2, False),
        ("M4 螺钉", 40, False),
        ("杜邦线", 20, False),
        ("螺丝刀", 1, False),
    ]
    stale = await office.client.post(address, data=typed)
    assert stale.status_code == 409
    assert "Somebody has changed this list meanwhile" in stale.text
    # Sent again from the page that said so, it is sent knowingly.
    assert 'name="revision" value="1"' in stale.text
    assert "超声波传感器\t2" in stale.text
    assert (await office.client.get(f"{address}?school=NOWHERE")).status_code == 404


async def test_a_kit_is_counted_and_completed_without_a_script(office: Office) -> None:
    asset = await factories.asset(office.school)
    parts = [PartFacts("Board", 1, is_critical=True), PartFacts("Wheel", 4)]
    made = await kits.write_parts_list(office.who.actor, asset.model_id, NewPartsList(parts))
    board, wheel = (part.id for part in made.parts)
    assert "Not counted yet" in await office.see(f"/kits/{asset.tag}")
    assert f'href="/kits/{asset.tag}/count"' in await office.see(f"/assets/{asset.tag}")
    form = {"parts_list_id": made.id, "key": "k1", f"missing_{wheel}": "5"}
    refused = await office.client.post(f"/kits/{asset.tag}/count", data=form)
    assert refused.status_code == 422
    assert f'id="missing_{wheel}-error"' in refused.text
    wrong = await office.client.post(
        f"/kits/{asset.tag}/count", data={**form, f"missing_{wheel}": "two"}
    )
    assert wrong.status_code == 422
    assert "Write a whole number, 0 to 999" in wrong.text
    form |= {"key": "k2", f"missing_{wheel}": "2", f"damaged_{board}": "1"}
    assert (await office.client.post(f"/kits/{asset.tag}/count", data=form)).status_code == 303
    page = await office.see(f"/kits/{asset.tag}")
    assert "Cannot be used" in page
    assert "Missing 2" in page
    assert "Wheel" in await office.see("/kit-needs")
    supply = {"line_id": board, "kind": "repaired", "quantity": "1", "key": "k3"}
    assert (await office.client.post(f"/kits/{asset.tag}/supply", data=supply)).status_code == 303
    assert "Parts missing" in await office.see("/kits?state=gaps")
    too_many = await office.client.post(
        f"/kits/{asset.tag}/supply",
        data={"line_id": wheel, "kind": "found", "quantity": "3", "key": "k4"},
    )
    assert too_many.status_code == 409
    assert "Not so many of them are missing any more" in too_many.text
    assert await database.fetch_value("SELECT count(*) FROM kit_move") == 3


async def test_the_packed_box_is_seen_where_it_is_counted(office: Office) -> None:
    asset = await factories.asset(office.school)
    await kits.write_parts_list(
        office.who.actor, asset.model_id, NewPartsList([PartFacts("Wheel", 4)])
    )
    assert "How the packed box looks" not in await office.see(f"/kits/{asset.tag}/count")
    added = await office.client.post(
        f"/assets/{asset.tag}/photos", data={"key": "k"}, files={"photos": ("box.png", picture())}
    )
    assert added.status_code == 303
    for page in (f"/kits/{asset.tag}", f"/kits/{asset.tag}/count"):
        assert "/file?size=small" in await office.see(page), page


async def test_a_receipt_leads_to_the_count_of_each_kit(office: Office) -> None:
    box, lamp = await factories.asset(office.school), await factories.asset(office.school)
    parts = NewPartsList([PartFacts("Board", 1)])
    await kits.write_parts_list(office.who.actor, box.model_id, parts)
    out = await custody.hand_out(office.who.actor, [box.tag, lamp.tag], Holder(group="5B"))
    page = await office.see(f"/custody/hand-overs/{out[0].hand_out_id}")
    assert f'href="/kits/{box.tag}/count?phase=out"' in page
    assert f"/kits/{lamp.tag}/count" not in page
    back = await custody.take_back(office.who.actor, [box.tag])
    page = await office.see(f"/custody/hand-overs/{back[0].hand_in_id}")
    assert f'href="/kits/{box.tag}/count?phase=in"' in page
    form = await office.see(f"/kits/{box.tag}/count?phase=in")
    assert 'name="phase" value="in"' in form
    assert 'name="phase" value="check"' in await office.see(f"/kits/{box.tag}/count?phase=none")


async def test_what_was_counted_by_a_list_that_has_changed_stays(office: Office) -> None:
    box = await factories.asset(office.school)
    parts = [PartFacts("Board", 1), PartFacts("Wheel", 4)]
    made = await kits.write_parts_list(office.who.actor, box.model_id, NewPartsList(parts))
    counted = {"parts_list_id": made.id, "key": "k1", f"missing_{made.parts[1].id}": "3"}
    anew = NewPartsList([PartFacts(" wheel", 4), PartFacts("Cable", 1)], revision=1)
    now = await kits.write_parts_list(office.who.actor, box.model_id, anew)
    refused = await office.client.post(f"/kits/{box.tag}/count", data=counted)
    assert refused.status_code == 409
    field = re.search(rf'<input id="missing_{now.parts[0].id}"[^>]*value="(\d+)"', refused.text)
    assert field
    assert field[1] == "3"
    assert f'name="parts_list_id" value="{now.id}"' in refused.text


async def test_32_parallel_finds_of_one_part_have_one_winner_through_form_and_json(
    office: Office,
) -> None:
    box = await factories.asset(office.school)
    parts = NewPartsList([PartFacts("Wheel", 4)])
    made = await kits.write_parts_list(office.who.actor, box.model_id, parts)
    wheel = made.parts[0].id
    lacks = NewKitCount(made.id, [Deviation(wheel, 1)])
    await kits.count_kit(office.who.actor, box.tag, lacks)
    body = {"line_id": wheel, "kind": "found", "quantity": 1}

    async def find(number: int) -> int:
        if number % 2:
            form = {**body, "key": f"k{number}"}
            answer = await office.client.post(f"/kits/{box.tag}/supply", data=form)
        else:
            answer = await office.client.post(f"/api/v1/kits/{box.tag}/supplies", json=body)
        return {303: 200}.get(answer.status_code, answer.status_code)

    answers = await asyncio.gather(*(find(number) for number in range(32)))
    assert sorted(answers) == [200] + [409] * 31
