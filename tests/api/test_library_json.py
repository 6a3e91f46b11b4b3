"""The library over HTTP: tus, descriptions, downloads, and who may."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from core import database
from core.access import Role
from storage import finishing, receiving
from storage.fair_limiter import FairLimiter
from tests import factories, factories_library
from tests.patience import PATIENCE_SECONDS
from tests.storage import samples

TUS = {"tus-resumable": "1.0.0"}
BYTES = {**TUS, "content-type": "application/offset+octet-stream"}


def announced(name: str, size: int, **more: str) -> dict[str, str]:
    said = {"filename": name, **more}
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items()]
    return {**TUS, "upload-length": str(size), "upload-metadata": ",".join(pairs)}


@pytest.fixture
async def teacher(school: factories.MadeSchool) -> factories.MadePerson:
    return await factories.person(Role.teacher, school)


@pytest.fixture
async def key(teacher: factories.MadePerson) -> dict[str, str]:
    return await factories.bearer(teacher)


async def opened(
    client: httpx.AsyncClient, key: dict[str, str], size: int, name: str = "a.bin", **more: str
) -> str:
    answer = await client.post("/api/v1/uploads", headers=key | announced(name, size, **more))
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return answer.headers["location"]


async def test_the_server_says_what_it_can_do(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert answer.headers["tus-checksum-algorithm"] == "sha256,sha1,md5"
    assert int(answer.headers["tus-max-size"]) == 2 * 1024**3


async def test_a_file_arrives_in_pieces_and_is_handed_out_again(
    client: httpx.AsyncClient, key: dict[str, str], school: factories.MadeSchool, tmp_path: Path
) -> None:
    data = samples.pdf("光的折射", "第二页")
    digest = hashlib.sha256(data).hexdigest()
    place = await opened(client, key, len(data), "光的折射.pdf", sha256=digest)
    for start in range(0, len(data), 700):
        piece = data[start : start + 700]
        answer = await client.patch(
            place, content=piece, headers=key | BYTES | {"upload-offset": str(start)}
        )
        assert answer.status_code == 204, answer.text
        assert answer.headers["upload-offset"] == str(start + len(piece))
        assert "GMT" in answer.headers["upload-expires"]
    assert (await client.get(place, headers=key)).json()["state"] == "completing"

    body = {
        "school": school.code,
        "title": "光的折射",
        "subject": "physics",
        "kind": "slides",
        "upload_id": place.rpartition("/")[2],
    }
    made = (await client.post("/api/v1/resources", json=body, headers=key)).json()
    url = f"/api/v1/resources/{made['id']}"
    # Nothing is to be had of it before it has been judged.
    assert (await client.get(f"{url}/download", headers=key)).status_code == 404
    refused = await client.post(f"{url}/publish", headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_file")

    await finishing.finish_waiting(tmp_path)
    assert (await client.get(place, headers=key)).json()["state"] == "ready"
    assert (await client.post(f"{url}/publish", headers=key)).json()["state"] == "published"
    answer = await client.get(f"{url}/download", headers=key)
    assert answer.content == data
    assert answer.headers["etag"] == f'"{digest}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "filename*=UTF-8''%E5%85%89" in answer.headers["content-disposition"]
    assert "content-encoding" not in answer.headers
    listed = (await client.get("/api/v1/resources?q=折射", headers=key)).json()["items"]
    assert [item["title"] for item in listed] == ["光的折射"]
    cover = await client.get(
        f"/api/v1/revisions/{listed[0]['revision_id']}/pictures/thumbnail/1", headers=key
    )
    assert cover.content[8:12] == b"WEBP"


async def test_a_download_is_resumed_to_the_byte(
    client: httpx.AsyncClient, teacher: factories.MadePerson, key: dict[str, str], tmp_path: Path
) -> None:
    data = os.urandom(3_000_000)
    made = await factories_library.resource(teacher.actor, tmp_path, data=data, name="a.bin")
    url = f"/api/v1/resources/{made.id}/download"
    head = await client.head(url, headers=key)
    assert head.headers["content-length"] == "3000000", (head.status_code, head.headers)
    assert head.content == b""
    etag = head.headers["etag"]
    first = await client.get(url, headers=key | {"range": "bytes=0-1234566"})
    rest = await client.get(url, headers=key | {"range": "bytes=1234567-", "if-range": etag})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.content + rest.content == data
    assert rest.headers["content-range"] == "bytes 1234567-2999999/3000000"
    changed = await client.get(url, headers=key | {"range": "bytes=5-", "if-range": '"old"'})
    assert (changed.status_code, len(changed.content)) == (200, 3_000_000)
    beyond = await client.get(url, headers=key | {"range": "bytes=3000000-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */3000000")
    known = await client.get(url, headers=key | {"if-none-match": etag})
    assert (known.status_code, known.content) == (304, b"")
    # All of it was one download.
    assert await database.fetch_value("SELECT count(*) FROM download") == 1


async def test_an_upload_is_opened_once_for_one_key(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    headers = key | announced("a.bin", 5) | {"idempotency-key": "phone-1"}
    one = await client.post("/api/v1/uploads", headers=headers)
    two = await client.post("/api/v1/uploads", headers=headers)
    assert one.headers["location"] == two.headers["location"]
    assert await database.fetch_value("SELECT count(*) FROM upload") == 1


async def test_a_request_that_is_cut_short_tells_where_and_hangs_up(
    client: httpx.AsyncClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SILENCE_SECONDS", 0.1)
    place = await opened(client, key, 5)

    async def silent() -> AsyncIterator[bytes]:
        yield b"123"
        await asyncio.sleep(30)

    headers = key | BYTES | {"upload-offset": "0", "content-length": "5"}
    answer = await client.patch(place, content=silent(), headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "3")
    assert answer.headers["connection"] == "close"
    answer = await client.patch(place, content=b"45", headers=key | BYTES | {"upload-offset": "3"})
    assert (answer.headers["upload-offset"], "connection" in answer.headers) == ("5", False)


async def test_who_sends_too_much_at_once_is_told_to_come_back(
    client: httpx.AsyncClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_limiter", FairLimiter(1, of_a_person=0, longest_seconds=60))
    place = await opened(client, key, 5)
    answer = await client.patch(
        place, content=b"12345", headers=key | BYTES | {"upload-offset": "0"}
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "uploads_at_once")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_damaged_piece_is_460_and_forgotten(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    place = await opened(client, key, 5)
    wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    headers = key | BYTES | {"upload-offset": "0", "upload-checksum": f"sha1 {wrong}"}
    answer = await client.patch(place, content=b"12345", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (460, "checksum_mismatch")
    head = await client.head(place, headers=key | TUS)
    assert head.headers["upload-offset"] == "0"
    headers["upload-checksum"] = "crc32 AAAA"
    assert (await client.patch(place, content=b"12345", headers=headers)).status_code == 422


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({**BYTES, "upload-offset": "3"}, b"1", 409),
        ({**BYTES, "upload-offset": "0"}, b"123456", 413),
        ({**BYTES, "upload-offset": "x"}, b"1", 422),
        ({"content-type": BYTES["content-type"], "upload-offset": "0"}, b"1", 412),
        ({**TUS, "content-type": "text/plain", "upload-offset": "0"}, b"1", 415),
    ],
)
async def test_what_tus_refuses(
    client: httpx.AsyncClient,
    key: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    place = await opened(client, key, 5)
    answer = await client.patch(place, content=body, headers=key | headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 409:
        assert answer.headers["upload-offset"] == "0"


async def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    headers = key | announced("a.bin", 3 * 1024**3)
    answer = await client.post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


async def test_an_upload_that_was_given_up_is_gone(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    place = await opened(client, key, 5)
    assert (await client.delete(place, headers=key | TUS)).status_code == 204
    assert (await client.head(place, headers=key | TUS)).status_code == 410
    answer = await client.patch(place, content=b"1", headers=key | BYTES | {"upload-offset": "0"})
    assert answer.status_code == 410


async def test_another_schools_teacher_sees_and_changes_nothing(
    client: httpx.AsyncClient, teacher: factories.MadePerson, key: dict[str, str], tmp_path: Path
) -> None:
    own = await factories_library.resource(teacher.actor, tmp_path, "本校", visibility="school")
    shared = await factories_library.resource(teacher.actor, tmp_path, "共享", visibility="shared")
    draft = await factories_library.resource(
        teacher.actor, tmp_path, "草稿", visibility="shared", published=False
    )
    stranger = await factories.bearer(await factories_library.teacher())
    place = await opened(client, key, 5)
    for hidden in (own, draft):
        url = f"/api/v1/resources/{hidden.id}"
        for path in ("", "/revisions", "/download", "/content"):
            assert (await client.get(url + path, headers=stranger)).status_code == 404
        for step in ("publish", "withdraw", "submit", "take-back"):
            assert (await client.post(f"{url}/{step}", headers=stranger)).status_code == 404
    assert (await client.get(place, headers=stranger)).status_code == 404
    url = f"/api/v1/resources/{shared.id}"
    assert (await client.get(f"{url}/download", headers=stranger)).status_code == 200
    assert (await client.post(f"{url}/withdraw", headers=stranger)).status_code == 403
    listed = (await client.get("/api/v1/resources", headers=stranger)).json()["items"]
    assert [item["title"] for item in listed] == ["共享"]


async def test_a_stale_edit_is_refused(
    client: httpx.AsyncClient, teacher: factories.MadePerson, key: dict[str, str], tmp_path: Path
) -> None:
    made = await factories_library.resource(teacher.actor, tmp_path)
    url = f"/api/v1/resources/{made.id}"
    change = {"version": made.version, "title": "光的反射"}
    assert (await client.patch(url, json=change, headers=key)).json()["title"] == "光的反射"
    answer = await client.patch(url, json=change, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


async def test_all_wrong_fields_are_named(
    client: httpx.AsyncClient, key: dict[str, str], school: factories.MadeSchool
) -> None:
    body = {"school": school.code, "title": " ", "subject": "alchemy", "kind": "spell"}
    answer = await client.post("/api/v1/resources", json=body, headers=key)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"title", "subject", "kind"}


async def test_the_store_is_public_where_it_is_said_to_be(
    client: httpx.AsyncClient,
    teacher: factories.MadePerson,
    key: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = samples.pdf("公开")
    made = await factories_library.resource(teacher.actor, tmp_path, data=data, name="公开.pdf")
    from storage.objects import connection

    opened_ = connection.connected()
    monkeypatch.setattr(
        connection,
        "_connection",
        msgspec.structs.replace(opened_, public_client=opened_.client),
    )
    answer = await client.get(f"/api/v1/resources/{made.id}/download", headers=key)
    assert answer.status_code == 302
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as browser:
        fetched = await browser.get(answer.headers["location"], headers={"range": "bytes=5-9"})
    assert fetched.status_code == 206 and fetched.content == data[5:10]
    assert "UTF-8''%E5%85%AC" in fetched.headers["content-disposition"]
