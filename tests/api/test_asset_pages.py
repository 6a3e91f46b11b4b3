"""The pages of assets and their models, in both languages."""

import httpx
import pytest

from core import database
from inventory import assets, custody
from inventory.assets import NewAsset
from inventory.custody import Holder
from tests import factories, factories_inventory
from tests.api.office import Office, office_of


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize("role", ["admin", "technician", "teacher", "student_helper", "auditor"])
async def test_everyone_reads_the_list_and_an_asset(
    client: httpx.AsyncClient, role: str, locale: str
) -> None:
    office = await office_of(client, role, locale)
    made = await factories.asset(office.school)
    keeper = await factories.person("technician", office.school)
    await custody.hand_out(keeper.actor, [made.tag], Holder(group="Class 5B"))
    listed = await office.see("/assets")
    assert made.tag in listed
    assert "Class 5B" in listed
    page = await office.see(f"/assets/{made.tag}")
    assert (f"/assets/{made.tag}/report" in page) == (role != "auditor")
    assert ("/custody/take-back?tag=" in page) == (role in ("admin", "technician"))
    await office.see("/custody")
    await office.see("/custody?mine=on")
    await office.see("/custody?view=ended")
    exported = await client.get("/assets.csv")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert made.tag.encode() in exported.content


async def test_an_asset_is_added_corrected_moved_and_stepped_by_forms(office: Office) -> None:
    model = await factories.asset_model()
    room = await factories.place(office.school)
    await office.see("/assets/new")
    added = await office.send(
        "/assets/new", school=office.school.code, model_id=model, lifecycle="in_service",
        condition="ok", tag="", name="", serial_number="",
    )  # fmt: skip
    assert added.status_code == 303
    address = added.headers["location"]
    tag = address.rpartition("/")[2]
    await office.see(f"{address}/edit")
    saved = await office.send(
        f"{address}/edit", version=1, model_id=model, condition="degraded", name="Desk 4"
    )
    assert saved.status_code == 303
    stale = await office.send(f"{address}/edit", version=1, model_id=model, condition="ok")
    assert stale.status_code == 409
    assert "Somebody else changed" in stale.text
    assert "Desk 4" in await office.see(address)
    moved = await office.send("/assets/move", tags=f"{tag}", place_id=room)
    assert moved.headers["location"] == address
    stepped = await office.send(f"{address}/step", version=3, to_state="lost", reason="Gone")
    assert stepped.status_code == 303
    assert "Gone" in await office.see(address)
    assert (await assets.get_asset(office.who.actor, tag)).lifecycle == "lost"


async def test_a_wrong_form_comes_back_with_what_was_typed(office: Office) -> None:
    refused = await office.send(
        "/assets/new", school=office.school.code, model_id=await factories.asset_model(),
        tag="P 42", lifecycle="in_service", condition="ok", name="Kept <name>",
    )  # fmt: skip
    assert refused.status_code == 422
    assert "A tag is 2 to 32 Latin letters" in refused.text
    assert "Kept &lt;name&gt;" in refused.text


async def test_strangers_find_no_page_of_the_other_school(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "admin")
    made = await factories.asset(await factories.school())
    for path in (f"/assets/{made.tag}", f"/assets/{made.tag}/edit"):
        await office.see(path, 404)
    assert made.tag not in await office.see("/assets")
    answer = await office.send("/custody/hand-out", tags=made.tag, group="5B")
    assert answer.status_code == 404


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_models_are_listed_added_and_put_right(
    client: httpx.AsyncClient, locale: str
) -> None:
    office = await office_of(client, "technician", locale)
    await office.see("/asset-models/new")
    made = await office.send("/asset-models/new", kind="printer", brand="Maker", name="LaserJet")
    address = made.headers["location"]
    twice = await office.send("/asset-models/new", kind="printer", brand="Maker", name="LaserJet")
    assert twice.status_code == 422
    await office.see(address)
    edited = await office.send(address, kind="printer", brand="Maker", name="LaserJet 400")
    assert edited.status_code == 303
    assert "LaserJet 400" in await office.see("/asset-models?q=laser&kind=printer")


async def test_a_model_is_named_in_words_chosen_or_added_on_the_spot(office: Office) -> None:
    kind_a = await factories.asset_model("printer", "LaserJet 1020")
    kind_b = await factories.asset_model("part", "LaserJet 1020")
    only = await factories.asset_model("computer", "M720")
    typed = {"school": office.school.code, "lifecycle": "in_service", "condition": "ok"}
    one = await office.send("/assets/new", model_title="maker  m720", **typed)
    made = await assets.get_asset(office.who.actor, one.headers["location"].rpartition("/")[2])
    assert made.model_id == only
    unclear = await office.send("/assets/new", model_title="1020 laser", name="Kept", **typed)
    assert unclear.status_code == 422
    assert f'value="{kind_a}"' in unclear.text
    assert f'value="{kind_b}"' in unclear.text
    assert 'value="Kept"' in unclear.text
    chosen = await office.send("/assets/new", model_title="1020", model_id=kind_b, **typed)
    assert chosen.status_code == 303
    unknown = await office.send("/assets/new", model_title="Nothing like it", **typed)
    assert "No model has this name; add it below" in unknown.text
    added = await office.send(
        "/assets/new", new_model_kind="ups", new_model_name="BX650", new_model_brand="APC", **typed
    )
    tag = added.headers["location"].rpartition("/")[2]
    assert (await assets.get_asset(office.who.actor, tag)).model == "BX650"
    saved = await office.send(
        f"/assets/{tag}/edit", version=1, model_title="APC BX650", condition="ok"
    )
    assert saved.status_code == 303
    gift = await factories_inventory.donation(office.who, office.school)
    line = await office.send(
        f"/donations/{gift.id}/lines", new_model_kind="ups", new_model_name="BX950", declared=3
    )
    assert line.status_code == 303
    assert "BX950" in await office.see(f"/donations/{gift.id}")


async def test_pages_weigh_the_same_with_two_thousand_models(office: Office) -> None:
    made = await factories.asset(office.school)
    gift = await factories_inventory.donation(office.who, office.school)
    paths = (
        "/assets",
        "/assets/new",
        f"/assets/{made.tag}/edit",
        "/labels",
        f"/donations/{gift.id}",
    )
    before = [len(await office.see(path)) for path in paths]
    await database.execute(
        "INSERT INTO asset_model (kind, brand, name)"
        " SELECT 'computer', 'Brand', 'Model ' || n FROM generate_series(1, 2000) n"
    )
    after = [len(await office.see(path)) for path in paths]
    assert all(late < early + 2_000 for early, late in zip(before, after, strict=True))
    titles = await office.see("/asset-models/titles?model_title=model+19")
    assert titles.count("<option") == 20


async def test_a_placeholder_is_shown_as_no_serial_number(office: Office) -> None:
    await assets.create_asset(
        office.who.actor,
        NewAsset(
            school=office.school.code,
            model_id=await factories.asset_model(),
            serial_number="Default string",
        ),
    )
    assert "Default string" not in await office.see("/assets")
