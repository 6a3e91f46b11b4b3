"""One writer an upload: who comes later takes over, and no byte is lost or stored twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from core import database
from core.errors import Conflict, Invalid
from storage import finishing, handover, objects, receiving, uploads
from storage.fair_limiter import FairLimiter
from storage.receiving import OffsetMismatch
from storage.uploads import UploadState
from storage.writing import PART_BYTES, TakenOver
from tests.conftest import Stack
from tests.factories_library import (
    bytes_of,
    new_upload,
    sha256,
    teacher,
)
from tests.storage.upload_lines import cut_after, stored_bytes

MB = 1024 * 1024


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
