"""A database or an object store that is there and says nothing, or is not there yet."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest

from core import migrations
from core.connections import POOL_SIZE
from labshare.engines import object_store, postgres
from storage import objects
from storage.objects import connection
from tests import factories
from tests.api.served import serving
from tests.conftest import Stack
from tests.patience import PATIENCE_SECONDS
from tests.pools import pool_of

pytestmark = [pytest.mark.engines]

ELSEWHERE = {"x-forwarded-for": "192.0.2.7"}


@contextmanager
def frozen(pid: int) -> Iterator[list[psutil.Process]]:
    """The engine and all it forked stand still during the block."""
    engine = psutil.Process(pid)
    engine.suspend()
    everything = [engine, *engine.children(recursive=True)]
    for process in everything:
        process.suspend()
    try:
        yield everything
    finally:
        for process in everything:
            process.resume()


def stand_still(processes: list[psutil.Process]) -> bool:
    return all(process.status() == psutil.STATUS_STOPPED for process in processes)


class Stuck(threading.Thread):
    """A visitor whose page waits for the engine."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        super().__init__()
        self._ask = {"url": f"{address}/api/v1/assets", "headers": headers}
        self.status = 0

    def run(self) -> None:
        self.status = httpx.get(timeout=None, **self._ask).status_code  # type: ignore[arg-type]


async def test_health_and_figures_answer_while_the_engines_stand_still(
    tmp_path: Path, connections: Stack
) -> None:
    data = tmp_path / "data"
    with postgres.running(data) as server, object_store.running(data) as store:
        async with pool_of(2, server.dsn):
            await migrations.apply()
            technician = await factories.person("technician", await factories.school())
            token = await factories.bearer(technician)
        settings = msgspec.structs.replace(
            connections.settings, database_url=server.dsn, s3=store.access.settings()
        )
        with serving(settings, tmp_path / "web.log") as address:
            _go_through(address, token, server, store)


def _go_through(
    address: str,
    token: dict[str, str],
    server: postgres.Postgres,
    store: object_store.ObjectStore,
) -> None:
    def readiness() -> tuple[int, str, bool, bool]:
        answer = httpx.get(f"{address}/readyz", timeout=None, headers=token)
        told = answer.json()
        return answer.status_code, told["status"], told["database"], told["object_store"]

    def metrics(**headers: str) -> httpx.Response:
        return httpx.get(f"{address}/metrics", timeout=None, headers=headers)

    while readiness() != (200, "degraded", True, True):  # there is no worker
        pass
    assert "labshare_devices" in metrics(**token, **ELSEWHERE).text
    with frozen(server.pid) as processes:
        stuck = [Stuck(address, token) for _ in range(POOL_SIZE + 2)]
        for visitor in stuck:
            visitor.start()
        while readiness() != (503, "unavailable", False, True):
            assert stand_still(processes)
        for headers in ({}, token, {**token, **ELSEWHERE}):
            answer = metrics(**headers)
            assert answer.status_code == 200
            assert "python_info" in answer.text and "labshare_devices" not in answer.text
        unknown = metrics(authorization="Bearer lsh_unknown", **ELSEWHERE)
        assert (unknown.status_code, "retry-after" in unknown.headers) == (503, True)
        with frozen(store.pid) as others:
            assert readiness() == (503, "unavailable", False, False)
            assert stand_still(processes + others)
    for visitor in stuck:
        visitor.join()
        assert visitor.status in {200, 503}
    with frozen(store.pid) as others:
        while readiness() != (200, "degraded", True, False):
            assert stand_still(others)
    while readiness() != (200, "degraded", True, True):
        pass


TUS = {"tus-resumable": "1.0.0"}
CONTENT = b"x" * 300_000


def upload_headers(offset: int = 0) -> dict[str, str]:
    name = base64.b64encode(b"a.bin").decode()
    if offset < 0:
        return TUS | {"upload-length": str(len(CONTENT)), "upload-metadata": f"filename {name}"}
    return TUS | {
        "upload-offset": str(offset),
        "content-type": "application/offset+octet-stream",
    }


async def opened_upload(client: httpx.AsyncClient, token: dict[str, str]) -> str:
    made = await client.post("/api/v1/uploads", headers=token | upload_headers(-1))
    assert made.status_code == 201, made.text
    return made.headers["location"]


async def sent(client: httpx.AsyncClient, token: dict[str, str], place: str) -> httpx.Response:
    """All bytes once more from where the upload stands."""
    stand = await client.head(place, headers=token | TUS)
    assert stand.status_code == 200
    offset = int(stand.headers["upload-offset"])
    headers = token | upload_headers(offset)
    return await client.patch(place, headers=headers, content=CONTENT[offset:])


async def test_an_upload_meets_a_store_that_stands_still(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    teacher = await factories.person("teacher", await factories.school())
    token = await factories.bearer(teacher)
    before = connection.connected()
    quick = msgspec.structs.replace(objects.PROMPT, silence_seconds=0.5)
    with object_store.running(tmp_path) as store:
        try:
            await objects.open(store.access.settings(), quick)
            await objects.verify()
            place = await opened_upload(client, token)
            with frozen(store.pid):
                refused = await sent(client, token, place)
            assert refused.status_code == 503
            assert refused.json()["code"] == "object_store_down"
            assert "does not answer" in refused.json()["detail"]
            assert int(refused.headers["retry-after"]) > 0
            while (await sent(client, token, place)).status_code == 503:
                pass
            ended = await client.head(place, headers=token | TUS)
            assert ended.headers["upload-offset"] == str(len(CONTENT))
        finally:
            await objects.close()
            connection._connection = before


async def test_pages_are_served_before_the_store_is_there_and_files_after(
    db: Stack, tmp_path: Path
) -> None:
    teacher = await factories.person("teacher", await factories.school())
    token = await factories.bearer(teacher)
    # The ports are remembered.
    with object_store.running(tmp_path / "data") as store:
        elsewhere = msgspec.structs.replace(store.access.settings(), bucket="made-later")
    settings = msgspec.structs.replace(db.settings, s3=elsewhere)
    log = tmp_path / "web.log"
    with serving(settings, log) as address:
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client:
            assert (await client.get("/sign-in")).status_code == 200
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["object_store"]) == (200, False)
            assert ready.json()["status"] == "degraded"
            place = await opened_upload(client, token)
            refused = await sent(client, token, place)
            assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
            assert "object_store.away" in log.read_text()
            with object_store.running(tmp_path / "data"):
                assert (await sent(client, token, place)).status_code == 204
                assert (await client.get("/readyz")).json()["object_store"] is True
