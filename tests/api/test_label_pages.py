"""Labels: printed, scanned, claimed, searched for."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from core import database
from inventory import assets, labels
from tests import factories, factories_inventory
from tests.api.office import Office, office_of
from tests.conftest import browser


async def test_the_search_box_reads_our_labels(office: Office) -> None:
    made = await factories.asset(office.school)
    await labels.prepare_sheet(office.who.actor, [made.tag])
    (label,) = await labels.find_labels(office.who.actor, [made.tag])
    for scanned in (label.code, f"HTTPS://ANY.HOST/T/{label.code}"):
        found = await office.client.get("/search", params={"q": scanned})
        assert found.headers["location"] == f"/assets/{made.tag}"
    batch = await labels.create_batch(office.who.actor, office.school.code, 1)
    (fresh,) = await labels.get_batch_labels(office.who.actor, batch)
    found = await office.client.get("/search", params={"q": f"/t/{fresh.code}"})
    assert found.headers["location"] == f"/t/{fresh.code}"
    reported = await office.send("/report", tag=f"/t/{label.code}")
    assert reported.headers["location"] == f"/assets/{made.tag}/report"


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_labels_are_printed_scanned_and_claimed(
    client: httpx.AsyncClient, app: Litestar, locale: str
) -> None:
    office = await office_of(client, "technician", locale)
    made = await factories.asset(office.school)
    await office.see(f"/labels?tag={made.tag}")
    sheet = await office.send("/labels/sheet", tags=made.tag, size="4x10")
    assert sheet.status_code == 303
    printed = await office.see(sheet.headers["location"])
    assert "<svg" in printed and made.tag in printed
    asset = await assets.get_asset(office.who.actor, made.tag)
    scanned = await client.get(f"/t/{asset.code}")
    assert scanned.headers["location"] == f"/assets/{made.tag}"
    empty = await office.send("/labels/sheet", tags="", size="3x8")
    assert empty.status_code == 422
    batch = await office.send("/labels/batches", school=office.school.code, count=3)
    codes = await labels.get_batch_labels(
        office.who.actor, UUID(batch.headers["location"].rpartition("/")[2])
    )
    assert "<svg" in await office.see(batch.headers["location"])
    await office.see("/labels/batches")
    code = codes[0].code
    assert "/claim" in await office.see(f"/t/{code.lower()}")
    unknown = await office.send(f"/t/{code}/claim", tag="NOBODY")
    assert unknown.status_code == 404
    assert 'value="NOBODY"' in unknown.text
    claimed = await office.send(f"/t/{code}/claim", tag=made.tag)
    assert claimed.headers["location"] == f"/assets/{made.tag}"
    taken = await office.send(f"/t/{code}/claim", tag=made.tag)
    assert taken.status_code == 409
    assert f'value="{made.tag}"' in taken.text
    stranger = await browser(app).get(f"/t/{codes[1].code}")
    assert stranger.status_code == 303
    assert stranger.headers["location"] == f"/sign-in?next=%2Ft%2F{codes[1].code}"


async def test_labels_of_a_whole_list_a_place_and_a_donation_are_printed_sheet_by_sheet(
    office: Office,
) -> None:
    school, room = office.school, await factories.place(office.school)
    model = await factories.asset_model()
    await factories_inventory.many_assets(school, 306, models=[model])
    await database.execute("UPDATE asset SET place = $1", room)
    page = await office.see(f"/places/{room}")
    assert f"/labels?place={room}" in page
    listed = await office.see("/assets?lifecycle=in_service&q=&limit=50")
    assert "/labels?lifecycle=in_service" in listed
    form = await office.see("/labels?lifecycle=in_service")
    assert 'name="lifecycle" value="in_service"' in form
    first = await office.send("/labels/sheet", lifecycle="in_service", size="3x8")
    sheet = await office.see(first.headers["location"])
    assert sheet.count("label-qr") == 240
    following = re.search(r'href="(/labels\?[^"]*after=[^"]*)"', sheet)
    assert following
    rest = unescape(following[1])
    assert 'name="after"' in await office.see(rest)
    given = dict(parse_qsl(urlsplit(rest).query))
    last = await office.send("/labels/sheet", **given)
    second = await office.see(last.headers["location"])
    assert second.count("label-qr") == 60 and "after=" not in second
    tags = set(re.findall(r'class="label-tag">([^<]+)<', sheet + second))
    assert len(tags) == 300
    by_place = await office.send("/labels/sheet", place=room, size="3x8")
    assert "after=" in by_place.headers["location"]


async def test_labels_take_what_the_desk_takes_and_lose_nothing_when_one_is_unknown(
    office: Office,
) -> None:
    await factories.asset(office.school, tag="HG-00248")
    sent = await office.send("/labels/sheet", tags="248", size="3x8")
    assert "HG-00248" in await office.see(sent.headers["location"])
    refused = await office.send("/labels/sheet", tags="HG-00248 NO-1", size="4x10")
    assert refused.status_code == 404
    assert "There is no such asset, or it is not of your school: NO-1" in refused.text
    assert "HG-00248 NO-1</textarea>" in refused.text
