"""A full disk: people read on, every write is refused in words, and with room all goes on alone."""

import asyncio
import base64
import contextlib
import errno
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from core import disks
from core.errors import NoRoom, Unavailable
from labshare.engines import object_store
from labshare.store_keeper import StoreKeeper
from storage import objects
from storage.objects import connection
from storage.objects.flushing import Flusher
from tests.labshare.power import disk
from tests.labshare.service import Service, labshare, serving, set_up
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

ASSETS = 60
BLOCKS_GIVEN_BACK = 20
CONTENT = b"%PDF-1.7\n" + bytes(200_000)
TUS = {"tus-resumable": "1.0.0"}


def fill(folder: Path) -> Path:
    """Takes every byte of the disk, those kept for root too."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        # Flushing gives back what the file system had set aside for safety.
        for _ in range(10):
            for size in (1024 * 1024, 4096, 64):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
            disks.flush_around(folder)
    return ballast


def program(service: Service, data: Path) -> httpx.Client:
    made = labshare(data, "token", "create", "--person", "admin")
    assert made.returncode == 0, made.stderr
    headers = {"authorization": f"Bearer {made.stdout.strip()}"}
    return httpx.Client(base_url=service.address, headers=headers, timeout=PATIENCE_SECONDS)


def import_assets(data: Path, folder: Path) -> None:
    rows = [f"LB-{9000 + n},computer,Sample,Desk 1,SN-{n}" for n in range(ASSETS)]
    file = folder / "assets.csv"
    file.write_text("\n".join(["Tag,Kind,Brand,Model,Serial number", *rows, ""]))
    done = labshare(data, "import", "assets", str(file))
    assert done.returncode == 0, done.stderr


def hand_out(api: httpx.Client, number: int) -> httpx.Response:
    wanted = {"tags": [f"LB-{9000 + number}"], "group": "Class 5B"}
    return api.post("/api/v1/custody", json=wanted)


def open_upload(api: httpx.Client) -> httpx.Response:
    name = base64.b64encode("课件.pdf".encode()).decode()
    length = str(len(CONTENT))
    return api.post(
        "/api/v1/uploads",
        headers={**TUS, "upload-length": length, "upload-metadata": f"filename {name}"},
    )


def send(api: httpx.Client, upload: httpx.Response) -> httpx.Response:
    headers = {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
    return api.patch(upload.headers["location"], headers=headers, content=CONTENT)


def free_bytes(service: Service) -> float:
    text = httpx.get(f"{service.address}/metrics", timeout=PATIENCE_SECONDS).text
    found = re.findall(r"^labshare_disk_free_bytes\{.*\} (\S+)", text, re.MULTILINE)
    return min(map(float, found))


def test_a_full_disk_refuses_every_write_in_words_and_nothing_else(tmp_path: Path) -> None:
    with disk() as plugged:
        data = plugged.folder / "data"
        with serving(data) as service:
            browser = set_up(service, service.setup_code())
            import_assets(data, tmp_path)
            api = program(service, data)
            waiting = open_upload(api)
            assert api.get("/readyz").json()["disk"] == "ok"

            ballast = fill(plugged.folder)
            answers = [hand_out(api, number) for number in range(ASSETS // 2)]
            refused = [answer for answer in answers if answer.status_code != 201]
            assert refused
            assert {(one.status_code, one.json()["code"]) for one in refused} == {
                (507, "disk_full")
            }
            assert "safe" in refused[0].json()["detail"]
            for upload in (open_upload(api), send(api, waiting)):
                assert (upload.status_code, upload.json()["code"]) == (507, "object_store_full")
            assert all(
                browser.get(path).status_code == 200 for path in ("/", "/assets", "/library")
            )
            assert api.get("/api/v1/assets/LB-9001").status_code == 200
            told = browser.get("/devices/health")
            assert told.status_code == 200
            assert "is full: nothing can be saved" in told.text
            ready = api.get("/readyz")
            assert (ready.status_code, ready.json()["disk"]) == (503, "full")
            assert free_bytes(service) < disks.FULL_BELOW_BYTES

            ballast.unlink()
            assert open_upload(api).status_code == 201
            assert send(api, waiting).status_code == 204
            for number, answer in enumerate(answers):
                if answer in refused:
                    assert hand_out(api, number).status_code == 201
            assert api.get("/readyz").json()["disk"] == "ok"
            checked = labshare(data, "check")
            assert (checked.returncode, "wrong" in checked.stdout) == (0, False), checked.stdout


@contextlib.asynccontextmanager
async def connected_to(access: object_store.Access, **differs: int) -> AsyncIterator[None]:
    before = connection._connection
    connection._connection = None
    await objects.open(msgspec.structs.replace(access.settings(), **differs))
    try:
        yield
    finally:
        await objects.close()
        connection._connection = before


async def put_until_it_refuses(access: object_store.Access, folder: Path) -> dict[str, bytes]:
    """Fills the disk below a store that is asked to write on, until its own index met that."""
    kept = {objects.new_key("b"): os.urandom(100) for _ in range(200)}
    async with connected_to(access, keep_free_bytes=1):
        for key, data in kept.items():
            await objects.put(key, data, "text/plain")
    ballast = fill(folder)
    # Below nothing: so that the store itself meets the full disk.
    async with connected_to(access, keep_free_bytes=-(2**40)):
        for size in (200_000, *(11,) * BLOCKS_GIVEN_BACK):
            try:
                for _ in range(100):
                    await objects.put(objects.new_key("b"), bytes(size), "text/plain")
            except Unavailable as refusal:
                assert refusal.code == "object_store_full"  # noqa: PT017
            # One of its files takes the block, and another meets the full disk.
            os.truncate(ballast, ballast.stat().st_size - 4096)
            disks.flush_around(folder)
    return kept


async def takes_and_gives(access: object_store.Access, kept: dict[str, bytes]) -> None:
    async with connected_to(access):
        await objects.put(objects.new_key("b"), b"it takes new ones", "text/plain")
        for key, data in kept.items():
            assert await objects.read(key, 0, len(data)) == data


def test_a_store_that_stays_stuck_after_a_full_disk_is_started_again_alone() -> None:
    with disk() as plugged:
        keeper = StoreKeeper(plugged.folder / "data")
        try:
            kept = asyncio.run(put_until_it_refuses(keeper.access, plugged.folder))
            first = keeper._store
            assert first is not None
            keeper.tend()
            assert keeper._store is first  # there is no room yet
            (plugged.folder / "ballast").unlink()
            was_stuck = not first.takes_objects()
            keeper.tend()
            assert keeper._store is not None
            assert (keeper._store is not first) == was_stuck
            keeper._store.wait_until_ready()
            asyncio.run(takes_and_gives(keeper.access, kept))
            keeper.tend()
            asyncio.run(takes_and_gives(keeper.access, kept))
        finally:
            keeper.stop()


async def test_a_flush_without_room_is_told_as_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disks, "flush", full)
    flusher = Flusher(tmp_path)
    with pytest.raises(NoRoom) as refusal:
        await flusher.flush()
    assert refusal.value.code == "object_store_full"
    flusher.close()
