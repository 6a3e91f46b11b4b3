"""The pages of stock-takes: started, counted without a script, closed, signed, corrected."""

import asyncio
import re
from uuid import uuid4

import httpx
import pypdfium2
import pytest

from core import database
from inventory import assets, stocktakes
from inventory.stocktakes import Closing, NewStocktake, Scope
from tests import factories, factories_repairs
from tests.api.office import Office, office_of

pytestmark = pytest.mark.usefixtures("db")
DRAWN = "20 100 60 40 110 130 150 60"


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def test_a_room_is_counted_closed_signed_and_corrected_without_a_script(
    office: Office,
) -> None:
    room, other_room = await factories.place(office.school), await factories.place(office.school)
    here, ticked, unseen = [await factories.asset(office.school, place=room) for _ in range(3)]
    astray = await factories.asset(office.school, place=other_room)
    assert f'value="{room}" checked' in await office.see(f"/stocktakes/new?place={room}")
    typed = {"school": office.school.code, "title": "Autumn", "scope": "places", "key": "k"}
    refused = await office.send("/stocktakes/new", **typed)
    assert refused.status_code == 422
    assert "Choose at least one place" in refused.text
    started = await office.send("/stocktakes/new", **typed, place_ids=room)
    assert started.status_code == 303, started.text
    address = started.headers["location"]
    assert f"{address}/count?place={room}" in await office.see(address)
    count = f"{address}/count?place={room}"
    assert ticked.tag in await office.see(count)
    empty = await office.send(count, tags=" ", place_id=room, key="k1")
    assert empty.status_code == 422
    scanned = await office.send(
        count, tags=f"{here.tag}\n{astray.tag} 椅子", place_id=room, key="k2"
    )
    assert scanned.headers["location"] == count
    assert "Unknown: 1" in await office.see(count)
    await office.send(f"{address}/ticks?place={room}", tag=ticked.tag, place_id=room, key="k3")
    page = await office.see(address)
    assert "2 of 3 seen" in page
    listed = await office.see(f"{address}/assets?result=unexpected")
    assert astray.tag in listed
    assert unseen.tag not in listed
    assert (await office.send(f"{address}/close")).headers["location"] == f"{address}/receipt"
    late = await office.send(count, tags=unseen.tag, place_id=room, key="k4")
    assert late.status_code == 409
    assert "has ended" in late.text
    assert unseen.tag in late.text
    nameless = await office.send(f"{address}/sign", part="counter", signer="", strokes=DRAWN)
    assert nameless.status_code == 422
    for part, signer in (("counter", "Wang"), ("witness", "Li")):
        signed = await office.send(f"{address}/sign", part=part, signer=signer, strokes=DRAWN)
        assert signed.status_code == 303
    receipt = await office.see(f"{address}/receipt")
    for said in ("Signed by Wang", "Signed by Li", unseen.tag, "M20 100L60 40"):
        assert said in receipt
    assert "Sign on this screen" not in receipt
    record = await office.client.get(f"{address}/record.pdf")
    assert record.headers["content-type"] == "application/pdf"
    assert record.headers["content-disposition"].startswith("attachment")
    document = pypdfium2.PdfDocument(record.content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    for said in ("Signed by Wang", "Signed by Li", unseen.tag, "椅子", "Autumn"):
        assert said in text
    differs = await office.see(f"{address}/corrections")
    assert f'value="moved:{astray.tag}" checked' in differs
    assert 'href="/assets/step' not in differs
    assert unseen.tag in differs
    nothing = await office.send(f"{address}/corrections")
    assert nothing.status_code == 422
    await office.send(f"{address}/corrections", correction=f"moved:{astray.tag}")
    assert (await assets.get_asset(office.who.actor, astray.tag)).place_id == room
    again = await office.send(f"{address}/corrections", correction=f"moved:{astray.tag}")
    assert again.status_code == 409
    assert f"{astray.tag} has changed meanwhile" in again.text
    assert "Autumn" in await office.see("/stocktakes?state=closed")
    unseen = await office.see("/stocktakes/unseen")
    assert "0 %" in unseen
    assert "3 of 3 seen" not in unseen
    assert "Autumn" in (await office.client.get("/stocktakes.csv")).text


async def test_something_unknown_has_a_note_pictures_and_becomes_an_asset(office: Office) -> None:
    room = await factories.place(office.school)
    asset = await factories.asset(office.school, place=room)
    taken = await stocktakes.start_stocktake(
        office.who.actor, NewStocktake(office.school.code, "Autumn")
    )
    count = f"/stocktakes/{taken.id}/count"
    await office.send(count, tags="PC-WITHOUT-STICKER", place_id=room, key="k")
    page = await office.see(f"/stocktakes/{taken.id}/corrections")
    (address,) = re.findall(r'href="(/stocktake-scans/\d+)" ?>?[^<]*PC-WITHOUT', page) or [""]
    assert address
    sight = await office.see(address)
    assert "serial_number=PC-WITHOUT-STICKER" in sight
    sent = await office.client.post(
        address,
        data={"note": "Under the stage"},
        files={"photos": ("x.png", factories_repairs.picture())},
    )
    assert sent.status_code == 303, sent.text
    sight = await office.see(address)
    assert "Under the stage" in sight
    (picture,) = re.findall(r'href="(/stocktake-photos/\d+)"', sight)
    assert (await office.client.get(picture)).headers["content-type"] == "image/png"
    no_picture = await office.client.post(
        address, data={"note": "Under the chair"}, files={"photos": ("x.png", b"nothing")}
    )
    assert no_picture.status_code == 422
    assert 'value="Under the chair"' in no_picture.text
    resolved = await office.send(f"{address}/resolve", tag=asset.tag)
    assert resolved.status_code == 303
    assert "1 of 1 seen" in await office.see(f"/stocktakes/{taken.id}")
    assert (await office.send(f"{address}/resolve", tag="")).status_code == 409
    assert (await office.send(f"{address}/void")).status_code == 303
    assert "This was taken back." in await office.see(address)
    await office.send(f"/stocktakes/{taken.id}/cancel")
    assert "Given up" in await office.see(f"/stocktakes/{taken.id}")


async def test_32_parallel_sights_of_one_thing_by_scan_tick_and_json_are_one(
    office: Office,
) -> None:
    room = await factories.place(office.school)
    asset = await factories.asset(office.school, place=room)
    new = NewStocktake(office.school.code, "Autumn", Scope.places, [room])
    taken = await stocktakes.start_stocktake(office.who.actor, new)
    pages, json = f"/stocktakes/{taken.id}", f"/api/v1/stocktakes/{taken.id}/scans"
    same = {"key": str(uuid4()), "text": asset.tag, "place_id": room}

    async def see(number: int) -> int:
        key = f"k{number}"
        if number % 4 == 0:
            form = {"tags": asset.tag, "place_id": room, "key": key}
            answer = await office.client.post(f"{pages}/count", data=form)
        elif number % 4 == 1:
            form = {"tag": asset.tag, "place_id": room, "key": key}
            answer = await office.client.post(f"{pages}/ticks", data=form)
        else:
            # Every other one is sent again, as a desk does whose answer was lost.
            scan = same if number % 4 == 2 else {**same, "key": str(uuid4())}
            answer = await office.client.post(json, json={"scans": [scan]})
        return answer.status_code

    answers = await asyncio.gather(*(see(number) for number in range(32)))
    assert set(answers) <= {200, 201, 303}
    rows = await database.fetch_column(str, "SELECT result FROM stocktake_asset")
    assert rows == ["found"]
    assert await database.fetch_value("SELECT count(*) FROM stocktake_scan") == 8 + 8 + 8 + 1


async def test_a_close_that_races_with_scans_counts_each_of_them_or_refuses_it(
    office: Office,
) -> None:
    room = await factories.place(office.school)
    things = [await factories.asset(office.school, place=room) for _ in range(16)]
    taken = await stocktakes.start_stocktake(
        office.who.actor, NewStocktake(office.school.code, "Autumn")
    )

    async def see(tag: str) -> int:
        scan = {"key": str(uuid4()), "text": tag, "place_id": room}
        address = f"/api/v1/stocktakes/{taken.id}/scans"
        return (await office.client.post(address, json={"scans": [scan]})).status_code

    *seen, closed, _ = await asyncio.gather(
        *(see(thing.tag) for thing in things[:8]),
        stocktakes.close_stocktake(office.who.actor, taken.id, Closing(True)),
        asyncio.gather(*(see(thing.tag) for thing in things[8:])),
    )
    assert set(seen) <= {200, 409}
    found = await database.fetch_value(
        "SELECT count(*) FROM stocktake_asset WHERE result = 'found'"
    )
    missing = await database.fetch_value(
        "SELECT count(*) FROM stocktake_asset WHERE result = 'missing'"
    )
    assert found == await database.fetch_value("SELECT count(*) FROM stocktake_scan")
    assert (found + missing, closed.state) == (16, "closed")
