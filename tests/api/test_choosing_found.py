"""All that a list found, on however many pages, goes to a desk: by its filters, and then by name."""

import re
from html import unescape

import httpx
import pytest

from core import database
from inventory import assets
from inventory.assets import locking
from tests import factories
from tests.api.office import Office, office_of

pytestmark = pytest.mark.usefixtures("db")

DESKS = (
    "/assets/move",
    "/assets/step",
    "/assets/wipe",
    "/custody/hand-out",
    "/custody/take-back",
)


def tags_of(page: str) -> list[str]:
    """What stands in the field of a desk's form."""
    field = re.search(r"<textarea[^>]*name=\"tags\"[^>]*>([^<]*)</textarea>", page)
    assert field is not None
    return field[1].split()


async def named(office: Office, count: int, name: str) -> list[str]:
    tags = [(await factories.asset(office.school)).tag for _ in range(count)]
    await database.execute("UPDATE asset SET name = $2 WHERE tag = any($1)", tags, name)
    return sorted(tags)


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


@pytest.mark.parametrize("desk", DESKS)
async def test_the_filters_lead_to_all_that_was_found(office: Office, desk: str) -> None:
    lamps = await named(office, 5, "Lamp")
    await named(office, 2, "Chair")
    page = await office.see("/assets?q=lamp&limit=2&sort=-tag")
    assert "All 5 found" in page and '<input type="hidden" name="q" value="lamp">' in page
    assert tags_of(await office.see(f"{desk}?q=lamp&all=on&tag={lamps[0]}")) == lamps
    # The filters count for nothing where rows were ticked.
    assert tags_of(await office.see(f"{desk}?q=lamp&tag={lamps[3]}")) == [lamps[3]]


async def test_what_came_meanwhile_is_not_changed(office: Office) -> None:
    lamps = await named(office, 3, "Lamp")
    desk = await office.see("/assets/step?q=lamp&all=on")
    late = await named(office, 1, "Lamp")
    sent = await office.send(
        "/assets/step", tags="\n".join(tags_of(desk)), to_state="retired", q="lamp", all="on"
    )
    assert sent.status_code == 303
    states = {
        tag: (await assets.get_asset(office.who.actor, tag)).lifecycle for tag in lamps + late
    }
    assert states == {**dict.fromkeys(lamps, "retired"), late[0]: "in_service"}


async def test_of_more_than_a_desk_takes_the_first_are_there_and_it_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps = await named(office, 4, "Lamp")
    monkeypatch.setattr(assets, "MOST_AT_ONCE", 3)
    desk = await office.see("/assets/move?q=lamp&all=on")
    assert tags_of(desk) == lamps[:3]
    assert "Here are the first by tag" in desk
    link = re.search(r'<a href="(/assets/move\?[^"]+)">Leave these', desk)
    assert link is not None
    rest = await office.see(unescape(link[1]))
    assert tags_of(rest) == lamps[3:]
    assert "Here are the first" not in rest
    monkeypatch.setattr(assets, "MOST_AT_ONCE", 4)
    assert "Here are the first" not in await office.see("/assets/move?q=lamp&all=on")


@pytest.mark.parametrize("desk", DESKS)
async def test_once_the_first_are_done_the_rest_come(
    office: Office, monkeypatch: pytest.MonkeyPatch, desk: str
) -> None:
    lamps = await named(office, 5, "Lamp")
    monkeypatch.setattr(assets, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(locking, "MOST_AT_ONCE", 3)
    room = await factories.place(office.school)
    wipe = {"method": "overwritten", "result": "passed"}
    fields = {"place_id": room, "to_state": "retired", "condition": "ok", **wipe}
    if desk == "/custody/take-back":
        for some in (lamps[:3], lamps[3:]):
            given = await office.send("/custody/hand-out", tags=" ".join(some), place_id=room)
            assert given.status_code == 303, given.text
    seen, address = [], f"{desk}?q=lamp&all=on"
    while "q=lamp" in address:
        page = await office.see(address)
        seen.append(tags_of(page))
        rest = re.search(r'name="rest" value="([^"]*)" form="desk"', page)
        # What is refused first keeps its way on to the rest.
        rest_of = unescape(rest[1]) if rest else None
        refused = await office.send(desk, tags=f"{' '.join(seen[-1])} NO-1", rest=rest_of)
        assert refused.status_code in (404, 422)
        assert (f'name="rest" value="{rest[1]}"' in refused.text) if rest else True
        sent = await office.send(desk, tags=" ".join(seen[-1]), rest=rest_of, **fields)
        assert sent.status_code == 303, sent.text
        address = sent.headers["location"]
    assert seen == [lamps[:3], lamps[3:]]


async def test_no_rest_leads_out_of_the_house(office: Office) -> None:
    lamps = await named(office, 1, "Lamp")
    for rest in ("https://evil.test/", "//evil.test/", "/\\evil.test/"):
        sent = await office.send("/assets/step", tags=lamps[0], to_state="x", rest=rest)
        assert sent.status_code == 422 and "evil.test" not in sent.text


async def test_a_full_desk_goes_to_another_school_instead(client: httpx.AsyncClient) -> None:
    here, there = await factories.school(), await factories.school()
    who = await factories.person("technician", here, there)
    office = Office(await factories.signed_in(client, who), here, who)
    lamps = await named(office, assets.MOST_AT_ONCE, "Lamp")
    desk = await office.see("/assets/move?q=lamp&all=on")
    assert tags_of(desk) == lamps
    assert len(max(re.findall(r'(?:href|formaction)="([^"]+)"', desk), key=len)) < 1000
    button = re.search(
        r'<button[^>]*formaction="/assets/change-school" name="lay_out" value="another"', desk
    )
    assert button is not None
    room = await factories.place(here)
    form = {"tags": "\n".join(lamps), "place_id": room, "lay_out": "another"}
    laid_out = await client.post("/assets/change-school", data=form)
    assert laid_out.status_code == 200
    # Only laid out: nothing is refused as yet, and the place is one of the other school.
    assert tags_of(laid_out.text) == lamps
    assert "errors" not in laid_out.text and f'value="{room}" selected' not in laid_out.text


async def test_only_what_the_actor_keeps_is_found(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "technician")
    elsewhere = await factories.school()
    await database.execute(
        "INSERT INTO membership (person, school, role, valid_from)"
        " VALUES ($1, $2, 'teacher', now() - interval '1 day')",
        office.who.id,
        elsewhere.id,
    )
    lamps = await named(office, 3, "Lamp")
    theirs = await factories.asset(elsewhere)
    await database.execute("UPDATE asset SET name = 'Lamp' WHERE tag = $1", theirs.tag)
    page = await office.see("/assets?q=lamp&limit=2")
    assert "4 in all" in page and "All 3 found" in page
    for desk in DESKS:
        assert tags_of(await office.see(f"{desk}?q=lamp&all=on")) == lamps
    assert tags_of(await office.see(f"/assets/move?school={elsewhere.code}&all=on")) == []
    await office.see("/assets/move?school=NOWHERE&all=on", status=404)


async def test_all_is_offered_only_where_there_is_more_than_a_page(office: Office) -> None:
    await named(office, 3, "Lamp")
    assert "data-choose-found" not in await office.see("/assets")
    assert "All 3 found" in await office.see("/assets?limit=2")


async def test_all_found_goes_over_to_another_school(client: httpx.AsyncClient) -> None:
    here, there = await factories.school(), await factories.school()
    who = await factories.person("technician", here, there)
    office = Office(await factories.signed_in(client, who), here, who)
    lamps = await named(office, 3, "Lamp")
    page = await office.see(f"/assets?school={here.code}&limit=1")
    assert 'formaction="/assets/change-school"' in page
    desk = await office.see(f"/assets/change-school?school={here.code}&all=on")
    assert tags_of(desk) == lamps
    # The school of the filter is not the school that gets them.
    assert not re.search(r'<option value="[^"]+" selected>', desk)
    sent = await office.send("/assets/change-school", tags=" ".join(lamps), school=there.code)
    assert sent.status_code == 303
    assert (await assets.get_asset(who.actor, lamps[0])).school == there.code


async def test_whoever_keeps_one_school_gives_to_no_other(office: Office) -> None:
    await named(office, 2, "Lamp")
    assert "/assets/change-school" not in await office.see("/assets")


@pytest.mark.parametrize("query", ["", "q=lamp&"])
async def test_labels_of_all_that_was_found_are_printed(office: Office, query: str) -> None:
    lamps = await named(office, 3, "Lamp")
    form = await office.see(f"/labels?{query}all=on&tag={lamps[0]}")
    assert tags_of(form) == [] and "What the list was filtered by is chosen." in form
    hidden = dict(re.findall(r'<input type="hidden" name="(q|all)" value="([^"]*)">', form))
    assert hidden["all"] == "on"
    sheet = await office.send("/labels/sheet", size="3x8", **hidden)
    assert sheet.status_code == 303
    shown = await office.see(sheet.headers["location"])
    assert re.findall(r'class="label-tag">([^<]+)<', shown) == lamps


async def test_labels_of_ticked_rows_are_no_labels_of_the_list(office: Office) -> None:
    lamps = await named(office, 3, "Lamp")
    form = await office.see(f"/labels?q=lamp&lifecycle=in_service&tag={lamps[1]}")
    assert tags_of(form) == [lamps[1]]
    assert 'name="q" value="lamp"' not in form
