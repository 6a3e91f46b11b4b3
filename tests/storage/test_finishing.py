"""The worker finishes received uploads: judged, joined, stored once."""

import asyncio
from pathlib import Path

import pytest

from core import database, leases
from core.errors import Message, Unavailable
from storage import finishing, objects, revisions, uploads
from storage.uploads import UploadState
from tests.conftest import Stack
from tests.factories_library import (
    finished,
    received,
    resource,
    sha256,
    teacher,
)
from tests.storage import samples


async def test_nothing_is_to_be_seen_before_the_worker_has_judged(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    made = await resource(actor, tmp_path, "浮力", published=False)
    upload = await received(actor, samples.pdf("第二版"), resource_id=made.id)
    assert upload.state is UploadState.completing
    assert len(await revisions.list_revisions(actor, made.id)) == 1
    await finishing.finish_waiting(tmp_path)
    assert [r.number for r in await revisions.list_revisions(actor, made.id)] == [2, 1]


async def test_a_file_that_is_not_the_one_announced_is_refused(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    before = {item.key for item in await objects.listed("b/")}
    upload = await finished(actor, samples.pdf("一"), tmp_path, sha256=sha256(b"another"))
    assert upload.state is UploadState.rejected and upload.reason is not None
    assert {item.key for item in await objects.listed("b/")} <= before


async def test_a_file_that_is_not_what_it_is_called_is_refused(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    upload = await finished(actor, samples.picture(), tmp_path, "课件.pdf")
    assert upload.state is UploadState.rejected
    assert "named .pdf" in str(upload.reason)


async def test_a_file_that_kills_every_worker_is_refused_in_the_end(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    upload = await received(actor, b"0123456789", "a.bin")
    for _ in range(finishing.MOST_LOST_CLAIMS):
        assert await leases.claim(finishing._Claim, finishing.QUEUE)
        # Killed: nothing is told, the lease runs out.
        await database.execute("UPDATE upload SET claimed_until = now() - interval '1 second'")
    assert await finishing.finish_waiting(tmp_path) == 1
    refused = await uploads.get_upload(actor, upload.id)
    assert refused.state is UploadState.rejected
    assert "several times" in str(refused.reason)


async def test_a_store_that_was_away_does_not_count_as_a_killed_worker(
    db: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    upload = await received(actor, b"0123456789", "a.bin")

    async def away(*_: object, **__: object) -> None:
        raise Unavailable(Message("the store is away"))

    with monkeypatch.context() as broken:
        broken.setattr(objects, "complete_parts", away)
        for _ in range(finishing.MOST_LOST_CLAIMS + 2):
            assert await finishing.finish_waiting(tmp_path) == 1
            await database.execute("UPDATE upload SET claimed_until = NULL")
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready


async def test_the_same_content_twice_is_one_blob(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    data = samples.pdf("同一个文件")
    await resource(actor, tmp_path, "第一", data=data)
    again = await finished(actor, data, tmp_path)
    assert again.state is UploadState.duplicate and again.is_usable
    assert await database.fetch_value("SELECT count(*) FROM blob") == 1
    assert await database.fetch_value("SELECT count(DISTINCT blob) FROM upload") == 1


async def test_a_copy_at_another_school_is_not_told_of(db: Stack, tmp_path: Path) -> None:
    one, other = (await teacher()).actor, (await teacher()).actor
    data = samples.pdf("草稿")
    await resource(one, tmp_path, "草稿", data=data, published=False)
    assert (await finished(other, data, tmp_path)).state is UploadState.ready


async def test_two_workers_share_the_waiting_files(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    for number in range(6):
        await received(actor, samples.archive(f"{number}.txt"), "a.zip")
    counts = await asyncio.gather(
        finishing.finish_waiting(tmp_path), finishing.finish_waiting(tmp_path)
    )
    assert sum(counts) == 6
    assert {u.state for u in (await uploads.list_own(actor)).items} == {UploadState.ready}


async def test_a_worker_that_died_after_joining_is_followed_by_another(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    upload = await received(actor, samples.pdf("一"))
    [claim] = await leases.claim(finishing._Claim, finishing.QUEUE)
    await finishing._join(claim)
    # Killed between the store's answer and the row: the state says completing, the parts are gone.
    await database.execute(
        "ALTER TABLE upload DISABLE TRIGGER keep_previous_state",
    )
    await database.execute(
        "UPDATE upload SET state = 'completing', previous_state = 'receiving',"
        " claimed_until = now() - interval '1 second' WHERE id = $1",
        upload.id,
    )
    await database.execute("ALTER TABLE upload ENABLE TRIGGER keep_previous_state")
    assert await finishing.finish_waiting(tmp_path) == 1
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready
