"""Uploads through real web processes that are killed, and lines that are cut, at random bytes."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from core import database
from storage import blobs, finishing, objects, uploads
from storage.uploads import UploadState
from tests import factories, factories_library
from tests.browser.harness import ROOT, environment_of, free_port
from tests.conftest import Stack
from tests.patience import MANY_LOOKS, PATIENCE_SECONDS

pytestmark = pytest.mark.engines

MB = 1024 * 1024
BYTES = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}


class Web:
    """One web process of the program, as `labshare web` starts it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-m", "labshare", "web", "--port", str(self.port)],
            cwd=ROOT,
            env=environment_of(self._stack.settings),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            for _ in range(MANY_LOOKS):
                if self._process.poll() is not None:
                    raise RuntimeError(f"the web process ended with {self._process.returncode}")
                try:
                    await client.get(f"{self.address}/healthz")
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                else:
                    return
        raise RuntimeError("the web process did not answer")

    async def kill(self) -> None:
        """SIGKILL: nothing is flushed, nothing is said."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)


@asynccontextmanager
async def running(stack: Stack, count: int = 1) -> AsyncIterator[list[Web]]:
    webs = [Web(stack) for _ in range(count)]
    try:
        await asyncio.gather(*(web.start() for web in webs))
        yield webs
    finally:
        for web in webs:
            await web.kill()


async def received_by(web: Web, upload_id: UUID, key: dict[str, str]) -> int:
    """What is durable, without asking the running request to end."""
    async with httpx.AsyncClient(base_url=web.address, timeout=PATIENCE_SECONDS) as client:
        answer = await client.get(f"/api/v1/uploads/{upload_id}", headers=key)
    return int(answer.json()["received_bytes"])


async def offset_of(web: Web, upload_id: UUID, key: dict[str, str]) -> int:
    async with httpx.AsyncClient(base_url=web.address, timeout=PATIENCE_SECONDS) as client:
        answer = await client.head(
            f"/api/v1/uploads/{upload_id}", headers=key | {"tus-resumable": "1.0.0"}
        )
    return int(answer.headers["upload-offset"])


class Sending:
    """A request that sends the rest of a file; ``sent`` counts what has left the sender."""

    def __init__(self, data: bytes, offset: int) -> None:
        self._data = data
        self._offset = self.sent = offset

    async def _body(self) -> AsyncIterator[bytes]:
        for start in range(self._offset, len(self._data), 128 * 1024):
            yield self._data[start : start + 128 * 1024]
            self.sent = min(len(self._data), start + 128 * 1024)
            # Slowly, so that there is a middle to be killed in.
            await asyncio.sleep(0.005)

    async def to(self, web: Web, upload_id: UUID, key: dict[str, str]) -> None:
        headers = (
            key
            | BYTES
            | {
                "upload-offset": str(self._offset),
                "content-length": str(len(self._data) - self._offset),
            }
        )
        async with httpx.AsyncClient(base_url=web.address, timeout=PATIENCE_SECONDS) as client:
            answer = await client.patch(
                f"/api/v1/uploads/{upload_id}", content=self._body(), headers=headers
            )
        assert answer.status_code == 204, answer.text


async def sent_beyond(sending: Sending, offset: int) -> None:
    while sending.sent <= offset:  # noqa: ASYNC110 (the sender counts, it does not signal)
        await asyncio.sleep(0.01)


async def acknowledged_beyond(web: Web, upload_id: UUID, key: dict[str, str], offset: int) -> None:
    while await received_by(web, upload_id, key) <= offset:  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.02)


async def test_a_killed_web_process_loses_nothing_that_it_acknowledged(
    db: Stack, tmp_path: Path
) -> None:
    dice = random.Random(7)
    data = dice.randbytes(36 * MB + 4321)
    who = await factories_library.teacher()
    key = await factories.bearer(who)
    digest = factories_library.sha256(data)
    upload = await factories_library.new_upload(who.actor, data, "实验.bin", sha256=digest)
    acknowledged = 0
    # Two processes take turns: whoever was killed, the other goes on at once.
    async with running(db, 2) as webs:
        for kill in range(4):
            web, other = webs[kill % 2], webs[(kill + 1) % 2]
            sending = Sending(data, acknowledged)
            request = asyncio.create_task(sending.to(web, upload.id, key))
            await sent_beyond(sending, acknowledged + dice.randrange(1, 5 * MB))
            if kill % 2:
                # Into a part that follows an acknowledged one.
                await acknowledged_beyond(other, upload.id, key, acknowledged)
            before = await received_by(other, upload.id, key)
            await web.kill()
            await asyncio.gather(request, return_exceptions=True)
            after = await offset_of(other, upload.id, key)
            assert acknowledged <= before <= after < len(data)
            acknowledged = after
            await web.start()
        assert acknowledged > 0
        await Sending(data, acknowledged).to(webs[0], upload.id, key)
    await finishing.finish_waiting(tmp_path)
    done = await uploads.get_upload(who.actor, upload.id)
    assert done.state is UploadState.ready
    # The worker has read it back from the store and compared it with what the sender declared.
    assert await blobs.find_blob(digest) is not None


async def test_lines_cut_at_random_bytes_are_resumed_to_the_byte(db: Stack, tmp_path: Path) -> None:
    dice = random.Random(11)
    data = dice.randbytes(20 * MB + 99)
    who = await factories_library.teacher()
    key = await factories.bearer(who)
    digest = factories_library.sha256(data)
    upload = await factories_library.new_upload(who.actor, data, "实验.bin", sha256=digest)
    async with running(db) as (web,):
        offset = 0
        for _ in range(5):
            end = offset + dice.randrange(1, 3 * MB)
            await cut_line(web, upload.id, key, data, offset, end)
            await acknowledged_beyond(web, upload.id, key, end - 1)
            assert await offset_of(web, upload.id, key) == end
            offset = end
        await Sending(data, offset).to(web, upload.id, key)
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(who.actor, upload.id)).state is UploadState.ready
    assert await blobs.find_blob(digest) is not None


async def cut_line(
    web: Web, upload_id: UUID, key: dict[str, str], data: bytes, offset: int, end: int
) -> None:
    """A request that promises the rest of the file and hangs up in the middle of it."""
    _, writer = await asyncio.open_connection("127.0.0.1", web.port)
    headers = (
        key
        | BYTES
        | {
            "host": f"127.0.0.1:{web.port}",
            "upload-offset": str(offset),
            "content-length": str(len(data) - offset),
        }
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"PATCH /api/v1/uploads/{upload_id} HTTP/1.1\r\n{lines}\r\n".encode())
    writer.write(data[offset:end])
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def hang(
    web: Web, upload_id: UUID, key: dict[str, str], data: bytes, offset: int, end: int
) -> asyncio.StreamWriter:
    """A request that brings bytes up to ``end`` and then nothing, on a line that stays open."""
    _, writer = await asyncio.open_connection("127.0.0.1", web.port)
    headers = key | BYTES | {"host": "x", "upload-offset": str(offset)}
    headers |= {"content-length": str(len(data) - offset)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"PATCH /api/v1/uploads/{upload_id} HTTP/1.1\r\n{lines}\r\n".encode())
    writer.write(data[offset:end])
    await writer.drain()
    return writer


async def test_a_file_whose_line_dies_every_two_megabytes_is_sent_about_once(
    db: Stack, tmp_path: Path
) -> None:
    dice = random.Random(17)
    data = dice.randbytes(30 * MB)
    who = await factories_library.teacher()
    key = await factories.bearer(who)
    digest = factories_library.sha256(data)
    upload = await factories_library.new_upload(who.actor, data, "实验.bin", sha256=digest)
    tails = {item.key for item in await objects.listed("t/")}
    sent = offset = cuts = 0
    # The sender notices first and asks in another process, each time as soon as its line is dead.
    async with running(db, 2) as webs:
        while offset < len(data):
            end = min(len(data), offset + 2 * MB)
            line = await hang(webs[cuts % 2], upload.id, key, data, offset, end)
            sent, cuts = sent + end - offset, cuts + 1
            await writing(upload.id)
            offset = await offset_of(webs[(cuts + 1) % 2], upload.id, key)
            line.close()
    assert cuts >= 14
    assert sent / len(data) < 1.1
    await finishing.finish_waiting(tmp_path)
    assert (await uploads.get_upload(who.actor, upload.id)).state is UploadState.ready
    assert {item.key for item in await objects.listed("t/")} <= tails


async def writing(upload_id: UUID) -> None:
    while not await database.fetch_value(  # noqa: ASYNC110 (another process)
        "SELECT writer IS NOT NULL OR state = 'completing' FROM upload WHERE id = $1", upload_id
    ):
        await asyncio.sleep(0.01)


async def test_the_last_request_sent_again_is_204(db: Stack, tmp_path: Path) -> None:
    data = random.Random(19).randbytes(300_000)
    who = await factories_library.teacher()
    key = await factories.bearer(who)
    upload = await factories_library.new_upload(who.actor, data, "实验.bin")
    async with (
        running(db) as (web,),
        httpx.AsyncClient(base_url=web.address, timeout=PATIENCE_SECONDS) as client,
    ):
        for _ in range(2):
            for _ in range(2):
                answer = await client.patch(
                    f"/api/v1/uploads/{upload.id}",
                    content=data,
                    headers=key | BYTES | {"upload-offset": "0"},
                )
                assert answer.status_code == 204, answer.text
                assert answer.headers["upload-offset"] == str(len(data))
            await finishing.finish_waiting(tmp_path)
