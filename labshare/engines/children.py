"""One engine as a child process: only one of a folder, ended with its parent and before the next.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from labshare.engines.account import Account
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import last_lines, open_log

LAUNCHER = Path(__file__).with_name("launch.py")
OWNER_LEAVES_SECONDS = 0.5
ORPHANS_LEAVE_SECONDS = 20.0
ORPHANS_DIE_SECONDS = 5.0
POLL_SECONDS = 0.05


def plain_environment() -> dict[str, str]:
    """Engines need no secrets of ours, and PG… or AWS… variables would change what they do."""
    kept = ("PATH", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it. Without a log it writes to our own output.

    `death_signal` is what the kernel sends when whoever started it was killed; the stop signal if
    that is None. `capabilities` are kept, by number, when root is given up.
    """

    name: str
    command: Sequence[str]
    folder: Path
    log: Path | None
    account: Account
    stop_signal: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] = field(default_factory=plain_environment)
    descriptors: tuple[int, ...] = ()
    death_signal: signal.Signals | None = None
    capabilities: tuple[int, ...] = ()


class Child:
    """A running program, with the locks that go with it."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], locks: "Locks") -> None:
        self.program = program
        self.process = process
        self._locks = locks

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until it is ready; raises EngineFailed with the end of its log if it isn't."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running():
                raise self._failure(f"ended with {self.process.returncode}")
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready within {seconds:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def _failure(self, what: str) -> EngineFailed:
        lines = last_lines(self.program.log) if self.program.log else ""
        return EngineFailed(f"{self.program.name} {what}{': ' if lines else ''}{lines}")

    def stop(self, seconds: float = 30.0) -> None:
        """Ends it and gives its locks back. Doing it twice is fine."""
        self.end(seconds)
        self.release()

    def end(self, seconds: float = 30.0) -> None:
        """Ends it in its own way, by force if that takes too long; its locks are still ours."""
        if self.is_running():
            self.process.send_signal(self.program.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def release(self) -> None:
        """Lets somebody else start the same engine."""
        self._locks.release()


class Locks:
    """The owner's and the life lock of one engine."""

    def __init__(self, folder: Path, name: str) -> None:
        self.life_path = folder / f"{name}.life"
        self._name = name
        self._owner = _open_lock(folder / f"{name}.owner")
        # Tried for a moment: another process may only be testing whether the engine is in use.
        if not _locked_within(self._owner, OWNER_LEAVES_SECONDS):
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


@contextlib.contextmanager
def owned(folder: Path, name: str) -> Iterator[None]:
    """The folder is ours during the block, or EngineFailed says that somebody else uses it."""
    descriptor = _open_lock(folder / f"{name}.owner")
    try:
        if not _locked_within(descriptor, OWNER_LEAVES_SECONDS):
            raise EngineFailed(f"another Labshare already uses {folder}")
        yield
    finally:
        os.close(descriptor)


def is_in_use(folder: Path, name: str) -> bool:
    """Whether a living process owns that engine now."""
    path = folder / f"{name}.owner"
    if not path.exists():
        return False
    descriptor = _open_lock(path)
    try:
        return not _locked(descriptor)
    finally:
        os.close(descriptor)


def start(program: Program, locks: Locks) -> Child:
    """Starts the program. To be called from the main thread.

    The kernel sends the death signal when the *thread* that started the child ends, so a passing
    helper thread would take the engine along.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("engines are started from the main thread")
    log = open_log(program.log) if program.log else None
    try:
        process = subprocess.Popen(
            _launch(program),
            cwd=program.folder,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(locks.life, *program.descriptors),
            process_group=0,  # Ctrl-C is for the supervisor, which stops things in order
        )
    finally:
        if log is not None:
            os.close(log)
    return Child(program, process, locks)


def run(program: Program, text: str = "", seconds: float = 60.0) -> str:
    """Runs a program that ends by itself, as the engines' account; returns what it printed."""
    try:
        done = subprocess.run(
            _launch(program),
            cwd=program.folder,
            env=dict(program.environment),
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            process_group=0,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineFailed(f"{program.name} did not end within {seconds:.0f} seconds") from error
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        raise EngineFailed(f"{program.name} failed: {said}")
    return done.stdout


def _launch(program: Program) -> list[str]:
    reachable = program.account.reaches(Path(program.command[0]), LAUNCHER, program.folder / "any")
    spec = {
        "command": list(program.command),
        "parent": os.getpid(),
        "death_signal": int(program.death_signal or program.stop_signal),
        "uid": program.account.uid,
        "gid": program.account.gid,
        "may_pass_folders": not reachable,
        "capabilities": list(program.capabilities),
    }
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(spec)]


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
