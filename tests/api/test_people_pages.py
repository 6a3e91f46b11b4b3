"""Pages about people: what is shown once, what is refused, and what works without a script."""

import re
from datetime import timedelta

import httpx
import pytest

from core import database, people, places, setup
from core.access import Role
from core.clock import now
from core.people import NewPerson
from core.places import NewPlace, PlaceKind
from tests import factories
from tests.factories import PASSWORD, MadePerson, MadeSchool

CODE = re.compile(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3,4}")
TOKEN = re.compile(r"lsh_[\w-]{43}")


async def test_the_set_up_page_makes_the_school_and_signs_its_admin_in(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/")).headers["location"] == "/sign-in"
    assert (await client.get("/sign-in")).headers["location"] == "/setup"
    form = {
        "setup_code": await setup.create_link(),
        "code": "NO1-MS",
        "name_zh": "第一中学",
        "zone": "Asia/Shanghai",
        "name": "管理员一",
        "login": "admin-one",
        "password": "willow kettle orbit",
        "password_again": "willow kettle orbit",
    }
    for field, wrong, sentence in (
        ("password_again", "another", "differ"),
        ("setup_code", "AAAA-BBBB", "wrong, used or too old"),
        ("code", "two words", "Latin letters"),
        ("password", "", "Fill in"),
    ):
        answer = await client.post("/setup", data={**form, field: wrong})
        assert (answer.status_code, sentence in answer.text) == (422, True), field
        assert "willow kettle orbit" not in answer.text
    answer = await client.post("/setup", data=form, headers={"accept-language": "zh"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "管理员一" in (await client.get("/account")).text
    assert await database.fetch_value("SELECT locale FROM person") == "zh_CN"
    assert (await client.get("/setup")).headers["location"] == "/sign-in"
    assert (await client.post("/setup", data=form)).headers["location"] == "/sign-in"


async def test_the_one_time_password_of_a_new_person_is_shown_once(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    form = {"name": "教师一", "login": "teacher-1", "school_id": str(school.id), "role": "teacher"}
    made = await client.post("/people", data=form)
    [password] = CODE.findall(made.text)
    person_id = await people.find_id("teacher-1")
    for page in ("/people", f"/people/{person_id}", "/audit"):
        assert password not in (await client.get(page)).text
    assert "教师一" in (await client.get("/people", params={"q": "教师"})).text
    again = await client.post("/people", data=form)
    assert (again.status_code, "Another account has this sign-in name" in again.text) == (422, True)
    fresh = await client.post(f"/people/{person_id}/invite")
    assert CODE.findall(fresh.text) != [password]
    assert admin.name in (await client.get(f"/people/{person_id}")).text


async def test_a_role_is_given_to_the_end_of_its_last_day(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    teacher = await factories.person("teacher", school)
    last_day = (now() + timedelta(days=30)).date()
    form = {"school_id": str(school.id), "role": "technician", "last_day": last_day.isoformat()}
    assert (await client.post(f"/people/{teacher.id}/roles", data=form)).status_code == 303
    until = await database.fetch_value(
        "SELECT valid_until AT TIME ZONE 'Asia/Shanghai' FROM membership WHERE role = 'technician'"
    )
    assert (until.date(), until.hour, until.minute) == (last_day, 23, 59)
    twice = await client.post(f"/people/{teacher.id}/roles", data=form)
    assert (twice.status_code, "already has this role" in twice.text) == (409, True)
    shown = await people.get_person(admin.actor, teacher.id)
    given = next(m.id for m in shown.memberships if m.role is Role.technician)
    await client.post(f"/people/{teacher.id}/roles/{given}/end")
    shown = await people.get_person(admin.actor, teacher.id)
    assert not next(m for m in shown.memberships if m.id == given).is_valid
    own = (await people.get_person(admin.actor, admin.id)).memberships[0]
    refused = await client.post(f"/people/{admin.id}/roles/{own.id}/end")
    assert (refused.status_code, "no admin left" in refused.text) == (409, True)


async def test_an_account_is_closed_and_opened_again(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    assert admin.id
    teacher = await factories.person("teacher", school)
    await client.post(f"/people/{teacher.id}/close")
    assert teacher.name not in (await client.get("/people")).text
    assert teacher.name in (await client.get("/people", params={"standing": "closed"})).text
    await client.post(f"/people/{teacher.id}/reopen")
    assert teacher.name in (await client.get("/people")).text


async def test_who_has_left_can_be_given_a_role_and_no_password(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    left = await factories.person("teacher", school)
    own = (await people.get_person(admin.actor, left.id)).memberships[0]
    await client.post(f"/people/{left.id}/roles/{own.id}/end")
    page = (await client.get(f"/people/{left.id}")).text
    assert f'action="/people/{left.id}/roles"' in page
    assert f"/people/{left.id}/invite" not in page
    assert (await client.post(f"/people/{left.id}/invite")).status_code == 403


async def test_the_secret_of_a_token_is_shown_once_and_works(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    form = {"name": "Script", "scopes": ["people:read", "library:read"], "days": "30"}
    made = await client.post("/account/tokens", data=form)
    [secret] = set(TOKEN.findall(made.text))
    assert secret not in (await client.get("/account/tokens")).text
    headers = {"authorization": f"Bearer {secret}", "origin": ""}
    me = (await client.get("/api/v1/me", headers=headers)).json()
    assert (me["name"], me["scopes"]) == (admin.name, ["library:read", "people:read"])
    token_id = await database.fetch_value("SELECT id FROM api_token")
    await client.post(f"/account/tokens/{token_id}/revoke")
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    none = await client.post("/account/tokens", data={"name": "Script"})
    assert none.status_code == 422


async def test_the_account_page_changes_name_language_and_sessions(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    other = await factories.sign_in.start_session(
        admin.id, address="10.0.0.7", browser="Mozilla/5.0 (Windows NT 10.0) Chrome/120 Edg/120"
    )
    shown = (await client.get("/account")).text
    assert "Edge · Windows" in shown
    assert "10.0.0.7" in shown
    await client.post("/account", data={"name": "新名字", "locale": "zh_CN"})
    shown = (await client.get("/account")).text
    assert '<html lang="zh-CN">' in shown
    assert "新名字" in shown
    await client.post("/account/sessions/end-others")
    assert await factories.sign_in.find_actor(other) is None
    refused = await client.post("/account", data={"name": "", "locale": "fr"})
    assert refused.status_code == 422


async def test_the_password_is_changed_with_the_current_one(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    form = {
        "current_password": PASSWORD,
        "new_password": "willow kettle orbit",
        "new_password_again": "willow kettle orbit",
    }
    wrong = await client.post("/account/password", data={**form, "current_password": "no"})
    assert (wrong.status_code, "not your current password" in wrong.text) == (422, True)
    done = await client.post("/account/password", data=form)
    assert done.headers["location"] == "/account"
    await client.post("/sign-out")
    again = await client.post(
        "/sign-in", data={"login": admin.login, "password": "willow kettle orbit"}
    )
    assert again.status_code == 303


async def test_a_place_is_added_moved_and_taken_out_of_use(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    building = await places.create_place(
        admin.actor, NewPlace(school.id, PlaceKind.building, "实验楼")
    )
    form = {"school_id": str(school.id), "kind": "room", "name": "机房", "parent_id": ""}
    made = await client.post("/places", data=form)
    address = made.headers["location"]
    assert (await client.post("/places", data=form)).status_code == 422
    moved = await client.post(address, data={"name": "机房一", "parent_id": str(building.id)})
    assert moved.status_code == 303
    shown = (await client.get(address)).text
    assert "实验楼 / 机房一" in shown
    place_id = int(address.rpartition("/")[2])
    await factories.asset(school, place=place_id)
    assert (await client.post(f"{address}/retire")).status_code == 409
    assert f"/assets?place={place_id}" in (await client.get("/places")).text


async def test_the_list_of_changes_is_filtered_and_turns_its_pages(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson
) -> None:
    for number in range(3):
        await people.create_person(
            admin.actor, NewPerson(f"Teacher {number}", f"t{number}", school.id, Role.teacher)
        )
    first = await client.get(
        "/api/v1/audit", params={"entity": "person", "person_id": admin.id, "limit": 2}
    )
    second = await client.get(
        "/api/v1/audit",
        params={
            "entity": "person",
            "person_id": admin.id,
            "limit": 2,
            "cursor": first.json()["next_cursor"],
        },
    )
    ids = [change["id"] for answer in (first, second) for change in answer.json()["items"]]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)
    page = await client.get("/audit", params={"day": "2001-01-01"})
    assert "No changes found" in page.text
    assert "Teacher 2" in (await client.get("/audit", params={"entity": "person"})).text


@pytest.mark.parametrize("field", ["name", "login", "q"])
async def test_what_people_type_is_never_markup(
    client: httpx.AsyncClient, school: MadeSchool, admin: MadePerson, field: str
) -> None:
    assert admin.id
    sly = '"><script>alert(1)</script>'
    form = {"name": "One", "login": "", "school_id": str(school.id), "role": "teacher"}
    typed = await client.post("/people", data={**form, field: sly})
    found = await client.get("/people", params={"q": sly})
    for answer in (typed, found):
        assert answer.status_code < 500
        assert "<script>alert" not in answer.text
