"""No school takes more room than the operator gave it, whoever asks at once and through which door."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from core import clock, database
from core.errors import Invalid, NotFound
from storage import finishing, quotas, receiving, sweeping, uploads
from tests import factories
from tests.api.test_library_json import announced
from tests.conftest import Stack, browser
from tests.factories import MadePerson, MadeSchool
from tests.factories_library import bytes_of, finished, new_upload, resource, sha256

FILE = b"%PDF-1.4 " + b"x" * 991


@pytest.fixture
async def school(db: Stack) -> MadeSchool:
    return await factories.school("QUOTA")


@pytest.fixture
async def owner(school: MadeSchool) -> MadePerson:
    return await factories.person("teacher", school)


async def used(school: MadeSchool) -> int:
    found: int = await database.fetch_value("SELECT stored_bytes_of_school($1)", school.id)
    return found


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("200GB", 200 * 1024**3),
        ("1.5 tb", 1536 * 1024**3),
        ("5000", 5000),
        ("0", 0),
        ("none", None),
        ("None", None),
    ],
)
def test_sizes_are_written_as_people_write_them(text: str, size: int | None) -> None:
    assert quotas.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1GB", "1e9", "2000000TB", "GB", "1 PB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        quotas.parse_size(text)


async def test_an_upload_reserves_its_size_and_gives_it_back(
    school: MadeSchool, owner: MadePerson, tmp_path: Path
) -> None:
    await quotas.set_quota("QUOTA", 2500)
    first = await new_upload(owner.actor, FILE, "a.pdf")
    second = await new_upload(owner.actor, FILE, "b.pdf")
    assert await used(school) == 2000
    with pytest.raises(Invalid) as refused:
        await new_upload(owner.actor, FILE, "c.pdf")
    assert (refused.value.code, refused.value.field) == ("school_quota", "size_bytes")
    assert "uses 2 KB of its 2.4 KB" in str(refused.value)
    await uploads.abort(owner.actor, first.id)
    assert await used(school) == 1000
    await database.execute("UPDATE upload SET expires_at = $1", clock.now())
    await sweeping.expire_uploads()
    assert await used(school) == 0
    wrong = await new_upload(owner.actor, FILE, "d.pdf", sha256=sha256(b"another"))
    await receiving.receive(owner.actor, wrong.id, bytes_of(FILE), offset=0)
    assert await used(school) == 1000
    await finishing.finish_waiting(tmp_path)
    assert await used(school) == 0
    assert second.state == "initiated"


async def test_content_counts_once_in_each_school_that_has_it(
    school: MadeSchool, owner: MadePerson, tmp_path: Path
) -> None:
    other = await factories.person("teacher", await factories.school("OTHER"))
    await quotas.set_quota("QUOTA", 2000)
    await finished(owner.actor, FILE, tmp_path, "a.pdf")
    # Both copies are reserved while they are on their way; afterwards there is one.
    await finished(owner.actor, FILE, tmp_path, "b.pdf")
    assert await used(school) == len(FILE)
    await finished(other.actor, FILE, tmp_path, "c.pdf")
    uses = {use.code: use.used_bytes for use in await quotas.list_all()}
    assert uses == {"QUOTA": len(FILE), "OTHER": len(FILE)}


async def test_a_smaller_quota_removes_nothing_and_none_lifts_it(
    school: MadeSchool, owner: MadePerson
) -> None:
    await new_upload(owner.actor, FILE, "a.pdf")
    use = await quotas.set_quota("QUOTA", 10)
    assert (use.used_bytes, use.allowed_bytes, use.percent) == (1000, 10, 100)
    with pytest.raises(Invalid):
        await new_upload(owner.actor, b"1", "b.bin")
    await quotas.set_quota("QUOTA", None)
    await new_upload(owner.actor, FILE, "b.pdf")
    with pytest.raises(NotFound):
        await quotas.set_quota("NOWHERE", 10)


async def test_of_32_uploads_at_once_no_more_begin_than_fit(
    client: httpx.AsyncClient, app: Litestar, school: MadeSchool
) -> None:
    await quotas.set_quota("QUOTA", 5 * len(FILE) + 10)
    people = [await factories.person("teacher", school) for _ in range(4)]
    keys = [await factories.bearer(who, "library:write") for who in people]

    async def by_tus(number: int) -> int:
        headers = {**keys[number % 4], **announced(f"{number}.pdf", len(FILE))}
        answer = await client.post("/api/v1/uploads", headers=headers)
        assert answer.status_code == 201 or answer.json()["code"] == "school_quota"
        return answer.status_code

    async def by_form(number: int) -> int:
        async with browser(app) as own:
            await factories.signed_in(own, people[number % 4])
            answer = await own.post("/library/new", data=FORM, files={"file": ("f.pdf", FILE)})
            is_full = answer.status_code == 422 and "of its 4.9 KB" in answer.text
            return 201 if answer.status_code == 303 else 413 if is_full else answer.status_code

    async def by_call(number: int) -> int:
        try:
            await new_upload(people[number % 4].actor, FILE, "c.pdf")
        except Invalid as refused:
            return 413 if refused.code == "school_quota" else 422
        return 201

    tries: list[Awaitable[int]] = [by_tus(number) for number in range(14)]
    tries += [by_form(number) for number in range(4)]
    tries += [by_call(number) for number in range(14)]
    outcomes = await asyncio.gather(*tries)
    assert (len(outcomes), outcomes.count(201), outcomes.count(413)) == (32, 5, 27)
    assert await used(school) == 5 * len(FILE)


FORM = {"title": "光的折射", "subject": "physics", "kind": "slides", "note": "typed with care"}


async def test_over_tus_it_is_413_with_the_figures_in_both_languages(
    client: httpx.AsyncClient, school: MadeSchool, owner: MadePerson
) -> None:
    await quotas.set_quota("QUOTA", 10)
    headers = {**await factories.bearer(owner, "library:write"), **announced("a.pdf", 1000)}
    answer = await client.post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "school_quota")
    assert "uses 0 B of its 10 B, and this file has 1000 B" in answer.json()["detail"]
    reader = await factories.person("teacher", school, locale="zh_CN")
    headers |= await factories.bearer(reader, "library:write")
    chinese = await client.post("/api/v1/uploads", headers=headers)
    assert "共 10 B，已用 0 B" in chinese.json()["detail"]


async def test_the_forms_come_back_with_what_was_typed(
    client: httpx.AsyncClient, school: MadeSchool, owner: MadePerson, tmp_path: Path
) -> None:
    made = await resource(owner.actor, tmp_path)
    await factories.signed_in(client, owner)
    await quotas.set_quota("QUOTA", 10)
    new = await client.post("/library/new", data=FORM, files={"file": ("a.pdf", FILE)})
    assert (new.status_code, "光的折射" in new.text, "of its 10 B" in new.text) == (422, True, True)
    path = f"/library/{made.id}/revisions"
    next_file = await client.post(path, data=FORM, files={"file": ("a.pdf", FILE)})
    assert next_file.status_code == 422
    assert "typed with care" in next_file.text
    assert "of its 10 B" in next_file.text


async def test_admins_see_the_figures_and_nobody_of_a_school_sets_them(
    client: httpx.AsyncClient, school: MadeSchool, owner: MadePerson
) -> None:
    admin = await factories.person("admin", school)
    await quotas.set_quota("QUOTA", 4000)
    await new_upload(owner.actor, FILE, "a.pdf")
    path = f"/api/v1/schools/{school.id}"
    by_admin = await factories.bearer(admin, "people:write")
    found = (await client.get(path, headers=by_admin)).json()
    assert found["storage"] == {"used_bytes": 1000, "allowed_bytes": 4000}
    facts = {"code": "QUOTA", "name_en": "Quota", "storage": {"allowed_bytes": 9999}}
    assert (await client.put(path, json=facts, headers=by_admin)).status_code == 422
    by_teacher = await factories.bearer(owner, "people:read")
    assert (await client.get(path, headers=by_teacher)).json()["storage"] is None
    await factories.signed_in(client, admin)
    assert "1,000 B of 3.9 KB used" in (await client.get(f"/schools/{school.id}")).text
    assert "1,000 B of 3.9 KB used" in (await client.get("/library")).text
    metrics = (await client.get("/metrics")).text
    assert 'labshare_school_storage_bytes{school="QUOTA"} 1000.0' in metrics
    assert 'labshare_school_quota_bytes{school="QUOTA"} 4000.0' in metrics


async def test_another_school_learns_nothing(client: httpx.AsyncClient, school: MadeSchool) -> None:
    await quotas.set_quota("QUOTA", 4000)
    stranger = await factories.person("admin", await factories.school())
    by_stranger = await factories.bearer(stranger, "people:write")
    answer = await client.get(f"/api/v1/schools/{school.id}", headers=by_stranger)
    assert answer.status_code == 404
    await factories.signed_in(client, stranger)
    assert "Storage of the library" not in (await client.get("/library")).text
