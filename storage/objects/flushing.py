"""Makes what the store has acknowledged outlive a power cut, where its files are on this machine.

SeaweedFS answers as soon as an object is in files, but leaves the index of its volumes and the
names of the objects to the page cache. So whoever acknowledges an object flushes the whole file
system first. One flush serves all that wait for it, as in the group commit of a database.
"""

import asyncio
import errno
import os
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from core import disks
from core.errors import Invalid, NoRoom, Unavailable, say

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Flusher:
    """Flushes the file system of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            # Kept open: Linux reports a failed write once to each descriptor opened before it.
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise Invalid.of(
                "LABSHARE_S3_SYNC_FOLDER",
                say("{folder} cannot be opened: {reason}", folder=folder, reason=error.strerror),
            ) from error
        self._limiter = CapacityLimiter(1)
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Close the folder."""
        os.close(self._descriptor)

    async def flush(self) -> None:
        """Return when all that was written before this call is on the disk.

        Unavailable if the disk reports an error: then nothing may be acknowledged.
        """
        # A flush that runs already may have passed what was written a moment ago.
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(_heard)
        try:
            await asyncio.shield(self._next)
        except OSError as error:
            raise _as_problem(error) from error

    async def _after(self, running: asyncio.Task[None] | None) -> None:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        await to_thread.run_sync(disks.flush, self._descriptor, limiter=self._limiter)


def _heard(done: asyncio.Task[None]) -> None:
    """Whoever waited may have been cancelled: then nobody else asks for the error."""
    if not done.cancelled():
        done.exception()


def _as_problem(error: OSError) -> Unavailable:
    if error.errno in NO_ROOM:
        return NoRoom(disks.DISK_FULL, code="object_store_full")
    return Unavailable(
        say("The disk of the object store reports an error: {reason}", reason=error.strerror),
        code="object_store_disk",
    )
