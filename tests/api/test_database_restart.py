"""PostgreSQL stops and comes back under requests: 503 with a time to come back, and never a 500."""

import os
import signal
import threading
import time
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest

from core import migrations
from labshare.engines import postgres
from tests import factories
from tests.api.served import serving
from tests.conftest import Stack
from tests.pools import pool_of

pytestmark = [pytest.mark.engines]

VISITORS = 6
ENOUGH = 20  # good answers, or refusals, between one restart and the next
PAGES = ("/api/v1/me", "/api/v1/assets", "/", "/assets", "/api/v1/alerts", "/people", "/readyz")


class Visitors:
    """Threads that read and write without a pause, and remember every answer."""

    def __init__(self, address: str, headers: dict[str, str], origin: str) -> None:
        self.ok = 0
        self.away = 0
        self.wrong: list[str] = []
        self._browser = {"base_url": address, "headers": {**headers, "origin": origin}}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(number,)) for number in range(VISITORS)
        ]

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, *, ok: int = 0, away: int = 0) -> None:
        """Until there were so many more answers of either kind."""
        least_ok, least_away = self.ok + ok, self.away + away
        while self.ok < least_ok or self.away < least_away:
            assert any(thread.is_alive() for thread in self._threads), self.wrong
            time.sleep(0.02)

    def _visit(self, number: int) -> None:
        with httpx.Client(timeout=None, **self._browser) as browser:  # type: ignore[arg-type]
            turn = 0
            while not self._stop.is_set():
                turn += 1
                self._note(browser.get(PAGES[turn % len(PAGES)]))
                code = f"V{number}-{turn}"
                school = {"code": code, "name_zh": "学校", "name_en": "School"}
                self._note(browser.post("/api/v1/schools", json=school))
                self._note(browser.post("/sign-in", data={"login": "nobody", "password": code}))

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            self.ok += 1
        elif answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and (
            "retry-after" in answer.headers or answer.url.path == "/readyz"
        ):
            self.away += 1
        else:
            self.wrong.append(f"{answer.request.method} {answer.url.path}: {answer.text[:300]}")


def restart(data: Path, running: postgres.Postgres, how: signal.Signals) -> postgres.Postgres:
    """SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, which is a crash."""
    os.kill(running.pid, how)
    while running.is_running():
        time.sleep(0.02)
    running.stop()
    return postgres.start(data)


def crash_of_one_session(server: postgres.Postgres) -> None:
    """PostgreSQL then ends every session, and starts again by itself."""
    sessions = psutil.Process(server.pid).children()
    ours = [one for one in sessions if "labshare labshare" in " ".join(one.cmdline())]
    ours[0].kill()


async def test_no_request_is_a_fault_while_the_database_restarts(
    tmp_path: Path, connections: Stack
) -> None:
    data = tmp_path / "data"
    server = postgres.start(data)
    try:
        async with pool_of(2, server.dsn):
            await migrations.apply()
            headers = await factories.bearer(
                await factories.person("admin", await factories.school())
            )
        settings = msgspec.structs.replace(connections.settings, database_url=server.dsn)
        origin = settings.base_url
        log = tmp_path / "web.log"
        with serving(settings, log) as address, Visitors(address, headers, origin) as visitors:
            visitors.wait_for(ok=ENOUGH)
            for how in (signal.SIGINT, signal.SIGQUIT) * 2:
                server = restart(data, server, how)
                visitors.wait_for(ok=ENOUGH)
                crash_of_one_session(server)
                visitors.wait_for(ok=ENOUGH)
        assert visitors.wrong == [], log.read_text()[-5000:]
        assert visitors.away > 0
    finally:
        server.stop()
