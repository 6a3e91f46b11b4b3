"""`labshare serve` as a process of its own, to be watched, killed and started again."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import psutil

from core.access import Role
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "three plain words"
# What `labshare demo` prints when everything stands.
LAST_LINE = "Ctrl-C stops it"


def environment(data: Path, **more: str) -> dict[str, str]:
    """Ours without any LABSHARE_ variable, so that nothing outside the test has a say."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LABSHARE_")}
    return {**clean, "PYTHONPATH": str(ROOT), "LABSHARE_DATA": str(data), **more}


def labshare(
    data: Path, *arguments: str, seconds: float = PATIENCE_SECONDS, **more: str
) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "labshare", *arguments],
        env=environment(data, **more),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class Service:
    """A running `labshare serve`, or `demo`."""

    def __init__(self, data: Path, command: str = "serve") -> None:
        self.data = data
        self.lines: list[str] = []
        self._fresh: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "labshare", command, "--data", str(data), "--port", "0"],
            env=environment(data),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            self._fresh.put(line.rstrip())

    def until(self, words: str) -> str:
        """The next line with these words; an AssertionError with all lines if none comes."""
        with contextlib.suppress(queue.Empty):
            while True:
                line = self._fresh.get(timeout=PATIENCE_SECONDS)
                if words in line:
                    return line
        raise AssertionError("\n".join(self.lines))

    def ready(self) -> Self:
        self.address = self.until(" is at http").rpartition(" ")[2]
        return self

    def setup_code(self) -> str:
        return self.until("/setup#").rpartition("#")[2]

    def all_processes(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def kill_everything(self) -> None:
        """What a power cut does to processes: all at once, without a word."""
        doomed = self.all_processes()
        for each in doomed:
            each.suspend()
        for each in doomed:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(doomed, timeout=PATIENCE_SECONDS)
        self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(2)
        return self.process.wait(PATIENCE_SECONDS)


@contextlib.contextmanager
def serving(data: Path, command: str = "serve") -> Iterator[Service]:
    service = Service(data, command)
    try:
        yield service.ready()
    finally:
        if service.process.poll() is None:
            service.stop()


def set_up(service: Service, code: str) -> httpx.Client:
    """Makes the first school and its admin as the page does; a browser that is signed in."""
    browser = httpx.Client(
        base_url=service.address, headers={"origin": service.address}, timeout=PATIENCE_SECONDS
    )
    form = {
        "setup_code": code,
        "code": "LB",
        "name_zh": "第一学校",
        "name_en": "School One",
        "zone": "Asia/Shanghai",
        "name": "管理员一",
        "login": "admin",
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    answer = browser.post("/setup", data=form)
    assert answer.status_code == 303, answer.text
    return browser


def printed_sign_ins(service: Service) -> dict[str, tuple[str, str]]:
    """Role → sign-in name and password, as printed."""
    service.until(LAST_LINE)
    roles = [role.value.replace("_", " ") for role in Role]
    found = {}
    for line in service.lines:
        for role in roles:
            if line.startswith(f"  {role} "):
                login, password = line.removeprefix(f"  {role}").split()
                found[role] = (login, password)
    return found
