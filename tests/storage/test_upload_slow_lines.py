"""Slow and silent lines: what they have sent is stored, and they make way for others."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import Unavailable
from storage import receiving, uploads, writing
from storage.fair_limiter import FairLimiter
from tests.conftest import Stack
from tests.factories_library import (
    bytes_of,
    new_upload,
    teacher,
)
from tests.patience import PATIENCE_SECONDS


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
