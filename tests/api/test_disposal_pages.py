"""The pages of disposals, as a technician proposes and an admin decides with his password."""

import asyncio
import re
from decimal import Decimal

import httpx
import pytest

from core import database
from inventory import disposals
from inventory.disposals import End, NewDisposal, RuleFacts, Way
from tests import factories, factories_repairs
from tests.api.office import Office
from tests.factories import PASSWORD, MadeAsset
from tests.factories_repairs import picture


@pytest.fixture
async def rule(office: Office) -> None:
    await disposals.write_rule(office.who.actor, office.school.id, RuleFacts(True, 90))


async def proposed(office: Office, count: int = 2) -> disposals.Disposal:
    model = await factories.asset_model("projector")
    things = [
        await factories.asset(office.school, model=model, lifecycle="retired") for _ in range(count)
    ]
    technician = await factories.person("technician", office.school)
    new = NewDisposal([one.tag for one in things], End.disposed, "Beyond repair", "A recycler")
    return await disposals.propose_disposal(technician.actor, new)


async def test_a_proposal_is_approved_with_the_password_and_certified(
    office: Office, client: httpx.AsyncClient, rule: None
) -> None:
    made = await proposed(office)
    assert 'href="/disposals?view=proposed"' in await office.see("/")
    await database.execute("UPDATE sign_in SET confirmed_at = NULL")
    page = f"/disposals/{made.id}"
    assert made.items[0].tag in await office.see(page)
    asked = await client.post(f"{page}/approve")
    assert "Type your password again" in asked.text
    done = await client.post(
        "/account/confirm",
        data={"confirm_target": f"{page}/approve", "confirm_password": PASSWORD},
        follow_redirects=True,
    )
    assert "Approved. The things have left the books." in done.text
    paper = await office.see(f"{page}/certificate")
    assert all(one.tag in paper for one in made.items) and "A recycler" in paper
    assert office.who.name in paper and "<svg" in paper
    thing = await office.see(f"/assets/{made.items[0].tag}")
    assert f"{page}/certificate" in thing
    assert made.number in await office.see("/disposals")


async def test_what_cannot_end_any_more_is_named_on_the_page(
    office: Office, client: httpx.AsyncClient, rule: None
) -> None:
    made = await proposed(office, 1)
    thing = MadeAsset(made.items[0].asset_id, made.items[0].tag, office.school.id, 0)
    await factories_repairs.order(thing)
    refused = await client.post(f"/disposals/{made.id}/approve")
    assert refused.status_code == 409
    assert "has an open work order" in refused.text and made.items[0].tag in refused.text
    blank = await client.post(f"/disposals/{made.id}/refuse", data={"note": ""})
    assert blank.status_code == 422 and 'id="note-error"' in blank.text
    said = await office.send(f"/disposals/{made.id}/refuse", note="It can be mended")
    assert said.status_code < 400
    assert "It can be mended" in await office.see(f"/disposals/{made.id}")
    missing = await client.get(f"/disposals/{made.id}/certificate")
    assert missing.status_code == 404


async def test_a_proposal_keeps_what_was_typed_and_names_the_row(
    office: Office, client: httpx.AsyncClient, rule: None
) -> None:
    used = await factories.asset(office.school)
    refused = await client.post(
        "/disposals/new", data={"tags": used.tag, "end": "disposed", "reason": "Old", "key": "k"}
    )
    assert refused.status_code == 409 and 'value="Old"' in refused.text
    assert f"{used.tag} is “In service” and cannot become “Disposed of”" in refused.text
    assert (
        'value="12.345"'
        in (
            wrong := await client.post(
                "/disposals/new",
                data={
                    "tags": (await factories.asset(office.school, lifecycle="retired")).tag,
                    "end": "sold",
                    "way": "recycled",
                    "reason": "Old",
                    "proceeds": "12.345",
                    "key": "m",
                },
            )
        ).text
    )
    assert wrong.status_code == 422
    assert 'id="proceeds-error"' in wrong.text and 'id="way-error"' in wrong.text
    step = await client.post(
        "/assets/step", data={"tags": used.tag, "to_state": "sold", "key": "s"}
    )
    assert step.status_code == 409


async def test_an_admin_says_what_his_school_asks(
    office: Office, client: httpx.AsyncClient
) -> None:
    page = await office.see("/disposals/rules")
    assert "A second person approves" in page
    address = f"/disposals/rules/{office.school.id}"
    wrong = await client.post(address, data={"search_days": "4000"})
    assert wrong.status_code == 422 and 'value="4000"' in wrong.text
    await office.send(address, search_days=120, needs_approval="on")
    assert re.search(r'value="120"', await office.see("/disposals/rules"))
    (kept,) = await disposals.list_rules(office.who.actor)
    assert (kept.needs_approval, kept.search_days) == (True, 120)
    # A borrowed browser asks for no less, and a token neither loosens nor approves.
    await database.execute("UPDATE sign_in SET confirmed_at = NULL")
    asked = await client.post(address, data={"search_days": "120"})
    assert "Type your password again" in asked.text
    token = {"origin": "", **await factories.bearer(office.who)}
    path = f"/api/v1/disposal-rules/{office.school.id}"
    less, more = [
        await client.put(path, json={"needs_approval": True, "search_days": days}, headers=token)
        for days in (119, 121)
    ]
    assert (less.status_code, less.json()["code"]) == (403, "password_needed")
    assert more.status_code == 200
    made = await proposed(office, 1)
    refused = await client.post(f"/api/v1/disposals/{made.id}/approval", headers=token)
    assert refused.status_code == 403 and "not for tokens" in refused.text
    done = await client.post(
        "/account/confirm",
        data={"confirm_target": address, "confirm_password": PASSWORD, "search_days": "7"},
        follow_redirects=True,
    )
    assert done.status_code == 200
    (kept,) = await disposals.list_rules(office.who.actor)
    assert (kept.needs_approval, kept.search_days) == (False, 7)


async def test_32_approvals_by_form_and_json_are_one(
    office: Office, client: httpx.AsyncClient, rule: None
) -> None:
    made = await proposed(office, 3)
    answers = await asyncio.gather(
        *(client.post(f"/disposals/{made.id}/approve") for _ in range(16)),
        *(client.post(f"/api/v1/disposals/{made.id}/approval") for _ in range(16)),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(409) == 31 and codes[0] in (200, 302, 303), codes
    assert await database.fetch_value(
        "SELECT count(*) FROM asset_step WHERE to_state = 'disposed'"
    ) == len(made.items)


async def test_a_disposal_says_which_way_for_what_and_keeps_its_papers(
    office: Office, client: httpx.AsyncClient
) -> None:
    thing = await factories.asset(office.school, lifecycle="retired")
    technician = await factories.person("technician", office.school)
    new = NewDisposal(
        [thing.tag],
        End.disposed,
        "Beyond repair",
        way=Way.recycled,
        proceeds=Decimal("35.50"),
    )
    made = await disposals.propose_disposal(technician.actor, new)
    page = await office.see(f"/disposals/{made.id}")
    assert "Handed to a recycler" in page and "35.50" in page
    path = f"/api/v1/disposals/{made.id}/attachments"
    photo = {"title": "On the scales"}
    for _ in range(2):
        added = await client.post(path, data=photo, files={"file": ("x.png", picture())})
        assert added.status_code == 201, added.text
    first, second = [one["id"] for one in (await client.get(path)).json()["items"]]
    assert (await client.delete(f"/api/v1/attachments/{first}")).status_code == 204
    await disposals.approve_disposal(office.who.actor, made.id)
    kept = await client.delete(f"/api/v1/attachments/{second}")
    assert (kept.status_code, kept.json()["code"]) == (409, "decided")
    assert f"/attachments/{second}" in await office.see(f"/disposals/{made.id}")
