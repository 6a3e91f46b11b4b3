"""One engine as a child process: no twin, no orphan of an earlier run, no life without its parent.

Each engine has two lock files in the data folder. `NAME.owner` is held by the process that starts
the engine. `NAME.life` is inherited by the engine and by all it forks: who gets that lock knows that
nothing of an earlier run is alive, whatever was killed and whichever process ids were used again.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from labshare.engines.account import Account
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import last_lines, open_log

LAUNCHER = Path(__file__).with_name("launch.py")
ORPHANS_LEAVE_SECONDS = 20.0
ORPHANS_DIE_SECONDS = 5.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it."""

    name: str
    command: Sequence[str]
    folder: Path
    log: Path
    account: Account
    stop_signal: signal.Signals
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A running program, with the locks that go with it."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], locks: "Locks") -> None:
        self.program = program
        self.process = process
        self._locks = locks

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until it is ready; raises EngineFailed with the end of its log if it isn't."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None:
                raise EngineFailed(f"{self._ended()}: {last_lines(self.program.log)}")
            if time.monotonic() > deadline:
                raise EngineFailed(
                    f"{self.program.name} was not ready within {seconds:.0f} seconds: "
                    f"{last_lines(self.program.log)}"
                )
            time.sleep(POLL_SECONDS)

    def _ended(self) -> str:
        return f"{self.program.name} ended with {self.process.returncode}"

    def stop(self, seconds: float = 30.0) -> None:
        """Ends it in its own way, by force if that takes too long. Doing it twice is fine."""
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._locks.release()


class Locks:
    """The owner's and the life lock of one engine."""

    def __init__(self, folder: Path, name: str) -> None:
        self.life_path = folder / f"{name}.life"
        self._name = name
        self._owner = _open_lock(folder / f"{name}.owner")
        if not _locked(self._owner):
            os.close(self._owner)
            raise EngineFailed(f"another Labshare already uses the {name} in {folder}")
        self.life = _open_lock(self.life_path)

    def take_life(self) -> None:
        """Gets the life lock; what is left of an earlier run is asked, then made, to leave."""
        for sent, seconds in (
            (signal.SIGINT, ORPHANS_LEAVE_SECONDS),
            (signal.SIGKILL, ORPHANS_DIE_SECONDS),
        ):
            if _locked(self.life):
                return
            _signal_holders(self.life_path, sent)
            if _locked_within(self.life, seconds):
                return
        self.release()
        raise EngineFailed(f"a process that can't be seen from here still uses the {self._name}")

    def release(self) -> None:
        for descriptor in (self.life, self._owner):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.life = self._owner = -1


def start(program: Program, locks: Locks) -> Child:
    """Starts the program. To be called from the main thread.

    The kernel sends the death signal when the *thread* that started the child ends, so a passing
    helper thread would take the engine along.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("engines are started from the main thread")
    log = open_log(program.log)
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), _spec(program)],
            cwd=program.folder,
            env={**_plain_environment(), **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(locks.life,),
            process_group=0,  # Ctrl-C is for the supervisor, which stops things in order
        )
    finally:
        os.close(log)
    return Child(program, process, locks)


def run(program: Program, text: str = "", seconds: float = 60.0) -> str:
    """Runs a program that ends by itself, as the engines' account; returns what it printed."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCHER), _spec(program)],
            cwd=program.folder,
            env={**_plain_environment(), **program.environment},
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineFailed(f"{program.name} did not end within {seconds:.0f} seconds") from error
    if done.returncode != 0:
        raise EngineFailed(f"{program.name} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _spec(program: Program) -> str:
    reachable = program.account.reaches(Path(program.command[0]), program.folder / "any")
    return json.dumps(
        {
            "command": list(program.command),
            "parent": os.getpid(),
            "death_signal": int(program.stop_signal),
            "uid": program.account.uid,
            "gid": program.account.gid,
            "may_pass_folders": not reachable,
        }
    )


def _plain_environment() -> dict[str, str]:
    """Engines need no secrets of ours, and PG… or AWS… variables would change what they do."""
    kept = ("PATH", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked_within(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _locked(descriptor):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _signal_holders(path: Path, sent: signal.Signals) -> None:
    wanted = str(path.resolve())
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error):
            if any(opened.path == wanted for opened in process.open_files()):
                process.send_signal(sent)
