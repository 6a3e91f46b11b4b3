"""Engines in a folder that is thrown away, and server processes as they run in production."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import psutil

from core.settings import Settings
from labshare.engines import object_store, postgres
from labshare.environment import child_environ
from labshare.migrations import migrate

READY_SECONDS = 60.0
SECRET_KEY = "a secret of the benchmarks, not of any school"


@contextlib.contextmanager
def engines() -> Iterator[Settings]:
    """A migrated PostgreSQL and an object store, gone when the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="labshare-bench-") as folder,
        postgres.running(Path(folder)) as database,
        object_store.running(Path(folder)) as store,
    ):
        asyncio.run(migrate(database.dsn))
        yield Settings(
            data=Path(folder),
            database_url=database.dsn,
            s3=store.access.settings(),
            secret_key=SECRET_KEY,
        )


class Running(msgspec.Struct, frozen=True):
    """A server process."""

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """How much processor time it has used so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextlib.contextmanager
def web(settings: Settings, *, profile: Path | None = None) -> Iterator[Running]:
    """Labshare's own web process. ``profile`` is where the profiler writes."""
    if profile is None:
        command = ["-m", "labshare", "web", "--host", "127.0.0.1"]
    else:
        command = ["-c", "from benchmarks.profiled_web import main; main()", str(profile)]
    with _server(command, settings, "/healthz") as running:
        yield running


@contextlib.contextmanager
def bare(settings: Settings) -> Iterator[Running]:
    """The bare handlers in a process of the same kind."""
    command = ["-c", "from benchmarks.bare import main; main()"]
    with _server(command, settings, "/healthz") as running:
        yield running


@contextlib.contextmanager
def _server(arguments: Sequence[str], settings: Settings, ready_path: str) -> Iterator[Running]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *arguments, "--port", str(port)],
        env=child_environ(settings),
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}{ready_path}")
        yield Running(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} did not answer; exit code {process.poll()}")


def machine() -> str:
    """The machine in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB,"
        f" Python {sys.version_info.major}.{sys.version_info.minor}"
    )
