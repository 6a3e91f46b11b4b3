"""What stands around every page: the rail, also on errors; first steps; choices by school."""

import re

import httpx
import pytest

from api.http.identity import COOKIE
from api.kit.navigation import navigation
from core import connections, database
from core.access import Actor
from inventory import custody
from inventory import places as contents
from inventory.custody import Holder
from monitoring.snmp import Address
from tests import factories, factories_monitoring
from tests.factories import MadeSchool

pytestmark = pytest.mark.usefixtures("db")
CURRENT = re.compile(r'<a href="([^"]+)" aria-current="page">')


async def _actor(role: str) -> Actor:
    return (await factories.person(role, await factories.school())).actor


@pytest.mark.parametrize(
    ("role", "here", "place"),
    [
        ("technician", "/", "/"),
        ("technician", "/custody?view=ended", "/assets"),
        ("technician", "/asset-models/3", "/assets"),
        ("technician", "/labels/sheet", "/assets"),
        ("technician", "/alerts/5", "/devices"),
        ("technician", "/credentials/new", "/devices"),
        ("technician", "/networks/1/scans/2", "/devices"),
        ("technician", "/maintenance", "/devices"),
        ("technician", "/port-finder?q=P-1", "/devices"),
        ("technician", "/schools/1/rules/printer", "/devices"),
        ("technician", "/rooms/4", "/devices"),
        ("technician", "/assets/P-1/report", "/work-orders"),
        ("teacher", "/assets/P-1/report", "/report"),
        ("teacher", "/rooms/4", "/rooms"),
        ("teacher", "/lesson-periods", "/lesson-periods"),
        ("admin", "/lesson-periods/3", "/people"),
        ("admin", "/donors/new", "/donations"),
        ("admin", "/imports/1", "/assets"),
        ("admin", "/audit?entity=asset", "/people"),
        ("admin", "/schools/1", "/people"),
        ("auditor", "/availability", "/availability"),
        ("admin", "/account", None),
        ("admin", "/assets-of-another-kind", None),
    ],
)
async def test_the_rail_shows_where_one_is(role: str, here: str, place: str | None) -> None:
    current = [item.href for item in navigation(await _actor(role), here) if item.is_current]
    assert current == ([place] if place else [])


async def test_alerts_stand_in_one_place_only() -> None:
    items = [item.href for item in navigation(await _actor("technician"), "/alerts")]
    assert "/alerts" not in items
    assert len(items) == len(set(items))


async def test_an_error_keeps_the_navigation_of_whoever_is_signed_in(
    client: httpx.AsyncClient,
) -> None:
    assert 'class="site-nav"' not in (await client.get("/nothing")).text
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    for path in ("/assets/NOTHING-1", "/assets/NOTHING-1/nothing"):
        missing = await client.get(path)
        assert missing.status_code == 404
        assert CURRENT.findall(missing.text)[0] == "/assets"
    assert 'class="site-nav"' in (await client.post("/nothing")).text


async def test_an_address_without_a_page_is_in_the_language_of_whoever_is_signed_in(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    person = await factories.person("teacher", school, locale="zh_CN")
    await factories.signed_in(client, person)
    english = {"accept-language": "en"}
    missing = await client.get("/nothing", headers=english)
    assert missing.status_code == 404
    assert 'lang="zh-CN"' in missing.text
    assert 'class="site-nav"' in missing.text
    for name in ("content-security-policy", "x-content-type-options", "x-request-id"):
        assert name in missing.headers
    told = await client.get("/api/v1/nothing")
    assert told.status_code == 404
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == "not_found"


async def test_an_address_without_a_page_asks_nothing_of_the_database_for_strangers(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    ask = connections.connection_for

    def counted(sql: str | None) -> object:
        asked.append(sql)
        return ask(sql)

    monkeypatch.setattr(connections, "connection_for", counted)
    for path in ("/nothing", "/api/v1/nothing", "/static/nothing/at/all", "/assets/1/2/3/4"):
        assert (await client.get(path)).status_code == 404
    assert asked == []
    # Of somebody who may be signed in it asks once.
    assert (
        await client.get("/nothing", headers={"cookie": f"{COOKIE}=made-up"})
    ).status_code == 404
    assert len(asked) == 1


async def test_an_address_without_a_page_is_told_while_the_database_is_away(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.signed_in(client, await factories.person("admin", await factories.school()))
    with monkeypatch.context() as away:
        away.setattr(database.engine, "pool", None)
        missing = await client.get("/nothing")
    assert missing.status_code == 404
    assert 'class="site-nav"' not in missing.text


async def test_a_school_without_assets_is_told_its_first_steps(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    await factories.signed_in(client, admin)
    home = (await client.get("/")).text
    assert "First steps" in home
    assert '<ul class="tiles">' not in home
    assert len(re.findall(">Done<", home)) == 0
    await factories.place(school)
    assert len(re.findall(">Done<", (await client.get("/")).text)) == 1
    await factories.asset(school)
    home = (await client.get("/")).text
    assert "First steps" not in home
    assert '<ul class="tiles">' in home


async def test_a_helpers_home_names_no_borrower_and_has_the_helpers_reports(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    keeper = await factories.person("technician", school)
    borrower = await factories.person("teacher", school)
    await factories.signed_in(client, await factories.person("student_helper", school))
    lent, broken = await factories.asset(school), await factories.asset(school)

    await custody.hand_out(keeper.actor, [lent.tag], Holder(person_id=borrower.id))
    await client.post(f"/assets/{broken.tag}/report", data={"what": "It smokes", "key": "k"})
    home = (await client.get("/")).text
    assert lent.tag in home
    assert borrower.name not in home
    assert "My reports" in home
    assert "It smokes" in home


async def _two_schools_with_a_room() -> tuple[MadeSchool, MadeSchool]:
    one, two = await factories.school(), await factories.school()
    for school in (one, two):
        building = await factories.place(school, kind="building")
        await factories.place(school, parent=building)
    return one, two


async def test_places_of_several_schools_stand_school_by_school(client: httpx.AsyncClient) -> None:
    one, two = await _two_schools_with_a_room()
    await factories.signed_in(client, await factories.person("technician", one, two))
    for path in ("/assets", "/assets/new", "/maintenance/new", "/places/new"):
        page = (await client.get(path)).text
        assert f'<optgroup label="{one.name_en}">' in page, path
        assert page.count("<optgroup") == page.count("</optgroup>") == 2, path
    await factories.signed_in(client, await factories.person("technician", one))
    assert "<optgroup" not in (await client.get("/assets/new")).text


async def test_a_building_counts_what_is_in_its_rooms_and_cabinets() -> None:
    school = await factories.school()
    building = await factories.place(school, kind="building")
    room = await factories.place(school, parent=building)
    cabinet = await factories.place(school, kind="cabinet", parent=room)
    for place in (room, cabinet, cabinet):
        await factories.asset(school, place=place)
    counts = await contents.count_assets((await factories.person("admin", school)).actor)
    found = {place: counts[place].assets for place in (building, room, cabinet)}
    assert found == {building: 3, room: 3, cabinet: 2}


async def test_a_window_is_cancelled_after_a_question_only(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    form = {"school_id": str(school.id), "reason": "Cables", "kind": "once"}
    refused = await client.post("/maintenance", data=form)
    assert refused.status_code == 422
    form |= {"ends_at": "2099-01-01T10:00", "starts_at": "2098-12-31T10:00"}
    assert (await client.post("/maintenance", data=form)).status_code == 303
    page = (await client.get("/maintenance")).text
    assert page.index('<details class="confirm">') < page.index("/end")
    assert "Alerts will be raised at that time as usual." in page
    assert "(needed, unless every week)" in (await client.get("/maintenance/new")).text


async def test_a_list_says_how_many_there_are(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("technician", school))
    for _ in range(3):
        await factories.asset(school)
    page = (await client.get("/assets?limit=2")).text
    assert "3 in all" in page
    assert "data-choosing" in page


@pytest.mark.parametrize("role", ["admin", "technician"])
async def test_an_address_outside_of_all_networks_is_refused_with_the_way_out(
    client: httpx.AsyncClient, role: str
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person(role, school))
    asset = await factories.asset(school)
    credential = await factories_monitoring.credential(school)
    form = {"asset_tag": asset.tag, "address": "10.9.9.9", "port": "1161", "sleeps": "no"}
    refused = await client.post("/devices", data={**form, "credential_id": str(credential)})
    assert refused.status_code == 422
    assert "Monitoring, Set up, Networks" in refused.text
    assert ('href="/networks/new"' in refused.text) == (role == "admin")
    for name in ("asset_tag", "address", "port"):
        assert f'name="{name}"' in refused.text
        assert f'value="{form[name]}"' in refused.text
    assert '<option value="no" selected>' in refused.text
    assert f'<option value="{credential}" selected>' in refused.text


async def test_a_room_says_where_its_front_is_and_offers_to_wake_what_can_be_woken(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("technician", school))
    room = await factories.place(school)
    switch = await factories.asset(school, place=room, model=await factories.asset_model("network"))
    await factories_monitoring.device(school, asset=switch)
    page = (await client.get(f"/rooms/{room}")).text
    assert f"/rooms/{room}/wake" not in page
    sleeper = await factories.asset(school, place=room)
    made = await factories_monitoring.device(
        school, Address("127.0.3.9", 161), asset=sleeper, may_sleep=True
    )
    await database.execute(
        "UPDATE device SET state = 'down', mac = '02:00:5e:10:00:01', seat_row = 1,"
        " seat_column = 1 WHERE id = $1",
        made.id,
    )
    page = (await client.get(f"/rooms/{room}")).text
    assert "Wake 1 computer" in page
    assert page.index("Blackboard, front of the room") < page.index('<table class="seats">')
