"""The library's pages: found, looked at, described, published, with and without JavaScript."""

import os
import re
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from core import database
from core.access import Role
from core.paging import encode_cursor
from storage import finishing, resources, uploads
from storage.resources import Visibility
from tests import factories, factories_library
from tests.storage import samples

FORM = {"title": "光的折射", "subject": "physics", "kind": "slides", "visibility": "shared"}


@pytest.fixture
async def teacher(client: httpx.AsyncClient, school: factories.MadeSchool) -> factories.MadePerson:
    who = await factories.person(Role.teacher, school)
    await factories.signed_in(client, who)
    return who


async def test_an_empty_library_says_what_to_do_first(
    client: httpx.AsyncClient, teacher: factories.MadePerson
) -> None:
    page = (await client.get("/library")).text
    assert "The library is still empty" in page and "/library/new" in page


async def test_a_small_file_is_added_by_the_form_alone(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    file = {"file": ("光的折射.pdf", samples.pdf("光的折射", "第二页"), "application/pdf")}
    answer = await client.post("/library/new", data=FORM, files=file)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    assert "appears here when it is ready" in (await client.get(place)).text
    assert (await client.post(f"{place}/publish")).status_code == 409
    await finishing.finish_waiting(tmp_path)
    page = (await client.get(place)).text
    assert "Download" in page and "/pictures/page/2" in page and "第二页" in page
    assert (await client.post(f"{place}/publish")).status_code == 303
    found = (await client.get("/library", params={"q": "第二页"})).text
    assert "光的折射" in found and "Page 2" in found
    assert (await client.post(f"{place}/withdraw")).status_code == 303
    assert "Withdrawn" in (await client.get(place)).text


async def test_a_form_pressed_twice_makes_one_resource(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    upload = await factories_library.finished(teacher.actor, samples.pdf("一"), tmp_path)
    page = (await client.get("/library/new", params={"upload_id": str(upload.id)})).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    form = FORM | {"upload_id": str(upload.id), "key": key[1]}
    first = await client.post("/library/new", data=form)
    second = await client.post("/library/new", data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


async def test_wrong_fields_come_back_with_what_was_typed(
    client: httpx.AsyncClient, teacher: factories.MadePerson
) -> None:
    answer = await client.post("/library/new", data=FORM | {"title": " ", "edition": "人教版"})
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.text and "人教版" in answer.text


async def test_a_refused_file_says_why_where_its_owner_looks(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    file = {"file": ("课件.pdf", samples.picture(), "application/pdf")}
    answer = await client.post("/library/new", data=FORM, files=file)
    await finishing.finish_waiting(tmp_path)
    assert "named .pdf" in (await client.get(answer.headers["location"])).text
    assert "named .pdf" in (await client.get("/library/uploads")).text


async def test_a_broken_upload_is_listed_and_can_be_stopped(
    client: httpx.AsyncClient, teacher: factories.MadePerson
) -> None:
    upload = await factories_library.new_upload(teacher.actor, b"12345", "a.bin")
    assert "choose the same file again" in (await client.get("/library/uploads")).text
    answer = await client.post(f"/library/uploads/{upload.id}/stop")
    assert answer.status_code == 303
    assert (await uploads.get_upload(teacher.actor, upload.id)).state == "aborted"


async def test_a_description_is_changed_and_its_history_kept(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    made = await factories_library.resource(teacher.actor, tmp_path, keywords=["光", "透镜"])
    page = (await client.get(f"/library/{made.id}/edit")).text
    assert "光、透镜" in page
    form = FORM | {"title": "光的反射", "version": str(made.version), "keywords": "光，反射"}
    assert (await client.post(f"/library/{made.id}/edit", data=form)).status_code == 303
    page = (await client.get(f"/library/{made.id}")).text
    assert "光的反射" in page and "<del>光的折射</del>" in page
    assert (await client.post(f"/library/{made.id}/edit", data=form)).status_code == 409


async def test_a_new_file_becomes_the_next_revision(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    made = await factories_library.resource(teacher.actor, tmp_path)
    file = {"file": ("第二版.pdf", samples.pdf("改过的"), "application/pdf")}
    answer = await client.post(
        f"/library/{made.id}/revisions", data={"note": "改了例题"}, files=file
    )
    assert answer.status_code == 303
    await finishing.finish_waiting(tmp_path)
    page = (await client.get(f"/library/{made.id}")).text
    assert "Revision 2" in page and "改了例题" in page


async def test_readers_see_no_buttons_that_are_not_theirs(
    client: httpx.AsyncClient, school: factories.MadeSchool, tmp_path: Path
) -> None:
    owner = await factories.person(Role.teacher, school)
    made = await factories_library.resource(owner.actor, tmp_path)
    await factories.signed_in(client, await factories.person(Role.auditor, school))
    page = (await client.get(f"/library/{made.id}")).text
    assert "Download" in page and "Withdraw" not in page and "New file" not in page
    assert (await client.get("/library/new")).status_code == 403
    assert (await client.post(f"/library/{made.id}/withdraw")).status_code == 403


async def test_the_pages_read_in_chinese(
    client: httpx.AsyncClient, school: factories.MadeSchool, tmp_path: Path
) -> None:
    who = await factories.person(Role.teacher, school, locale="zh_CN")
    await factories.signed_in(client, who)
    made = await factories_library.resource(who.actor, tmp_path)
    for path in ("/library", "/library/new", "/library/uploads", f"/library/{made.id}"):
        page = (await client.get(path)).text
        assert "资源" in page, path


async def test_the_history_of_a_shared_resource_stays_inside_its_school(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    shared = await factories_library.resource(
        teacher.actor, tmp_path, "What it was called before", visibility=Visibility.shared
    )
    await resources.update_resource(
        teacher.actor,
        shared.id,
        factories_library.description("光的折射", visibility=Visibility.shared),
        version=shared.version,
    )
    assert "What it was called before" in (await client.get(f"/library/{shared.id}")).text
    stranger = await factories.person(Role.teacher, await factories.school())
    await factories.signed_in(client, stranger)
    seen = await client.get(f"/library/{shared.id}")
    assert seen.status_code == 200
    assert "What it was called before" not in seen.text


async def test_damaged_files_are_seen_by_their_owner_and_the_admin(
    client: httpx.AsyncClient,
    school: factories.MadeSchool,
    teacher: factories.MadePerson,
    tmp_path: Path,
) -> None:
    made = await factories_library.resource(teacher.actor, tmp_path, "旧硬盘上的课件")
    assert "No file is damaged" in (await client.get("/library/damaged")).text
    assert "/library/damaged" not in (await client.get("/library")).text
    await database.execute("UPDATE blob SET damaged_at = now(), damage = 'content'")
    for role in (None, Role.admin):
        if role:
            await factories.signed_in(client, await factories.person(role, school))
        assert "1 file is damaged" in (await client.get("/library")).text
        page = (await client.get("/library/damaged")).text
        assert "旧硬盘上的课件" in page
        assert "Its content has changed in the store" in page
        page = (await client.get(f"/library/{made.id}")).text
        assert "Upload the same file again below" in page
        assert "/download" not in page.partition('id="files-title"')[0]
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    assert "/library/damaged" not in (await client.get("/library")).text
    assert "旧硬盘上的课件" not in (await client.get("/library/damaged")).text
    assert "Whoever still has it" in (await client.get(f"/library/{made.id}")).text


async def test_damaged_files_over_json_are_for_admins_page_by_page(
    client: httpx.AsyncClient, school: factories.MadeSchool, tmp_path: Path
) -> None:
    """Equal moments do not lose a row between two pages."""
    author = await factories.person(Role.teacher, school)
    elsewhere = await factories.person(Role.teacher, await factories.school())
    titles = [f"课件{number}" for number in range(5)]
    for title in titles:
        await factories_library.resource(author.actor, tmp_path, title, data=os.urandom(500))
    await factories_library.resource(elsewhere.actor, tmp_path, "别校", data=os.urandom(500))
    await database.execute("UPDATE blob SET damaged_at = now(), damage = 'missing'")
    path, admin = "/api/v1/damaged-files", await factories.person(Role.admin, school)
    key = await factories.bearer(admin, "library:read")
    seen, cursor = [], None
    for size in (2, 2, 1):
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=asked, headers=key)).json()
        assert len(page["items"]) == size
        seen += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (sorted(seen), cursor) == (titles, None)
    assert page["items"][0]["damage"] == "missing"
    assert page["items"][0]["school_id"] == school.id
    naive = encode_cursor("2026-01-01T00:00:00", uuid4())
    for wrong in ("x", encode_cursor(1, 2), naive):
        answer = await client.get(path, params={"cursor": wrong}, headers=key)
        assert (answer.status_code, wrong != naive) in ((422, True), (200, False))
    for role in set(Role) - {Role.admin}:
        other = await factories.bearer(await factories.person(role, school))
        assert (await client.get(path, headers=other)).status_code == 403
    assert (await client.get(path)).status_code == 401
    without = await factories.bearer(admin, "inventory:read")
    assert (await client.get(path, headers=without)).status_code == 403


async def test_the_page_says_who_withdrew_it_and_why_its_author_cannot_publish(
    client: httpx.AsyncClient,
    school: factories.MadeSchool,
    teacher: factories.MadePerson,
    tmp_path: Path,
) -> None:
    made = await factories_library.resource(teacher.actor, tmp_path)
    admin = await factories.person(Role.admin, school)
    await resources.withdraw(admin.actor, made.id)
    page = (await client.get(f"/library/{made.id}")).text
    assert "only an administrator can publish it again" in page
    assert f"/library/{made.id}/publish" not in page
    assert (await client.post(f"/library/{made.id}/publish")).status_code == 403
    key = await factories.bearer(teacher)
    answer = await client.post(f"/api/v1/resources/{made.id}/publish", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "withdrawn_by_admin")
    seen = (await client.get(f"/api/v1/resources/{made.id}", headers=key)).json()
    assert seen["is_withdrawn_by_admin"]
    assert seen["withdrawn_by_name"] == admin.actor.name
    await factories.signed_in(client, admin)
    assert (await client.post(f"/library/{made.id}/publish")).status_code == 303


async def test_pages_open_large_and_the_rest_is_said(
    client: httpx.AsyncClient, teacher: factories.MadePerson, tmp_path: Path
) -> None:
    data = samples.pdf(*(f"第{number}页" for number in range(1, 23)))
    made = await factories_library.resource(teacher.actor, tmp_path, data=data)
    page = (await client.get(f"/library/{made.id}")).text
    links = re.findall(r'href="(/api/v1/revisions/[^"]+/pictures/large/(\d+))"', page)
    assert [int(number) for _, number in links] == list(range(1, 21))
    assert "Pages 1 to 20 of 22 are shown" in page
    answer = await client.get(links[19][0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
