"""The life of assets through every door: forms, JSON one by one and in bulk, and what pages offer."""

import asyncio
import re

import httpx
import pytest

from core import database
from inventory import assets, custody, donations
from inventory.assets import LifecycleState, NewWipe, WipeMethod
from inventory.custody import Holder
from inventory.donations import Receipt
from inventory.repairs import report_fault
from tests import factories, factories_inventory
from tests.api.office import Office, office_of
from tests.factories_imports import staged

REFUSED = {409, 422}


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "admin")


async def through_every_door(office: Office, tag: str, to_state: str) -> list[httpx.Response]:
    """The same step 32 times at once, by four doors in turn."""
    token = await factories.bearer(office.who)
    api = f"/api/v1/assets/{tag}/steps"
    one = {"to_state": to_state}

    async def by_json(path: str, body: dict[str, object]) -> httpx.Response:
        return await office.client.post(path, json=body, headers=token)

    version = await database.fetch_value("SELECT version FROM asset WHERE tag = $1", tag)
    doors = [
        lambda: office.send(f"/assets/{tag}/step", version=version, **one),
        lambda: office.send("/assets/step", tags=tag, **one),
        lambda: by_json(api, dict(one)),
        lambda: by_json("/api/v1/assets/steps", {"tags": [tag], **one}),
    ]
    return list(await asyncio.gather(*(doors[n % 4]() for n in range(32))))


@pytest.mark.parametrize("to_state", ["lost", "voided", "retired"])
async def test_a_step_is_taken_once_through_32_doors(office: Office, to_state: str) -> None:
    made = await factories.asset(office.school)
    answers = await through_every_door(office, made.tag, to_state)
    done = [answer for answer in answers if answer.status_code not in REFUSED]
    assert len(done) == 1, [answer.status_code for answer in answers]
    assert await database.fetch_value("SELECT count(*) FROM asset_step") == 1


async def test_a_rule_refuses_at_every_door_and_names_donation_and_term(office: Office) -> None:
    gift = await factories_inventory.donation(office.who, office.school)
    (made,) = await donations.receive_line(office.who.actor, gift.id, gift.lines[0].id, Receipt(1))
    for answer in await through_every_door(office, made.tag, "in_service"):
        assert answer.status_code in REFUSED
        assert f"came with “{gift.title}”, whose donor asks that data is wiped" in answer.text
    assert await database.fetch_value("SELECT count(*) FROM asset_step") == 0


async def test_32_losses_at_the_desks_leave_no_return(office: Office) -> None:
    made = await factories.asset(office.school)
    await custody.hand_out(office.who.actor, [made.tag], Holder(group="5B"))
    losses, returns = await asyncio.gather(
        through_every_door(office, made.tag, "lost"),
        asyncio.gather(*(office.send("/custody/take-back", tags=made.tag) for _ in range(32))),
    )
    assert sum(answer.status_code not in REFUSED for answer in losses) == 1
    (loan,) = await custody.list_of_asset(office.who.actor, made.tag)
    assert loan.was_lost == (sum(one.status_code not in REFUSED for one in returns) == 0)


async def test_the_page_of_an_asset_offers_the_steps_and_asks_where_it_was_found(
    office: Office,
) -> None:
    room = await factories.place(office.school)
    made = await factories.asset(office.school)
    await custody.hand_out(office.who.actor, [made.tag], Holder(group="5B"))
    page = await office.see(f"/assets/{made.tag}")
    assert '<option value="lost">' in page
    assert '<option value="retired">' not in page
    await assets.take_step(office.who.actor, made.tag, LifecycleState.lost)
    page = await office.see(f"/assets/{made.tag}")
    assert "Last holder: 5B." in page
    assert "Taken back" not in page
    version = (await assets.get_asset(office.who.actor, made.tag)).version
    unsaid = await office.send(
        f"/assets/{made.tag}/step", to_state="triage", version=version, reason="Under a desk"
    )
    assert unsaid.status_code == 422
    assert 'href="#place_id"' in unsaid.text
    assert "Under a desk" in unsaid.text
    found = await office.send(
        f"/assets/{made.tag}/step", to_state="triage", version=version, place_id=room
    )
    assert found.status_code == 303
    token = await factories.bearer(office.who)
    asked = await office.client.get(f"/api/v1/assets/{made.tag}/next-steps", headers=token)
    assert {one["to_state"] for one in asked.json()["items"]} >= {"in_service", "retired"}


async def test_a_wipe_is_recorded_at_the_desk_and_read_on_the_page(office: Office) -> None:
    gift = await factories_inventory.donation(office.who, office.school)
    made = await donations.receive_line(office.who.actor, gift.id, gift.lines[0].id, Receipt(2))
    tags = "\n".join(row.tag for row in made)
    assert "2 still to be wiped" in await office.see(f"/donations/{gift.id}")
    form = await office.see(f"/assets/wipe?tag={made[0].tag}")
    assert made[0].tag in form
    blank = await office.send("/assets/wipe", tags=tags, note="Report 7")
    assert blank.status_code == 422
    assert "Report 7" in blank.text
    sent = {"tags": tags, "method": "overwritten", "result": "passed", "note": "Report 7"}
    wrong = await office.send("/assets/wipe", **sent, wiped_on="2099-01-01")
    assert wrong.status_code == 422
    assert 'href="#wiped_on"' in wrong.text
    assert (await office.send("/assets/wipe", **sent, done_by="A firm")).status_code == 303
    page = await office.see(f"/assets/{made[1].tag}")
    assert "A firm" in page
    assert "Report 7" in page
    assert "still to be wiped" not in await office.see(f"/donations/{gift.id}")


async def test_assets_are_attached_by_tags_and_refused_rows_are_marked(office: Office) -> None:
    gift = await factories_inventory.donation(office.who, office.school)
    line = gift.lines[0]
    fits = await factories.asset(office.school, model=line.model_id, lifecycle="triage")
    other = await factories.asset(office.school, lifecycle="triage")
    path = f"/donations/{gift.id}/attach"
    assert line.model in await office.see(f"{path}?line_id={line.id}")
    tags = f"{fits.tag} {other.tag}"
    unsaid = await office.send(path, tags=tags, action="attach")
    assert unsaid.status_code == 422
    assert 'href="#line_id"' in unsaid.text
    refused = await office.send(path, tags=tags, action="attach", line_id=line.id)
    assert refused.status_code in REFUSED
    assert f"{other.tag} is a Maker" in refused.text
    done = await office.send(path, tags=fits.tag, action="attach", line_id=line.id)
    assert done.status_code == 303
    assert (await donations.get_donation(office.who.actor, gift.id)).received == 1
    assert (await office.send(path, tags=fits.tag, action="detach")).status_code == 303
    assert (await donations.get_donation(office.who.actor, gift.id)).received == 0


async def test_a_wrong_receipt_is_undone_with_its_button_while_nothing_happened(
    office: Office,
) -> None:
    gift = await factories_inventory.donation(office.who, office.school)
    made = await donations.receive_line(office.who.actor, gift.id, gift.lines[0].id, Receipt(3))
    page = await office.see(f"/donations/{gift.id}")
    (path,) = set(re.findall(rf"/donations/{gift.id}/receipts/\d+/undo", page))
    await assets.record_wipes(
        office.who.actor, [made[2].tag], NewWipe(method=WipeMethod.overwritten)
    )
    refused = await office.send(path)
    assert refused.status_code == 409
    assert made[2].tag in refused.text
    later = await donations.receive_line(office.who.actor, gift.id, gift.lines[0].id, Receipt(2))
    page = await office.see(f"/donations/{gift.id}")
    newest = re.findall(rf"/donations/{gift.id}/receipts/\d+/undo", page)[0]
    assert (await office.send(newest)).status_code == 303
    page = await office.see(f"/donations/{gift.id}")
    assert "Undone" in page
    assert later[0].tag in page
    assert (await donations.get_donation(office.who.actor, gift.id)).received == 3


@pytest.mark.parametrize("state", ["in_service", "in_repair", "lost"])
async def test_no_door_leads_around_the_wipe_by_another_model(office: Office, state: str) -> None:
    gift = await factories_inventory.donation(office.who, office.school)
    line, who = gift.lines[0], office.who
    other = await factories.asset_model("other", "Shelf")
    (made,) = await donations.receive_line(who.actor, gift.id, line.id, Receipt(1))
    away = assets.AssetChanges(version=1, model_id=other)
    await assets.update_asset(who.actor, made.tag, away)
    await assets.take_step(who.actor, made.tag, LifecycleState.in_service)
    if state == "in_repair":
        await report_fault(who.actor, made.tag, "Loose", is_usable=False)
    if state == "lost":
        await assets.take_step(who.actor, made.tag, LifecycleState.lost)
    version = (await assets.get_asset(who.actor, made.tag)).version
    token = await factories.bearer(who)
    back = {"version": version, "model_id": line.model_id}
    job = await staged(
        who.actor, office.school.code, "a.csv", f"Tag,Model\n{made.tag},{line.model}\n".encode()
    )
    answers = [
        await office.send(f"/assets/{made.tag}/edit", condition="ok", note="Typed", **back),
        await office.client.patch(f"/api/v1/assets/{made.tag}", json=back, headers=token),
    ]
    assert (await office.send(f"/imports/{job.id}/apply")).status_code == 409
    assert "data is wiped before it is used; record the wipe" in await office.see(
        f"/imports/{job.id}"
    )
    for answer in answers:
        assert answer.status_code == 409, answer.text
        assert "asks that data is wiped first; record the wipe" in answer.text
    assert "Typed" in answers[0].text
    assert answers[1].json()["code"] == "not_wiped"
    assert (await assets.get_asset(who.actor, made.tag)).model_id == other
    await assets.record_wipes(who.actor, [made.tag], NewWipe(method=WipeMethod.overwritten))
    done = await office.client.patch(f"/api/v1/assets/{made.tag}", json=back, headers=token)
    assert done.status_code == 200, done.text
    gift = await donations.get_donation(who.actor, gift.id)
    # Whatever its model was in between, its line counts it.
    assert gift.lines[0].received == 1
