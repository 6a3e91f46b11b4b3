"""`labshare web` as it runs: whom it takes a visitor for, and its bounds on a real socket."""

import contextlib
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from litestar import Litestar
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.errors import Invalid
from core.settings import Settings
from labshare.file_limit import WANTED, raise_file_limit
from labshare.web import configuration
from tests import factories
from tests.browser.harness import ROOT, environment_of, wait_for
from tests.conftest import Stack
from tests.patience import PATIENCE_SECONDS

BOUND = 3


async def _ask(app: Litestar, setting: str, headers: dict[str, str]) -> int:
    settings = Settings.from_environ({"LABSHARE_PROXIES": setting})
    used = configuration(app, settings)
    behind = ProxyHeadersMiddleware(app, trusted_hosts=used.forwarded_allow_ips)  # type: ignore[arg-type]
    served = behind if used.proxy_headers else app
    transport = httpx.ASGITransport(app=served, client=("127.0.0.1", 50000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://labshare.test") as proxy:
        return (await proxy.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize("setting", ["", "127.0.0.1", "127.0.0.0/8, ::1"])
async def test_metrics_are_closed_to_visitors_of_a_proxy(
    client: httpx.AsyncClient, app: Litestar, setting: str
) -> None:
    assert client
    assert await _ask(app, setting, {}) == 200
    assert await _ask(app, setting, {"x-forwarded-for": "192.0.2.7"}) == 403
    # What the visitor wrote there comes before what the proxy adds.
    assert await _ask(app, setting, {"x-forwarded-for": "127.0.0.1, 192.0.2.7"}) == 403
    for other in ("forwarded", "x-real-ip", "via"):
        assert await _ask(app, setting, {other: "for=192.0.2.7"}) == 403
    technician = await factories.person("technician", await factories.school())
    for scope, answer in (("monitoring:read", 200), ("reports:read", 403)):
        token = await factories.bearer(technician, scope)
        assert await _ask(app, setting, {"x-forwarded-for": "192.0.2.7", **token}) == answer
    teacher = await factories.bearer(await factories.person("teacher", await factories.school()))
    assert await _ask(app, setting, {"x-forwarded-for": "192.0.2.7", **teacher}) == 403


async def _seen_by_the_application(setting: str) -> tuple[str, str]:
    seen: list[tuple[str, str]] = []

    async def look(scope: dict[str, object], _receive: object, send: object) -> None:
        seen.append((scope["client"][0], str(scope["scheme"])))  # type: ignore[index]
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    used = configuration(look, Settings.from_environ({"LABSHARE_PROXIES": setting}))
    used.lifespan = "off"
    used.load()
    transport = httpx.ASGITransport(app=used.loaded_app, client=("127.0.0.1", 50000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://labshare.test") as local:
        told = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https"}
        await local.get("/", headers=told)
    return seen[0]


@pytest.mark.parametrize(
    ("setting", "seen"),
    [
        ("", ("127.0.0.1", "http")),
        ("192.0.2.1", ("127.0.0.1", "http")),
        ("127.0.0.1", ("192.0.2.7", "https")),
        ("127.0.0.0/8", ("192.0.2.7", "https")),
        ("*", ("192.0.2.7", "https")),
    ],
)
async def test_only_a_named_proxy_is_believed(setting: str, seen: tuple[str, str]) -> None:
    assert await _seen_by_the_application(setting) == seen


@pytest.mark.parametrize("setting", ["caddy", "127.0.0.1, x", "*, 127.0.0.1", "127.0.0.1/8"])
def test_a_proxy_is_named_by_its_address(setting: str) -> None:
    with pytest.raises(Invalid, match="LABSHARE_PROXIES"):
        Settings.from_environ({"LABSHARE_PROXIES": setting})


def test_the_limit_of_files_is_raised_as_far_as_it_goes() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        assert raise_file_limit(512) == 512
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (512, hard)
        assert raise_file_limit(300) == 512, "never lowered"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def _web(stack: Stack) -> Iterator[tuple[int, psutil.Process]]:
    """`labshare web` in a process of its own, started with the system's small limit of files."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    process = subprocess.Popen(
        [sys.executable, "-m", "labshare", "web", "--port", str(port)],
        cwd=ROOT,
        env=environment_of(stack.settings) | {"LABSHARE_CONNECTIONS_PER_ADDRESS": str(BOUND)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard)),
    )
    try:
        wait_for(f"http://127.0.0.1:{port}", process)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@pytest.mark.engines
def test_the_bounds_hold_in_a_real_web_process(db: Stack) -> None:
    with _web(db) as (port, process):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        # Read, not asked for: the process has another account if root started it.
        limits = Path(f"/proc/{process.pid}/limits").read_text().partition("Max open files")[2]
        assert int(limits.split()[0]) == min(WANTED, hard)
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client:
            large = {"cookie": "x" * 40_000}
            assert client.get("/sign-in", headers=large).status_code == 431
            assert client.get("/" + "x" * 9_000).status_code == 414
            assert client.get("/%ff").status_code == 400
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(BOUND)]
        for one in slow:
            one.sendall(b"GET /healthz HTTP/1.1\r\nhost: labshare.test\r\nx: ")
        with socket.create_connection(("127.0.0.1", port)) as one_too_many:
            assert one_too_many.recv(1000).startswith(b"HTTP/1.1 429 ")
        # They have the time that a head has, and no other neighbour waits for them.
        with socket.create_connection(
            ("127.0.0.1", port), source_address=("127.0.0.9", 0)
        ) as other:
            other.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert other.recv(1000).startswith(b"HTTP/1.1 200 ")
        for one in slow:
            assert one.recv(1000).startswith(b"HTTP/1.1 408 ")
            one.close()
