"""Keeps the embedded object store running; everything else goes on without it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from core.disks import FULL_BELOW_BYTES, look
from labshare.engines import object_store
from labshare.engines.failure import EngineFailed
from labshare.engines.object_store import Access, Gateway, ObjectStore
from labshare.keeper import STABLE_AFTER_SECONDS, STARTED_AFTER_SECONDS, waiting_seconds

log = structlog.get_logger(__name__)

# The words of the kernel, which SeaweedFS hands on into its log.
NO_SPACE = b"no space left on device"
MOST_LOG_BYTES = 1024 * 1024


class StoreKeeper:
    """The running store. As with `Keeper`, `tend` is called from the main loop and thread.

    Pages need no files, so nothing else ends with the store: it is started again alone, ever more
    slowly if that repeats, and `/readyz` calls the service degraded meanwhile.

    SeaweedFS stores no name any more once a disk was full while it stored one, however much room
    there is later. So after such a word in its log, and once there is room, it is tried, and
    started again if it refuses.
    """

    def __init__(
        self,
        data: Path,
        clock: Callable[[], float] = time.monotonic,
        gateway: Gateway | None = None,
    ) -> None:
        self._data = data
        self._clock = clock
        self._gateway = gateway
        self._store: ObjectStore | None = object_store.start(data, gateway)
        self._started_at = clock()
        self._start_at = 0.0
        self._failures = 0
        self._met_full_disk = False
        self._log_read = 0
        self.access: Access = self._store.access

    def tend(self) -> float:
        """Starts it if it is due; the seconds until it wants to be looked at again."""
        if self._store is not None and self._is_stuck(self._store):
            log.error("object_store.stuck", says="the disk was full; starting it again")
            self._store.kill()
            self._store = None
            self._start_again()
        if self._store is not None and self._store.is_running():
            return STARTED_AFTER_SECONDS
        if self._store is not None:
            self._reap(self._store)
        wait = self._start_at - self._clock()
        if wait > 0:
            return wait
        self._start_again()
        return STARTED_AFTER_SECONDS

    @property
    def has_moved(self) -> bool:
        """Whether it came back elsewhere, because somebody had taken one of its ports."""
        return self._store is not None and self._store.access != self.access

    def stop(self) -> None:
        """Ends the store. Doing it twice is fine."""
        if self._store is not None:
            self._store.stop()
            self._store = None

    def _is_stuck(self, store: ObjectStore) -> bool:
        """Whether it met a full disk and refuses to write although there is room again."""
        self._met_full_disk = self._met_full_disk or self._complains()
        if not self._met_full_disk or look(self.access.folder).free_bytes < 2 * FULL_BELOW_BYTES:
            return False
        self._met_full_disk = False
        return store.is_running() and not store.takes_objects()

    def _complains(self) -> bool:
        """Whether its log has grown by a word about a full disk; of much only the end is read."""
        with (self._data / "objects.log").open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            # A new log is begun when the old one has grown big.
            begin = self._log_read if self._log_read <= length else 0
            file.seek(max(begin, length - MOST_LOG_BYTES))
            self._log_read = length
            return NO_SPACE in file.read()

    def _start_again(self) -> None:
        self._started_at = self._clock()
        try:
            self._store = object_store.launch(self._data, self._gateway)
        except (EngineFailed, OSError) as error:
            # A full disk, for example: it may have room again by the next time.
            self._wait(str(error))

    def _reap(self, store: ObjectStore) -> None:
        store.stop()  # it has ended already: this releases its locks
        self._store = None
        self._wait("it ended")

    def _wait(self, reason: str) -> None:
        ran = self._clock() - self._started_at
        self._failures = 1 if ran >= STABLE_AFTER_SECONDS else self._failures + 1
        wait = waiting_seconds(self._failures)
        self._start_at = self._clock() + wait
        log.error("object_store.died", reason=reason, starts_again_in_seconds=wait)
