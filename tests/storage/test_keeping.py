"""Rows against objects: what is missing is told, what is left over is swept, what rots is found."""

import os
from pathlib import Path

import msgspec
import pytest

from core import database
from core.errors import Unavailable
from storage import catalogue, checking, damage, downloads, jobs, objects, sweeping, uploads
from storage.catalogue import Filters
from storage.objects import connection
from tests.conftest import Stack
from tests.factories_library import finished, received, resource, teacher
from tests.storage import samples


@pytest.fixture
async def clean(db: Stack) -> Stack:
    """No objects of other tests: these tests count them."""
    for prefix in sweeping.PREFIXES:
        for item in await objects.listed(prefix):
            await objects.remove(item.key)
    for parts in await objects.unfinished_parts("b/"):
        await objects.abort_parts(parts.key, parts.upload_id)
    return db


async def key_of_the_blob() -> str:
    key: str = await database.fetch_value("SELECT object_key FROM blob LIMIT 1")
    return key


async def test_a_whole_library_has_no_problems(clean: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    await resource(actor, tmp_path, data=samples.pdf("一页"))
    assert await checking.problems() == []
    count = await checking.count()
    # The PDF, its cover and its one page in two sizes.
    assert (count.blobs, count.resources, count.objects, count.orphans) == (1, 1, 4, 0)


async def test_a_missing_and_a_short_object_are_told(clean: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    await resource(actor, tmp_path)
    key = await key_of_the_blob()
    await objects.put(key, b"short", "application/pdf")
    (line,) = await checking.problems()
    assert "has 5 bytes" in line and key in line
    await objects.remove(key)
    (line,) = await checking.problems()
    assert "is missing" in line and key in line


async def test_rot_is_found_by_reading_and_the_file_is_no_longer_handed_out(
    clean: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    data = samples.pdf("会坏的文件")
    made = await resource(actor, tmp_path, data=data)
    key = await key_of_the_blob()
    await objects.put(key, bytes(len(data)), "application/pdf")
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 0, "read lately"
    await database.execute("UPDATE blob SET verified_at = now() - interval '31 days'")
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 1
    with pytest.raises(Unavailable) as refusal:
        await downloads.get_file(actor, made.id)
    assert refusal.value.code == "damaged"
    assert len(await checking.problems()) == 1
    # Whoever still has the file heals it by uploading it again.
    await finished(actor, data, tmp_path)
    assert await checking.problems() == []
    file = await downloads.get_file(actor, made.id)
    pieces = [p async for p in objects.stream(file.object_key, 0, file.size_bytes)]
    assert b"".join(pieces) == data


async def test_an_object_that_vanished_is_damage_and_a_store_that_is_down_is_not(
    clean: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    await resource(actor, tmp_path)
    await database.execute("UPDATE blob SET verified_at = now() - interval '31 days'")

    assert clean.settings.s3
    away = msgspec.structs.replace(clean.settings.s3, endpoint="http://127.0.0.1:9")
    gone = msgspec.structs.replace(
        connection.connected(),
        client=connection.client_for(away, away.endpoint, connection.pool(objects.PATIENT)),
        public_client=None,
    )
    monkeypatch.setattr(connection, "_connection", gone)
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 0
    monkeypatch.undo()
    assert await checking.problems() == []
    await objects.remove(await key_of_the_blob())
    await database.execute("UPDATE blob SET verified_at = now() - interval '31 days'")
    assert await damage.scrub(older_than_days=30, most_bytes=10**9) == 1


async def test_an_orphan_goes_after_two_sweeps_and_a_week(
    clean: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    await resource(actor, tmp_path)
    orphan = objects.new_key("b")
    await objects.put(orphan, b"left over", "application/pdf")
    assert (await checking.count()).orphans == 1
    # Young: it may be an upload whose row is being written.
    assert await sweeping.sweep_orphans() == 0
    assert await database.fetch_value("SELECT count(*) FROM orphan") == 0
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", -sweeping.ORPHAN_AFTER)
    assert await sweeping.sweep_orphans() == 0
    assert await sweeping.sweep_orphans() == 0, "twice in a row is one sweep"
    await database.execute("UPDATE orphan SET seen_at = now() - interval '1 day'")
    assert await sweeping.sweep_orphans() == 1
    assert await objects.size_of(orphan) is None
    assert await checking.problems() == []


async def test_an_orphan_that_found_its_row_is_kept(
    clean: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    monkeypatch.setattr(sweeping, "ORPHAN_AFTER", -sweeping.ORPHAN_AFTER)
    await resource(actor, tmp_path)
    key = await key_of_the_blob()
    await database.execute(
        "INSERT INTO orphan (object_key, size_bytes, seen_at)"
        " VALUES ($1, 1, now() - interval '9 days')",
        key,
    )
    assert await sweeping.sweep_orphans() == 0
    assert await database.fetch_value("SELECT count(*) FROM orphan") == 0
    assert await objects.size_of(key) is not None


async def test_content_that_nothing_refers_to_goes_with_its_pictures(
    clean: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    upload = await finished(actor, samples.pdf("没有用上"), tmp_path)
    await database.execute("UPDATE blob SET created_at = now() - interval '40 days'")
    assert await sweeping.delete_unused_blobs() == 0, "its owner may still describe it"
    await database.execute("UPDATE upload SET expires_at = now() - interval '40 days'")
    assert await sweeping.expire_uploads() == 1
    assert await sweeping.delete_unused_blobs() == 1
    assert (await checking.count()).objects == 0
    assert not (await uploads.get_upload(actor, upload.id)).is_usable


async def test_content_in_use_is_never_dropped(clean: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    await resource(actor, tmp_path)
    await database.execute("UPDATE blob SET created_at = now() - interval '400 days'")
    await database.execute("UPDATE upload SET expires_at = now() - interval '400 days'")
    assert await sweeping.expire_uploads() == 0
    assert await sweeping.delete_unused_blobs() == 0
    assert (await catalogue.list_resources(actor, Filters())).items[0].size_bytes


async def test_parts_that_no_upload_knows_are_dropped(
    clean: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    ours = await received(actor, bytes(6_000_000), "a.bin")
    await objects.begin_parts(objects.new_key("b"), "application/pdf")
    assert await sweeping.abort_unknown_parts() == 0, "young ones may be waiting for their row"
    monkeypatch.setattr(sweeping, "UNKNOWN_PARTS_AFTER", -sweeping.UNKNOWN_PARTS_AFTER)
    assert await sweeping.abort_unknown_parts() == 1
    known = await database.fetch_value("SELECT parts_id FROM upload WHERE id = $1", ours.id)
    assert [one.upload_id for one in await objects.unfinished_parts("b/")] == [known]


async def test_every_job_of_the_library_runs(clean: Stack) -> None:
    actor = (await teacher()).actor
    upload = await received(actor, samples.pdf("由工作进程检查"))
    for job in jobs.JOBS:
        await job.run(clean.settings)
    assert (await uploads.get_upload(actor, upload.id)).is_usable


async def test_what_a_killed_worker_left_in_its_folder_goes_after_a_day(
    clean: Stack, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(clean.settings, data=tmp_path)
    old, young = tmp_path / "work" / "upload-old", tmp_path / "work" / "upload-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "content").write_bytes(b"x")
    os.utime(old, (0, 0))
    await jobs.clear_away(settings)
    assert young.exists() and not old.exists()
