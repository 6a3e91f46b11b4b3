"""Keeps one child process running: starts it again when it ends, ever more slowly if that repeats."""

import time
from collections.abc import Callable

import structlog

from labshare.engines import children
from labshare.engines.children import Child, Locks, Program
from labshare.engines.failure import EngineFailed

log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STARTED_AFTER_SECONDS = 10.0
STABLE_AFTER_SECONDS = 60.0
MOST_FAILED_STARTS = 3


def waiting_seconds(failures: int) -> float:
    """How long to wait before the next start, after it ended so many times in a row."""
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** max(0, failures - 1))


class Keeper:
    """One child process. Nothing happens by itself: `tend` is called from the main loop."""

    def __init__(
        self, name: str, program: Program, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._program = program
        self._clock = clock
        self._child: Child | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._failures = 0
        self._has_run = False

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def tend(self) -> float:
        """Starts it if it is due; returns the seconds until it wants to be looked at again.

        Raises EngineFailed when it ended several times without ever having run for a while: then
        something is wrong that waiting does not mend.
        """
        if self.is_running:
            self._has_run = self._has_run or self._ran_seconds() >= STARTED_AFTER_SECONDS
            return STABLE_AFTER_SECONDS if self._has_run else STARTED_AFTER_SECONDS
        if self._child is not None:
            self._reap(self._child)
        wait = self._start_at - self._clock()
        if wait > 0:
            return wait
        self._start()
        return STARTED_AFTER_SECONDS

    def ask_to_stop(self) -> None:
        """Sends the stop signal and does not wait, so that several can leave at the same time."""
        if self._child is not None and self._child.is_running():
            self._child.process.send_signal(self._program.stop_signal)

    def stop(self, seconds: float) -> None:
        if self._child is not None:
            self._child.stop(seconds)
            self._child = None

    def _start(self) -> None:
        locks = Locks(self._program.folder, self.name)
        try:
            locks.take_life()
            self._child = children.start(self._program, locks)
        except BaseException:
            locks.release()
            raise
        self._started_at = self._clock()

    def _ran_seconds(self) -> float:
        return self._clock() - self._started_at

    def _reap(self, child: Child) -> None:
        child.stop()  # it has ended already: this releases its locks
        self._child = None
        self._failures = 1 if self._ran_seconds() >= STABLE_AFTER_SECONDS else self._failures + 1
        code = child.process.returncode
        if not self._has_run and self._failures >= MOST_FAILED_STARTS:
            raise EngineFailed(f"{self._program.name} ended with {code} each time it was started")
        wait = waiting_seconds(self._failures)
        self._start_at = self._clock() + wait
        log.error("child.died", child=self.name, exit_code=code, starts_again_in_seconds=wait)
