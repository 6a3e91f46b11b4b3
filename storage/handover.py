"""A writer ends for the next request of the same upload, and stores all that it has received.

A lost connection is often noticed by its sender first. The sender asks where to go on, perhaps in
another web process, while the old request still holds megabytes that are not stored yet. So whoever
asks puts the writer's own mark beside it on the row; the writer looks there, stores what it has and
leaves. One that does not leave in time, because its process was killed, is shut out: the offset
that is answered then does not move any more.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from uuid import UUID

import msgspec
import structlog

from core import database
from core.errors import Unavailable

log = structlog.get_logger(__name__)

# How often a writer looks whether somebody waits for it, in this or another process.
LOOK_SECONDS = 0.5
# A running writer has acknowledged the request by then; a killed one never does.
HEARD_SECONDS = 3.0
# The last part goes to the store first: 8 MB, and a tail of as much.
LEFT_SECONDS = 20.0
WAIT_STEP_SECONDS = 0.05
# A writer that was asked still takes what has arrived already, for as long as this at most.
GRACE_SECONDS = 1.0
GRACE_SILENCE_SECONDS = 0.1


class Notice:
    """Whether a writer was asked to end."""

    def __init__(self) -> None:
        self._until: float | None = None
        self._silence: asyncio.Timeout | None = None

    def give(self) -> None:
        """Ask; a second time changes nothing."""
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + GRACE_SECONDS
            if self._silence is not None:
                self.shortens(self._silence)

    @property
    def is_up(self) -> bool:
        """Whether the writer was asked and its grace is over."""
        return self._until is not None and asyncio.get_running_loop().time() >= self._until

    def shortens(self, silence: asyncio.Timeout) -> None:
        """Let waiting for the next bytes end soon once the writer has been asked."""
        self._silence = silence
        if self._until is None:
            return
        soon = asyncio.get_running_loop().time() + GRACE_SILENCE_SECONDS
        # One that has ended already waits for nothing more.
        with suppress(RuntimeError):
            silence.reschedule(min(soon, self._until))


_here: dict[UUID, set[Notice]] = defaultdict(set)


@asynccontextmanager
async def watch(upload_id: UUID, mark: UUID) -> AsyncIterator[Notice]:
    """Watch for requests to end, while one writer writes."""
    notice = Notice()
    _here[upload_id].add(notice)
    looking = asyncio.create_task(_look(upload_id, mark, notice))
    try:
        yield notice
    finally:
        looking.cancel()
        _here[upload_id].discard(notice)
        if not _here[upload_id]:
            del _here[upload_id]
        with suppress(asyncio.CancelledError):
            await looking


class _Row(msgspec.Struct):
    is_writing: bool
    is_asked: bool


_ROW = (
    "SELECT writer IS NOT DISTINCT FROM $2 AS is_writing,"
    " writer_to_leave IS NOT DISTINCT FROM $2 AS is_asked FROM upload WHERE id = $1"
)


async def _look(upload_id: UUID, mark: UUID, notice: Notice) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        with suppress(Unavailable):
            row = await database.fetch_one(_Row, _ROW, upload_id, mark)
            if row is None or not row.is_writing:
                notice.give()
                return
            if row.is_asked:
                notice.give()
                await _say_heard(upload_id, mark)


async def _say_heard(upload_id: UUID, mark: UUID) -> None:
    await database.execute(
        "UPDATE upload SET writer_to_leave = NULL WHERE id = $1 AND writer_to_leave = $2",
        upload_id,
        mark,
    )


async def request(upload_id: UUID) -> None:
    """Have the writer of an upload, if there is one, store what it has and end.

    When this returns that writer writes no more, and what it acknowledged is on the row.
    """
    mark = await database.fetch_value(
        "UPDATE upload SET writer_to_leave = writer WHERE id = $1 AND writer IS NOT NULL"
        " RETURNING writer",
        upload_id,
    )
    if mark is None:
        return
    # In this process there is no need to wait for the next look.
    for notice in _here.get(upload_id, ()):
        notice.give()
    if not await _has_left(upload_id, mark):
        log.warning("upload.writer_shut_out", upload=str(upload_id))
        await database.execute(
            "UPDATE upload SET writer = NULL WHERE id = $1 AND writer = $2", upload_id, mark
        )


async def _has_left(upload_id: UUID, mark: UUID) -> bool:
    began = monotonic()
    is_heard = False
    while True:
        row = await database.fetch_one(_Row, _ROW, upload_id, mark)
        if row is None or not row.is_writing:
            return True
        is_heard = is_heard or not row.is_asked
        if monotonic() - began > (LEFT_SECONDS if is_heard else HEARD_SECONDS):
            return False
        await asyncio.sleep(WAIT_STEP_SECONDS)
