"""Keeps one child process alive: starts it again when it dies, ever more slowly if that repeats."""

import time
from collections.abc import Callable

import structlog

from labshare.engines import children
from labshare.engines.children import Child, Locks, Program
from labshare.engines.failure import EngineFailed

log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
PROVEN_SECONDS = 10.0
LIVED_WELL_SECONDS = 60.0
DEATHS_AT_BIRTH = 3


def waiting_seconds(deaths: int) -> float:
    """How long to wait before the next start, after so many deaths in a row."""
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** max(0, deaths - 1))


class Keeper:
    """One child under care. Nothing happens by itself: `tend` is called from the main loop."""

    def __init__(
        self, name: str, program: Program, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._program = program
        self._clock = clock
        self._child: Child | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._deaths = 0
        self._proven = False

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_running()

    def tend(self) -> float:
        """Starts it if it is due; returns the seconds until it wants to be looked at again.

        Raises EngineFailed when it died several times without ever having lived for a while: then
        something is wrong that waiting does not mend.
        """
        if self.is_running:
            self._proven = self._proven or self._lived() >= PROVEN_SECONDS
            return LIVED_WELL_SECONDS if self._proven else PROVEN_SECONDS
        if self._child is not None:
            self._bury(self._child)
        wait = self._start_at - self._clock()
        if wait > 0:
            return wait
        self._start()
        return PROVEN_SECONDS

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

    def _lived(self) -> float:
        return self._clock() - self._started_at

    def _bury(self, child: Child) -> None:
        child.stop()  # it is dead already: this lets go of its locks
        self._child = None
        self._deaths = 1 if self._lived() >= LIVED_WELL_SECONDS else self._deaths + 1
        code = child.process.returncode
        if not self._proven and self._deaths >= DEATHS_AT_BIRTH:
            raise EngineFailed(f"{self._program.name} ended with {code} each time it was started")
        wait = waiting_seconds(self._deaths)
        self._start_at = self._clock() + wait
        log.error("child.died", child=self.name, exit_code=code, starts_again_in_seconds=wait)
