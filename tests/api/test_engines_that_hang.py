"""A database or an object store that is there and says nothing: health and figures answer all the same."""

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
from labshare.environment import s3_settings
from tests import factories
from tests.api.served import serving
from tests.conftest import Stack
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
            connections.settings, database_url=server.dsn, s3=s3_settings(store.access)
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
