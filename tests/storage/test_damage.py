"""Bits that turn over in the store's own files are found, told and healed by the same upload."""

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar.exceptions import LitestarException

from core import database
from core.errors import Unavailable
from storage import (
    checking,
    damage,
    damaged_files,
    damaged_pictures,
    downloads,
    objects,
    photos,
    revisions,
)
from storage.damage import Damage
from storage.objects import connection, whole
from storage.objects.transport import PATIENT
from storage.uploads import UploadState
from tests import factories
from tests.conftest import Stack
from tests.factories_library import finished, received, resource, teacher
from tests.factories_repairs import picture
from tests.storage import samples
from tests.storage.rot import flip

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store takes 13 seconds over each reading of a damaged object."""
    monkeypatch.setattr(damage, "READINGS", 1)


async def scrubbed() -> int:
    await database.execute("UPDATE blob SET verified_at = now() - interval '31 days'")
    return await damage.scrub(older_than_days=30, most_bytes=10**9)


async def bytes_of_file(file: downloads.File) -> bytes:
    return b"".join([p async for p in objects.stream(file.object_key, 0, file.size_bytes)])


@pytest.mark.parametrize("size", [3000, 9 * MB])
async def test_a_flipped_bit_is_found_told_and_healed_by_the_same_upload(
    db: Stack, tmp_path: Path, size: int
) -> None:
    actor = (await teacher()).actor
    data = os.urandom(size)
    made, other = (
        await resource(actor, tmp_path, "一", data=data),
        await resource(actor, tmp_path, "二", data=data),
    )
    assert await scrubbed() == 0
    assert flip(db, data)
    assert await scrubbed() == 1
    for one in (made, other):
        with pytest.raises(Unavailable) as refused:
            await downloads.get_file(actor, one.id)
        assert refused.value.code == "damaged"
    first, second = (await damaged_files.list_damaged_files(actor)).items
    assert {first.resource_id, second.resource_id} == {made.id, other.id}
    assert first.damage in (Damage.content, Damage.unreadable)
    assert await damaged_files.count_blobs() == 1
    old = await database.fetch_value("SELECT object_key FROM blob")
    assert any(old in line for line in await checking.problems())
    again = await finished(actor, data, tmp_path, "资料.bin")
    assert again.state is UploadState.duplicate
    assert (await damaged_files.list_damaged_files(actor)).items == []
    for one in (made, other):
        assert await bytes_of_file(await downloads.get_file(actor, one.id)) == data
    assert await objects.size_of(old) is None
    assert await scrubbed() == 0


async def test_an_upload_of_the_same_content_reads_the_copy_before_it_trusts_it(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    data = os.urandom(200_000)
    made = await resource(actor, tmp_path, data=data)
    assert flip(db, data)
    # Nobody has noticed yet.
    await finished(actor, data, tmp_path, "资料.bin")
    assert await bytes_of_file(await downloads.get_file(actor, made.id)) == data


async def test_of_32_uploads_that_heal_one_stays(db: Stack, tmp_path: Path) -> None:
    data = os.urandom(50_000)
    actors = [(await teacher()).actor for _ in range(8)]
    made = await resource(actors[0], tmp_path, data=data)
    assert flip(db, data)
    assert await scrubbed() == 1
    for turn in range(32):
        await received(actors[turn % 8], data, "资料.bin")
    await asyncio.gather(*(_finish(tmp_path) for _ in range(32)))
    assert await bytes_of_file(await downloads.get_file(actors[0], made.id)) == data
    assert await database.fetch_value("SELECT count(*) FROM blob") == 1
    kept = await database.fetch_value("SELECT object_key FROM blob")
    listed = {item.key for item in await objects.listed("b/") if item.size == len(data)}
    assert kept in listed
    known = await database.fetch_value("SELECT count(*) FROM upload WHERE state = 'duplicate'")
    assert (
        known + await database.fetch_value("SELECT count(*) FROM upload WHERE state = 'ready'")
        == 33
    )


async def _finish(folder: Path) -> None:
    from storage import finishing

    await finishing.finish_waiting(folder)


async def test_what_was_only_away_is_whole_again_without_an_upload(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    data = os.urandom(100_000)
    made = await resource(actor, tmp_path, data=data)
    assert flip(db, data)
    assert await scrubbed() == 1
    turned = bytearray(data)
    turned[len(data) // 2] ^= 0xFF
    assert flip(db, bytes(turned))
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 0, "read a moment ago"
    assert await damaged_files.count_blobs() == 1
    assert await scrubbed() == 0
    assert await bytes_of_file(await downloads.get_file(actor, made.id)) == data


async def test_a_download_of_a_missing_or_damaged_file_is_503_before_a_byte(
    client: httpx.AsyncClient, db: Stack, tmp_path: Path
) -> None:
    who = await teacher()
    key = await factories.bearer(who)
    data = random.Random(3).randbytes(600_000)
    made = await resource(who.actor, tmp_path, data=data)
    url = f"/api/v1/resources/{made.id}/download"
    assert flip(db, data, at=10)
    answer = await client.get(url, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (503, "damaged")
    assert "upload the same file again" in answer.json()["detail"].replace("\n", " ")
    assert "retry-after" in answer.headers
    # The next one is refused at once, and the scrub looks, though the file was read today.
    assert await database.fetch_value("SELECT damage FROM blob") == "unreadable"
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 1
    (revision,) = await revisions.list_revisions(who.actor, made.id)
    assert revision.damage in (Damage.content, Damage.unreadable)
    metrics = (await client.get("/metrics")).text
    assert "labshare_library_damaged_files 1.0" in metrics
    await finished(who.actor, data, tmp_path, "资料.bin")
    assert (await client.get(url, headers=key)).content == data
    await objects.remove(await database.fetch_value("SELECT object_key FROM blob"))
    for verb in ("GET", "HEAD"):
        assert (await client.request(verb, url, headers=key)).status_code == 503
    assert (await client.get(url, headers=key | {"range": "bytes=500000-"})).status_code == 503
    assert await database.fetch_value("SELECT count(*) FROM download") == 1


async def test_damage_in_the_middle_of_a_download_is_known_at_once(
    client: httpx.AsyncClient, db: Stack, tmp_path: Path
) -> None:
    who = await teacher()
    key = await factories.bearer(who)
    data = random.Random(5).randbytes(9 * MB)
    made = await resource(who.actor, tmp_path, data=data)
    url = f"/api/v1/resources/{made.id}/download"
    assert flip(db, data, at=6 * MB)
    # Its first bytes are whole, so the answer has begun and is cut: nothing else says so in HTTP.
    with pytest.raises(LitestarException, match="after response started"):
        await client.get(url, headers=key)
    for wanted in ({}, {"range": "bytes=0-9"}):
        answer = await client.get(url, headers=key | wanted)
        assert (answer.status_code, answer.json()["code"]) == (503, "damaged")
    [file] = (await damaged_files.list_damaged_files(who.actor)).items
    assert (file.resource_id, file.damage) == (made.id, Damage.unreadable)
    # A reading from end to end follows soon, and has the last word.
    turned = bytearray(data)
    turned[6 * MB] ^= 0xFF
    assert flip(db, bytes(turned), at=6 * MB)
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 0
    assert (await client.get(url, headers=key)).content == data


@pytest.mark.parametrize("at", [0, 300_000])
async def test_a_hiccup_of_the_store_neither_cuts_a_download_nor_marks_the_file(
    db: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    assert db
    monkeypatch.setattr(damage, "READINGS", 2)
    data = random.Random(7).randbytes(600_000)
    await resource((await teacher()).actor, tmp_path, data=data)
    key = await database.fetch_value("SELECT object_key FROM blob")
    read, failed = whole.read, []

    async def failing_once(key: str, offset: int, length: int) -> bytes:
        if offset + length > at and not failed:
            failed.append(offset)
            raise Unavailable("away")
        return await read(key, offset, length)

    monkeypatch.setattr(whole, "read", failing_once)
    got = b"".join([piece async for piece in damage.read_or_suspect(key, 0, len(data))])
    assert (got == data, len(failed)) == (True, 1)
    assert await damaged_files.count_blobs() == 0


@contextmanager
def store_away(db: Stack) -> Iterator[None]:
    """Nothing answers where the store was."""
    away = msgspec.structs.replace(db.settings.s3, endpoint="http://127.0.0.1:9")
    connected = connection._connection
    assert connected is not None
    elsewhere = connection.client_for(away, away.endpoint, connection.pool(PATIENT))
    connection._connection = msgspec.structs.replace(connected, client=elsewhere)
    try:
        yield
    finally:
        connection._connection = connected


async def test_a_store_that_is_away_damages_nothing(db: Stack, tmp_path: Path) -> None:
    data = random.Random(9).randbytes(2000)
    await resource((await teacher()).actor, tmp_path, data=data)
    key = await database.fetch_value("SELECT object_key FROM blob")
    with store_away(db), pytest.raises(Unavailable) as refused:
        [piece async for piece in damage.read_or_suspect(key, 0, len(data))]
    assert refused.value.code == "object_store_down"
    assert await damaged_files.count_blobs() == 0


@pytest.mark.parametrize("found", [Damage.missing, Damage.unreadable])
async def test_a_damaged_preview_is_refused_told_and_made_anew_by_the_same_upload(
    client: httpx.AsyncClient, db: Stack, tmp_path: Path, found: Damage
) -> None:
    who = await teacher()
    key = await factories.bearer(who)
    data = samples.pdf("一张图")
    made = await resource(who.actor, tmp_path, data=data)
    (revision,) = await revisions.list_revisions(who.actor, made.id)
    url = f"/api/v1/revisions/{revision.id}/pictures/thumbnail/1"
    shown = (await client.get(url, headers=key)).content
    object_key = await database.fetch_value(
        "SELECT object_key FROM rendition WHERE kind = 'thumbnail'"
    )
    if found is Damage.missing:
        await objects.remove(object_key)
    else:
        assert flip(db, shown)
    for _ in range(2):
        answer = await client.get(url, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (503, "damaged")
    marked = "SELECT damage, object_key FROM damaged_picture"
    async with database.connection() as connection:
        assert [tuple(row) for row in await connection.fetch(marked)] == [(found, object_key)]
    [file] = (await damaged_files.list_damaged_files(who.actor)).items
    assert (file.resource_id, file.damage) == (made.id, Damage.pictures)
    assert await damaged_files.count_damaged_files(who.actor) == 1
    assert any(object_key in line for line in await checking.problems())
    await finished(who.actor, data, tmp_path, "资料.pdf")
    assert (await client.get(url, headers=key)).status_code == 200
    assert (await damaged_files.list_damaged_files(who.actor)).items == []
    assert await database.fetch_value("SELECT count(*) FROM damaged_picture") == 0


async def test_a_photograph_that_was_only_away_is_shown_again_after_a_day(
    db: Stack, tmp_path: Path
) -> None:
    photo = await photos.put_photo(picture())
    stored = await pieces(photo)
    await objects.remove(photo.object_key)
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            await pieces(photo)
        assert refused.value.code == "damaged"
    assert any(photo.object_key in line for line in await checking.problems())
    await objects.put(photo.object_key, stored, photo.media_type)
    with pytest.raises(Unavailable):
        await pieces(photo)
    await database.execute("UPDATE damaged_picture SET verified_at = now() - interval '2 days'")
    assert await pieces(photo) == stored
    assert await database.fetch_value("SELECT count(*) FROM damaged_picture") == 0


async def pieces(photo: photos.Photo) -> bytes:
    found = damaged_pictures.read(photo.object_key, photo.size_bytes)
    return b"".join([piece async for piece in found])


async def test_a_store_that_is_away_damages_no_picture(db: Stack, tmp_path: Path) -> None:
    photo = await photos.put_photo(picture())
    with store_away(db), pytest.raises(Unavailable):
        await pieces(photo)
    assert await database.fetch_value("SELECT count(*) FROM damaged_picture") == 0
