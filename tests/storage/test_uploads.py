"""Bytes in: durable before acknowledged, one writer, nothing visible before it is ready."""

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from core import database, leases
from core.errors import Conflict, Forbidden, Invalid, Message, NotFound, Unavailable
from storage import finishing, handover, objects, receiving, revisions, sweeping, uploads, writing
from storage.fair_limiter import FairLimiter
from storage.receiving import OffsetMismatch
from storage.uploads import UploadState
from storage.writing import PART_BYTES, Checksum, ChecksumMismatch, Cut, TakenOver
from tests import factories
from tests.conftest import Stack
from tests.factories_library import (
    MOST_BYTES,
    bytes_of,
    finished,
    new_upload,
    received,
    resource,
    sha256,
    teacher,
)
from tests.patience import PATIENCE_SECONDS
from tests.storage import samples

MB = 1024 * 1024


async def cut_after(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    """Bytes, and then a broken line."""
    async for chunk in bytes_of(data, size):
        yield chunk
    raise Cut


async def stored_bytes(upload_id: object) -> bytes:
    row = await database.fetch_one(
        _Stored, "SELECT b.object_key, b.size_bytes FROM blob b JOIN upload u ON u.blob = b.id"
        " WHERE u.id = $1", upload_id,
    )  # fmt: skip
    assert row is not None
    return b"".join([piece async for piece in objects.stream(row.object_key, 0, row.size_bytes)])


class _Stored(msgspec.Struct):
    object_key: str
    size_bytes: int


@pytest.mark.parametrize("seed", range(4))
async def test_a_file_cut_at_random_bytes_arrives_whole(
    db: Stack, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    data = samples.archive("a.txt") + dice.randbytes(dice.randrange(12 * MB, 30 * MB))
    actor = (await teacher()).actor
    upload = await new_upload(actor, data, "素材.bin", sha256=sha256(data))
    offset = 0
    while offset < len(data):
        end = min(len(data), offset + dice.randrange(1, 11 * MB))
        source = cut_after(data[offset:end], dice.randrange(1, 256 * 1024))
        offset = await receiving.receive(actor, upload.id, source, offset=offset)
        # All that came before the cut is kept, to the byte.
        assert offset == end == (await uploads.get_upload(actor, upload.id)).received_bytes
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready
    assert hashlib.sha256(await stored_bytes(upload.id)).hexdigest() == sha256(data)


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
    data = samples.pdf("一")
    upload = await finished(actor, data, tmp_path, sha256=sha256(b"another"))
    assert upload.state is UploadState.rejected and upload.reason is not None
    assert await objects.listed("b/") == [] or all(
        item.size != len(data) for item in await objects.listed("b/")
    )


async def test_a_file_that_is_not_what_it_is_called_is_refused(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    upload = await finished(actor, samples.picture(), tmp_path, "课件.pdf")
    assert upload.state is UploadState.rejected
    assert "named .pdf" in str(upload.reason)


async def test_damaged_bytes_are_refused_and_none_of_them_kept(db: Stack) -> None:
    actor = (await teacher()).actor
    data = os.urandom(PART_BYTES + 100)
    upload = await new_upload(actor, data, "a.bin")
    wrong = Checksum("sha256", hashlib.sha256(b"other").digest())
    with pytest.raises(ChecksumMismatch):
        await receiving.receive(actor, upload.id, bytes_of(data), offset=0, checksum=wrong)
    assert (await uploads.get_upload(actor, upload.id)).received_bytes == 0
    right = Checksum("sha1", hashlib.sha1(data).digest())
    assert len(data) == await receiving.receive(
        actor, upload.id, bytes_of(data), offset=0, checksum=right
    )


async def test_a_cut_line_keeps_nothing_when_a_checksum_was_promised(db: Stack) -> None:
    actor = (await teacher()).actor
    data = os.urandom(1000)
    upload = await new_upload(actor, data, "a.bin")
    promised = Checksum("md5", hashlib.md5(data).digest())
    offset = await receiving.receive(
        actor, upload.id, cut_after(data[:500]), offset=0, checksum=promised
    )
    assert offset == 0


async def test_more_bytes_than_announced_are_refused(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    with pytest.raises(Invalid) as refusal:
        await receiving.receive(actor, upload.id, bytes_of(b"123456"), offset=0)
    assert refusal.value.code == "body_too_large"
    assert (await uploads.get_upload(actor, upload.id)).received_bytes == 0


async def test_a_wrong_offset_is_told_the_right_one(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    await receiving.receive(actor, upload.id, bytes_of(b"123"), offset=0)
    with pytest.raises(OffsetMismatch) as refusal:
        await receiving.receive(actor, upload.id, bytes_of(b"45"), offset=2)
    assert refusal.value.offset == 3


async def waiting_for(event: asyncio.Event, *, first: bytes) -> AsyncIterator[bytes]:
    """Some bytes, and then a line on which nothing comes."""
    yield first
    await event.wait()
    yield bytes(PART_BYTES)


async def begun_writing(upload_id: UUID) -> None:
    while not await database.fetch_value(  # noqa: ASYNC110 (told by the row alone)
        "SELECT writer FROM upload WHERE id = $1", upload_id
    ):
        await asyncio.sleep(0)


async def tails() -> list[str]:
    return [item.key for item in await objects.listed("t/")]


async def test_who_asks_for_the_offset_gets_all_that_the_running_request_has(
    db: Stack, tmp_path: Path
) -> None:
    actor = (await teacher()).actor
    data = os.urandom(PART_BYTES + 77)
    upload = await new_upload(actor, data, "a.bin", sha256=sha256(data))
    before = await tails()
    for end in (100, 5000, PART_BYTES + 5):
        begun = (await uploads.get_upload(actor, upload.id)).received_bytes
        line = waiting_for(asyncio.Event(), first=data[begun:end])
        running = asyncio.create_task(receiving.receive(actor, upload.id, line, offset=begun))
        await begun_writing(upload.id)
        assert (await receiving.stand(actor, upload.id)).received_bytes == end
        assert await running == end
    assert len(data) == await receiving.receive(
        actor, upload.id, bytes_of(data[PART_BYTES + 5 :]), offset=PART_BYTES + 5
    )
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready
    assert await stored_bytes(upload.id) == data
    assert await tails() == before


async def test_a_newer_request_makes_the_older_store_what_it_has(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    data = os.urandom(PART_BYTES * 2 + 77)
    upload = await new_upload(actor, data, "a.bin", sha256=sha256(data))
    line = waiting_for(asyncio.Event(), first=data[:100])
    older = asyncio.create_task(receiving.receive(actor, upload.id, line, offset=0))
    await begun_writing(upload.id)
    with pytest.raises(OffsetMismatch) as refused:
        await receiving.receive(actor, upload.id, bytes_of(data), offset=0)
    assert refused.value.offset == await older == 100
    await receiving.receive(actor, upload.id, bytes_of(data[100:]), offset=100)
    await finishing.finish_waiting(tmp_path)
    assert await stored_bytes(upload.id) == data


async def test_a_writer_that_was_shut_out_changes_nothing_and_leaves_no_tail(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(1000), "a.bin")
    hold, before = asyncio.Event(), await tails()
    # It hears nothing, as a process that hangs.
    monkeypatch.setattr(handover, "HEARD_SECONDS", 0.0)
    monkeypatch.setattr(handover, "LEFT_SECONDS", 0.0)
    monkeypatch.setattr(handover.Notice, "give", lambda _: None)
    line = waiting_for(hold, first=bytes(100))
    older = asyncio.create_task(receiving.receive(actor, upload.id, line, offset=0))
    await begun_writing(upload.id)
    assert (await receiving.stand(actor, upload.id)).received_bytes == 0
    older_end = asyncio.create_task(_raised(older))
    hold.set()
    assert isinstance(await older_end, Conflict | Invalid)
    assert (await uploads.get_upload(actor, upload.id)).received_bytes == 0
    assert await tails() == before


async def _raised(task: "asyncio.Task[int]") -> BaseException | None:
    (found,) = await asyncio.gather(task, return_exceptions=True)
    return found if isinstance(found, BaseException) else None


async def test_a_tail_that_was_refused_is_removed(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(1000), "a.bin")
    before = await tails()
    put = objects.put

    async def put_and_lose_the_turn(key: str, data: bytes, media_type: str) -> None:
        await put(key, data, media_type)
        await database.execute("UPDATE upload SET writer = NULL WHERE id = $1", upload.id)

    monkeypatch.setattr(objects, "put", put_and_lose_the_turn)
    with pytest.raises(TakenOver):
        await receiving.receive(actor, upload.id, cut_after(bytes(100)), offset=0)
    assert await tails() == before


@pytest.mark.parametrize("parallel", [8, 32])
async def test_many_requests_at_one_offset_leave_one_truth(
    db: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: int
) -> None:
    turns = FairLimiter(parallel, of_a_person=parallel, longest_seconds=60)
    monkeypatch.setattr(receiving, "_limiter", turns)
    actor = (await teacher()).actor
    data = os.urandom(2 * MB)
    upload = await new_upload(actor, data, "a.bin", sha256=sha256(data))
    answers = await asyncio.gather(
        *(receiving.receive(actor, upload.id, bytes_of(data), offset=0) for _ in range(parallel)),
        return_exceptions=True,
    )
    assert all(isinstance(a, int | Conflict) for a in answers), answers
    offset = (await uploads.get_upload(actor, upload.id)).received_bytes
    assert offset in [a for a in answers if isinstance(a, int)]
    if offset < len(data):
        await receiving.receive(actor, upload.id, bytes_of(data[offset:]), offset=offset)
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.ready
    assert await stored_bytes(upload.id) == data


async def test_the_last_bytes_sent_again_are_no_error(db: Stack, tmp_path: Path) -> None:
    actor = (await teacher()).actor
    data = os.urandom(5000)
    upload = await new_upload(actor, data, "a.bin")
    await receiving.receive(actor, upload.id, bytes_of(data[:4000]), offset=0, length=4000)
    for state in (UploadState.receiving, UploadState.completing, UploadState.ready):
        assert (await uploads.get_upload(actor, upload.id)).state is state
        for length in (1000, None):
            last = bytes_of(data[4000:])
            got = await receiving.receive(actor, upload.id, last, offset=4000, length=length)
            assert got == 5000
        if state is UploadState.completing:
            await finishing.finish_waiting(tmp_path)
    for offset, length in ((0, 4000), (4000, 999), (0, 0)):
        with pytest.raises(Conflict):
            await receiving.receive(
                actor, upload.id, bytes_of(data[:length]), offset=offset, length=length
            )


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


async def test_a_slow_line_loses_seconds_and_not_minutes(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "KEEP_TAIL_EVERY_SECONDS", 0)
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(1000), "a.bin")
    seen: list[int] = []

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(100)
            await asyncio.sleep(0)
            seen.append((await uploads.get_upload(actor, upload.id)).received_bytes)

    await receiving.receive(actor, upload.id, slow(), offset=0)
    assert seen == [100, 200, 300]


async def test_a_silent_line_is_cut(db: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SILENCE_SECONDS", 0.05)
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(1000), "a.bin")

    async def silent() -> AsyncIterator[bytes]:
        yield bytes(10)
        await asyncio.sleep(30)

    assert await receiving.receive(actor, upload.id, silent(), offset=0) == 10


async def _dripping(pieces: int = 1000) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        yield b"x"
        await asyncio.sleep(0.01)


async def test_a_dripping_line_makes_way_for_others_and_goes_on_later(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_limiter", FairLimiter(1, of_a_person=4, longest_seconds=0.1))
    slow, quick = (await teacher()).actor, (await teacher()).actor
    theirs, mine = await new_upload(slow, bytes(1000), "a"), await new_upload(quick, b"12345", "b")
    dripping = asyncio.create_task(receiving.receive(slow, theirs.id, _dripping(), offset=0))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await receiving.receive(quick, mine.id, bytes_of(b"12345"), offset=0) == 5
        kept = await dripping
    assert 0 < kept == (await uploads.get_upload(slow, theirs.id)).received_bytes < 1000
    rest = bytes_of(bytes(1000 - kept))
    assert await receiving.receive(slow, theirs.id, rest, offset=kept) == 1000


async def test_a_dripping_line_that_nobody_waits_for_goes_on(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_limiter", FairLimiter(1, of_a_person=4, longest_seconds=0))
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(20), "a.bin")
    assert await receiving.receive(actor, upload.id, _dripping(20), offset=0) == 20


async def test_one_person_takes_a_few_turns_and_leaves_the_others(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_limiter", FairLimiter(3, of_a_person=2, longest_seconds=60))
    one, other = (await teacher()).actor, (await teacher()).actor
    several = [await new_upload(one, bytes(20), f"{number}.bin") for number in range(3)]
    both = [
        asyncio.create_task(receiving.receive(one, upload.id, _dripping(20), offset=0))
        for upload in several[:2]
    ]
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable) as refused:
        await receiving.receive(one, several[2].id, bytes_of(bytes(20)), offset=0)
    assert refused.value.code == "uploads_at_once"
    theirs = await new_upload(other, b"12345", "a.bin")
    assert await receiving.receive(other, theirs.id, bytes_of(b"12345"), offset=0) == 5
    assert await asyncio.gather(*both) == [20, 20]
    assert await receiving.receive(one, several[2].id, bytes_of(bytes(20)), offset=0) == 20


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


async def test_an_aborted_upload_leaves_nothing_behind(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, bytes(PART_BYTES + 50), "a.bin")
    await receiving.receive(actor, upload.id, bytes_of(bytes(PART_BYTES + 20)), offset=0)
    key = await database.fetch_value("SELECT tail_key FROM upload WHERE id = $1", upload.id)
    await uploads.abort(actor, upload.id)
    await uploads.abort(actor, upload.id)
    assert await objects.size_of(key) is None
    with pytest.raises(Conflict):
        await receiving.receive(actor, upload.id, bytes_of(b"x"), offset=PART_BYTES + 20)


async def test_an_upload_that_nobody_goes_on_with_expires(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    await database.execute("UPDATE upload SET expires_at = now() - interval '1 minute'")
    assert await sweeping.expire_uploads() == 1
    assert (await uploads.get_upload(actor, upload.id)).state is UploadState.expired


async def test_a_step_that_does_not_exist_is_refused_by_the_database(db: Stack) -> None:
    actor = (await teacher()).actor
    upload = await new_upload(actor, b"12345", "a.bin")
    with pytest.raises(Exception, match="upload_step_exists"):
        await database.execute("UPDATE upload SET state = 'verifying' WHERE id = $1", upload.id)


async def test_uploads_are_ones_own(db: Stack) -> None:
    one, other = await teacher(), await teacher()
    upload = await new_upload(one.actor, b"12345", "a.bin")
    with pytest.raises(NotFound):
        await uploads.get_upload(other.actor, upload.id)
    with pytest.raises(NotFound):
        await receiving.receive(other.actor, upload.id, bytes_of(b"1"), offset=0)
    with pytest.raises(NotFound):
        await uploads.abort(other.actor, upload.id)


async def test_only_contributors_upload(db: Stack) -> None:
    helper = await factories.person("student_helper", await factories.school())
    with pytest.raises(Forbidden):
        await new_upload(helper.actor, b"12345", "a.bin")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": MOST_BYTES + 1}, "size_bytes"),
        ({"file_name": "  "}, "file_name"),
        ({"sha256": "abc"}, "sha256"),
    ],
)
async def test_what_cannot_be_taken_is_refused_before_a_byte_is_sent(
    db: Stack, change: dict[str, object], field: str
) -> None:
    actor = (await teacher()).actor
    wanted = uploads.NewUpload(school_id=actor.school_ids[0], file_name="a.pdf", size_bytes=10)
    with pytest.raises(Invalid) as refusal:
        await uploads.create_upload(
            actor, msgspec.structs.replace(wanted, **change), most_bytes=MOST_BYTES
        )
    assert [error.field for error in refusal.value.errors] == [field]


async def test_there_is_an_end_to_open_uploads(db: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UNFINISHED", 2)
    actor = (await teacher()).actor
    results = await asyncio.gather(
        *(new_upload(actor, b"1", "a.bin") for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, uploads.Upload) for result in results) == 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\教案\\第一课.docx", "第一课.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("字" * 400 + ".pdf", "字" * 251 + ".pdf"),
        ("a." + "b" * 400, "a." + "b" * 253),
    ],
)
def test_file_names_are_only_names(sent: str, kept: str) -> None:
    assert uploads.plain_name(sent) == kept
