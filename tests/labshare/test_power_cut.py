"""What was acknowledged outlives a power cut, and a damaged index stops nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core import disks
from core.errors import Unavailable
from labshare.engines import object_store, volumes
from storage import objects
from storage.objects import connection
from storage.objects.flushing import Flusher
from tests.labshare.power import disk

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

WRITERS = 6
ACKNOWLEDGED_BEFORE_THE_CUT = 40
PART = objects.SMALLEST_PART_BYTES


@asynccontextmanager
async def connected_to(store: object_store.ObjectStore) -> AsyncIterator[None]:
    before = connection._connection
    connection._connection = None
    await objects.open(store.access.settings())
    try:
        yield
    finally:
        await objects.close()
        connection._connection = before


def die(store: object_store.ObjectStore) -> None:
    """The end of the process without a stop; its locks are free as if the owner had died too."""
    os.kill(store.pid, signal.SIGKILL)
    os.waitid(os.P_PID, store.pid, os.WEXITED | os.WNOWAIT)
    store.stop()


async def write_until(cut: Callable[[], None], store: object_store.ObjectStore) -> dict[str, bytes]:
    """Puts objects, whole and in parts, until the cut; those that were acknowledged before it."""
    kept: dict[str, bytes] = {}
    enough = asyncio.Event()

    async def write(number: int) -> None:
        while not enough.is_set():
            key, data = objects.new_key("b"), os.urandom(100_000 * (number + 1))
            if number == 0:
                data = os.urandom(PART + 1000)
                upload = await objects.begin_parts(key, "application/pdf")
                parts = [
                    (1, await objects.put_part(key, upload, 1, data[:PART])),
                    (2, await objects.put_part(key, upload, 2, data[PART:])),
                ]
                await objects.complete_parts(key, upload, parts, size=len(data))
            else:
                await objects.put(key, data, "application/pdf")
            if not enough.is_set():
                kept[key] = data
            if len(kept) >= ACKNOWLEDGED_BEFORE_THE_CUT:
                cut()
                enough.set()

    async with connected_to(store):
        await asyncio.gather(*(write(number) for number in range(WRITERS)), return_exceptions=True)
        with pytest.raises(Unavailable):
            await objects.put(objects.new_key("b"), b"after the cut", "text/plain")
    return kept


async def missing(store: object_store.ObjectStore, kept: dict[str, bytes]) -> list[str]:
    async with connected_to(store):
        await objects.put(objects.new_key("b"), b"it takes new ones", "text/plain")
        lost = []
        for key, data in kept.items():
            try:
                if await objects.read(key, 0, len(data)) != data:
                    lost.append(key)
            except Unavailable:
                lost.append(key)
        return lost


async def put_some(store: object_store.ObjectStore, count: int) -> dict[str, bytes]:
    kept = {objects.new_key("b"): os.urandom(20_000) for _ in range(count)}
    async with connected_to(store):
        for key, data in kept.items():
            await objects.put(key, data, "text/plain")
    return kept


def test_nothing_acknowledged_is_lost_in_three_power_cuts() -> None:
    with disk() as plugged:
        data = plugged.folder / "data"
        kept: dict[str, bytes] = {}
        for _ in range(3):
            store = object_store.start(data)
            assert asyncio.run(missing(store, kept)) == []
            kept |= asyncio.run(write_until(plugged.cut, store))
            die(store)
            plugged.unmount()
            plugged.mount()
        with object_store.running(data) as store:
            assert len(kept) >= 3 * ACKNOWLEDGED_BEFORE_THE_CUT
            assert asyncio.run(missing(store, kept)) == []


def damage(folder: Path) -> None:
    """What a cut leaves: half an index entry, nothing of one, and half a record."""
    indexes = sorted(folder.glob("*.idx"), key=lambda path: path.stat().st_size)
    for path in indexes:
        os.truncate(path, path.stat().st_size // 2 + 3)
    indexes[0].unlink()
    for volume in folder.glob("*.dat"):
        with volume.open("r+b") as file:
            start = file.read(20_000)[8:]
            file.seek(0, os.SEEK_END)
            file.write(start[: len(start) // 2])


def test_a_store_with_torn_volumes_and_indexes_serves_everything_and_takes_more(
    tmp_path: Path,
) -> None:
    store = object_store.start(tmp_path)
    kept = asyncio.run(put_some(store, 30))
    folder = tmp_path / "objects"
    die(store)
    names = {path.name for path in folder.glob("*.dat")}
    for _ in range(2):
        damage(folder)
        store = object_store.start(tmp_path)
        assert asyncio.run(missing(store, kept)) == []
        kept |= asyncio.run(put_some(store, 30))
        die(store)
        # A volume that stays torn is never written again, and others are made in its place.
        assert {path.name for path in folder.glob("*.dat")} == names
    with object_store.running(tmp_path) as store:
        assert asyncio.run(missing(store, kept)) == []


def test_a_store_that_was_stopped_needs_no_repair_and_one_that_died_only_where_it_wrote(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "objects"
    store = object_store.start(tmp_path)
    asyncio.run(put_some(store, 30))
    store.stop()
    assert volumes.repair(folder) == []
    store = object_store.start(tmp_path)
    before = {path.stem: path.stat().st_size for path in folder.glob("*.dat")}
    asyncio.run(put_some(store, 1))
    die(store)
    after = {path.stem: path.stat().st_size for path in folder.glob("*.dat")}
    grown = [name for name, size in after.items() if size != before.get(name)]
    assert grown
    assert set(grown) <= set(volumes.repair(folder)) < set(after)


async def test_waiting_writers_share_a_flush_and_none_gets_one_that_began_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def counting(descriptor: int) -> None:
        flushed.append(descriptor)
        loop.call_soon_threadsafe(begun.set)
        real(descriptor)

    real = disks.flush
    monkeypatch.setattr(disks, "flush", counting)
    flusher = Flusher(tmp_path)
    first = asyncio.create_task(flusher.flush())
    await begun.wait()
    # The first has begun: these may not be served by it, and need one more between them.
    await asyncio.gather(*(flusher.flush() for _ in range(32)))
    await first
    assert len(flushed) == 2
    await flusher.flush()
    assert len(flushed) == 3
    flusher.close()
