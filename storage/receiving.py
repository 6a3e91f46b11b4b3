"""Takes in the bytes of an upload: durable in the store before they are acknowledged.

Whole parts go straight into an S3 multipart upload; the bytes after the last whole part are kept
as a small object, the tail. Nothing lies on the disk of one host, so any web process of any host
may take the next request. One writer at a time: each request puts its mark on the row, and only
the bearer of the mark may move the offset. Whoever asks where to go on asks the writer first to
store what it has and to make way (:mod:`storage.handover`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import msgspec
from anyio import CancelScope

from core import database
from core.access import Actor
from core.errors import Conflict, say
from storage import handover, uploads
from storage.fair_limiter import FairLimiter
from storage.handover import Notice
from storage.uploads import OPEN, Upload
from storage.writing import PART_BYTES, Checksum, Cut, Row, Writer

# Each holds up to three parts in memory; the others wait, and their connections with them.
AT_ONCE = 12
# A connection that was lost unnoticed keeps its slot for a while, beside the one that replaces it.
AT_ONCE_OF_A_PERSON = 4
# While others wait: a slow request ends like a lost one, and goes on when it has a slot again.
LONGEST_SLOT_SECONDS = 60
# A connection that brings nothing for this long is closed, although TCP still holds it open.
SILENCE_SECONDS = 60
# Of bytes that are here already.
MOST_DRAINED_BYTES = 2 * PART_BYTES

_limiter = FairLimiter(
    AT_ONCE, of_a_person=AT_ONCE_OF_A_PERSON, longest_seconds=LONGEST_SLOT_SECONDS
)


class OffsetMismatch(Conflict):
    """The sender is not where the bytes end; ``offset`` is where to go on."""

    default_code = "offset_mismatch"

    def __init__(self, offset: int) -> None:
        super().__init__(say("This upload goes on at byte {offset}", offset=offset))
        self.offset = offset


async def receive(
    actor: Actor,
    upload_id: UUID,
    source: AsyncIterator[bytes],
    *,
    offset: int,
    length: int | None = None,
    checksum: Checksum | None = None,
) -> int:
    """Take in ``source`` of ``length`` bytes from ``offset`` on; the new offset, all of it durable.

    A line cut in the middle keeps what came, unless a checksum was promised for the whole; so does
    one that is slow while others wait. OffsetMismatch if the upload is elsewhere; Conflict if a
    newer request has taken over; Unavailable if the person sends too much at once. The last bytes
    of an upload that has them already are no error: the answer to them was lost.
    """
    # Before a slot is taken: the connection that was lost unnoticed may hold the last one.
    upload = await stand(actor, upload_id)
    if not upload.is_open:
        return await _repeated(upload, source, offset, length)
    async with _limiter.slot(actor.person_id) as is_over:
        writer = await _take_over(upload_id, offset)
        try:
            async with handover.watch(upload_id, writer.mark) as notice:
                await writer.take(_while_heard(source, is_over, notice), checksum)
        finally:
            with CancelScope(shield=True):
                await writer.leave()
    return writer.durable


async def stand(actor: Actor, upload_id: UUID) -> Upload:
    """One's own upload, with nobody writing to it any more: its offset is where to go on."""
    upload = await uploads.get_upload(actor, upload_id)
    if not upload.is_open:
        return upload
    await handover.request(upload_id)
    return await uploads.get_upload(actor, upload_id)


async def _repeated(
    upload: Upload, source: AsyncIterator[bytes], offset: int, length: int | None
) -> int:
    """The end of an upload whose last bytes are sent once more; Conflict for all others."""
    is_last = length is None or offset + length == upload.size_bytes
    if not (upload.has_arrived and is_last):
        raise Conflict(say("This upload takes no more bytes"), code="upload_closed")
    count = 0
    # A client that is still sending reads no answer; what is longer is not read to its end.
    async for chunk in source:
        count += len(chunk)
        if count >= MOST_DRAINED_BYTES:
            break
    if length is None and offset + count != upload.size_bytes:
        raise OffsetMismatch(upload.received_bytes)
    return upload.size_bytes


async def _take_over(upload_id: UUID, offset: int) -> Writer:
    while True:
        await handover.request(upload_id)
        mark = uuid4()
        row = await database.fetch_one(
            Row,
            "UPDATE upload SET writer = $2, writer_to_leave = NULL, state = 'receiving'"
            " WHERE id = $1 AND state = any($3::text[]) AND received_bytes = $4"
            " AND writer IS NULL RETURNING"
            " size_bytes, received_bytes, object_key, parts_id, tail_key, tail_bytes",
            upload_id,
            mark,
            list(OPEN),
            offset,
        )
        if row is not None:
            return Writer(upload_id, mark, row)
        await _refuse_elsewhere(upload_id, offset)


async def _refuse_elsewhere(upload_id: UUID, offset: int) -> None:
    class Stand(msgspec.Struct):
        received_bytes: int
        is_open: bool

    stand = await database.fetch_one(
        Stand,
        "SELECT received_bytes, state = any($2::text[]) AS is_open FROM upload WHERE id = $1",
        upload_id,
        list(OPEN),
    )
    if stand is None or not stand.is_open or stand.received_bytes != offset:
        raise OffsetMismatch(stand.received_bytes if stand else 0)


async def _while_heard(
    source: AsyncIterator[bytes], is_over: Callable[[], bool], notice: Notice
) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS) as silence:
                notice.shortens(silence)
                chunk = await anext(source)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Cut from error
        yield chunk
        if is_over() or notice.is_up:
            raise Cut
