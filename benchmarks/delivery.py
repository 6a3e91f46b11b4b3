"""Files through Labshare beside the store alone: ``python -m benchmarks.delivery``.

Upload: one tus upload against the multipart put of the store's own client. Download: the same
object through the app and straight from the store. Alternating, in one run, from one client.
"""

import argparse
import asyncio
import base64
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from io import RawIOBase
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import urllib3
from minio import Minio

from api.http.identity import COOKIE
from benchmarks import rows, stack
from benchmarks.tables import print_json, print_table
from core import database, sign_in
from core.settings import S3Settings, Settings
from storage import finishing, objects, resources

T = TypeVar("T")

MEBIBYTE = 2**20
READ_BYTES = MEBIBYTE
TEACHER = "person-3"
FILM_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


class Film(RawIOBase):
    """So many bytes that look like a film and cannot be compressed; every film is another one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._block = os.urandom(4 * MEBIBYTE)
        self._sent = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        if self._sent == 0:
            self._block = FILM_HEAD + self._block[len(FILM_HEAD) :]
        start = self._sent % len(self._block)
        count = min(len(buffer), self.size - self._sent, len(self._block) - start)
        buffer[:count] = self._block[start : start + count]
        self._sent += count
        return count

    def pieces(self) -> Iterator[bytes]:
        """The same as a stream of pieces, for a request's body."""
        piece = bytearray(MEBIBYTE)
        while count := self.readinto(piece):
            yield bytes(piece[:count])


class Sides(msgspec.Struct):
    """Seconds of each round, through us and directly."""

    ours: list[float] = []
    direct: list[float] = []

    @property
    def ratio(self) -> float:
        pairs = zip(self.ours, self.direct, strict=True)
        return statistics.median(direct / ours for ours, direct in pairs)


class Client:
    """One teacher at one machine, and the store's own client beside."""

    def __init__(self, port: int, token: str, settings: S3Settings) -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._pool = urllib3.PoolManager()
        self._headers = {"cookie": f"{COOKIE}={token}", "origin": self._site}
        self._bucket = settings.bucket
        self._minio = Minio(
            endpoint=urlsplit(settings.endpoint).netloc,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            region=settings.region,
            secure=False,
        )

    def upload(self, size: int) -> str:
        """A whole tus upload in one PATCH; its id."""
        tus = {**self._headers, "tus-resumable": "1.0.0"}
        name = base64.b64encode("课堂录像.mp4".encode()).decode()
        made = self._pool.request(
            "POST",
            f"{self._site}/api/v1/uploads",
            headers={**tus, "upload-length": str(size), "upload-metadata": f"filename {name}"},
        )
        _expect(made, 201)
        sent = self._pool.request(
            "PATCH",
            f"{self._site}{urlsplit(made.headers['location']).path}",
            body=Film(size).pieces(),
            headers={
                **tus,
                "upload-offset": "0",
                "content-type": "application/offset+octet-stream",
                "content-length": str(size),
            },
        )
        _expect(sent, 204)
        return made.headers["location"].rpartition("/")[2]

    def put(self, size: int) -> None:
        """A multipart put straight into the store."""
        self._minio.put_object(
            bucket_name=self._bucket,
            object_name=f"bench/{time.time_ns()}",
            data=Film(size),  # type: ignore[arg-type]
            length=size,
            part_size=8 * MEBIBYTE,
        )

    def download(self, resource_id: str) -> int:
        """The newest file of a resource through the app."""
        answer = self._pool.request(
            "GET",
            f"{self._site}/api/v1/resources/{resource_id}/download",
            headers=self._headers,
            preload_content=False,
        )
        _expect(answer, 200)
        return _drained(answer)

    def get(self, key: str) -> int:
        """The object straight from the store."""
        return _drained(self._minio.get_object(bucket_name=self._bucket, object_name=key))


def _expect(answer: urllib3.BaseHTTPResponse, status: int) -> None:
    if answer.status != status:
        raise SystemExit(f"answered {answer.status}: {answer.read(400)!r}")


def _drained(answer: urllib3.BaseHTTPResponse) -> int:
    received = sum(len(piece) for piece in answer.stream(READ_BYTES))
    answer.release_conn()
    return received


class Shelved(msgspec.Struct, frozen=True):
    """A film that can be downloaded, and what it took to get it ready."""

    resource_id: str
    object_key: str
    seconds_to_ready: float


async def shelve(settings: Settings, token: str, upload_id: str) -> Shelved:
    """Let the worker's own code verify the upload, and describe it."""
    assert settings.s3 is not None
    await objects.open(settings.s3)
    try:
        began = time.perf_counter()
        finished = await finishing.finish_waiting(Path(settings.data))
        seconds = (time.perf_counter() - began) / finished
        actor = await sign_in.find_actor(token)
        assert actor is not None
        described = resources.Description(title="课堂录像", subject="physics", kind="video")
        made = await resources.create_resource(
            actor, actor.school_ids[0], described, upload_id=UUID(upload_id)
        )
        key = await database.fetch_value(
            "SELECT b.object_key FROM revision v JOIN blob b ON b.id = v.blob WHERE v.resource = $1",
            made.id,
        )
        return Shelved(str(made.id), key, seconds)
    finally:
        await objects.close()


class Measured(msgspec.Struct, frozen=True):
    """Everything of one run."""

    megabytes: int
    up: Sides
    down: Sides
    seconds_to_ready: float


def measure(settings: Settings, given: argparse.Namespace) -> Measured:
    """Both directions, each way in turn."""
    assert settings.s3 is not None
    size = given.megabytes * MEBIBYTE
    asyncio.run(rows.load(settings, 100))
    token = asyncio.run(_with_database(settings, lambda: rows.session_of(TEACHER)))
    up, down, upload_id = Sides([], []), Sides([], []), ""
    with stack.web(settings) as web:
        client = Client(web.port, token, settings.s3)
        for _ in range(given.rounds):
            _, seconds = _timed(lambda: client.put(size))
            up.direct.append(seconds)
            upload_id, seconds = _timed(lambda: client.upload(size))
            up.ours.append(seconds)
        shelved = asyncio.run(_with_database(settings, lambda: shelve(settings, token, upload_id)))
        for _ in range(given.rounds):
            received, seconds = _timed(lambda: client.get(shelved.object_key))
            down.direct.append(seconds)
            delivered, seconds = _timed(lambda: client.download(shelved.resource_id))
            down.ours.append(seconds)
            if not received == delivered == size:
                raise SystemExit(f"{received} and {delivered} bytes came of {size}")
    return Measured(given.megabytes, up, down, shelved.seconds_to_ready)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


async def _with_database(settings: Settings, work: Callable[[], Awaitable[T]]) -> T:
    assert settings.database_url is not None
    await database.open(settings.database_url, max_size=4)
    try:
        return await work()
    finally:
        await database.close()


def report(measured: Measured) -> None:
    """The table."""
    size = measured.megabytes
    print_table(
        ("", "through the app", "store alone", "ratio"),
        [
            (
                name,
                f"{size / statistics.median(sides.ours):.0f} MiB/s",
                f"{size / statistics.median(sides.direct):.0f} MiB/s",
                f"{sides.ratio:.2f}",
            )
            for name, sides in (("upload", measured.up), ("download", measured.down))
        ],
    )
    print(f"read again, hashed and verified by the worker in {measured.seconds_to_ready:.1f} s")


def ratios(measured: Measured) -> dict[str, float]:
    """The numbers that others read."""
    size = measured.megabytes
    return {
        "upload_ratio": round(measured.up.ratio, 3),
        "upload_mib_per_second": round(size / statistics.median(measured.up.ours), 1),
        "upload_store_mib_per_second": round(size / statistics.median(measured.up.direct), 1),
        "download_ratio": round(measured.down.ratio, 3),
        "download_mib_per_second": round(size / statistics.median(measured.down.ours), 1),
        "download_store_mib_per_second": round(size / statistics.median(measured.down.direct), 1),
        "verified_mib_per_second": round(size / measured.seconds_to_ready, 1),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object of numbers")
    arguments.add_argument("--megabytes", type=int, default=256)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    with stack.engines() as settings:
        measured = measure(settings, given)
    if given.json:
        print_json(ratios(measured))
    else:
        print(f"{given.megabytes} MiB, {given.rounds} rounds, {stack.machine()}")
        report(measured)


if __name__ == "__main__":
    main()
