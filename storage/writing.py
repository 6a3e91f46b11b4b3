"""One request's turn at an upload: its bytes into parts and a tail, acknowledged when durable."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic
from uuid import UUID

import msgspec
from anyio import CancelScope

from core import database
from core.clock import now
from core.errors import Conflict, Invalid, Unavailable, say
from storage import objects
from storage.uploads import EXPIRE_AFTER

PART_BYTES = 8 * 1024 * 1024
# So much time a sender on a slow connection loses at most when the process is killed.
KEEP_TAIL_EVERY_SECONDS = 10


class TakenOver(Conflict):
    """A newer request writes this upload now; nothing of the older one counts any more."""

    default_code = "taken_over"


class ChecksumMismatch(Invalid):
    """The bytes of this request were changed in transit; none of them was stored."""


class Checksum(msgspec.Struct, frozen=True):
    """What one request's bytes must add up to."""

    algorithm: str
    digest: bytes


ALGORITHMS = ("sha256", "sha1", "md5")


class Cut(Exception):
    """The line broke, or its turn is over."""


class Row(msgspec.Struct):
    size_bytes: int
    received_bytes: int
    object_key: str
    parts_id: str | None
    tail_key: str | None
    tail_bytes: int


class Part(msgspec.Struct):
    number: int
    etag: str
    size: int


class Writer:
    """One request's turn at an upload."""

    def __init__(self, upload_id: UUID, mark: UUID, row: Row) -> None:
        self._upload_id = upload_id
        self.mark = mark
        self._row = row
        # Bytes after the last whole part, those of the kept tail included.
        self._buffer = bytearray()
        # Parts that the store holds and the rows do not know yet.
        self._parts: list[Part] = []
        self._storing: asyncio.Task[None] | None = None
        self._taken = row.received_bytes
        self._kept_at = monotonic()
        self.durable = row.received_bytes

    async def take(self, source: AsyncIterator[bytes], checksum: Checksum | None) -> None:
        if self._row.tail_key:
            self._buffer += await objects.read(self._row.tail_key, 0, self._row.tail_bytes)
        try:
            if checksum is None:
                await self._take_as_it_comes(source)
            else:
                await self._take_if_it_adds_up(source, checksum)
        except Cut:
            if checksum is not None:
                return
        await self._finish()

    async def leave(self) -> None:
        """Let the next writer in; a mark that a killed process leaves is simply taken over."""
        if self._storing:
            await asyncio.gather(self._storing, return_exceptions=True)
        await database.execute(
            "UPDATE upload SET writer = NULL WHERE id = $1 AND writer = $2",
            self._upload_id,
            self.mark,
        )

    async def _take_as_it_comes(self, source: AsyncIterator[bytes]) -> None:
        async for chunk in source:
            self._add(chunk)
            if self._storing and self._storing.done():
                await self._stored_and_acknowledged()
            while len(self._buffer) >= PART_BYTES:
                await self._stored_and_acknowledged()
                self._send_part()
            if monotonic() - self._kept_at > KEEP_TAIL_EVERY_SECONDS:
                await self._stored()
                await self._store_tail()

    async def _take_if_it_adds_up(self, source: AsyncIterator[bytes], checksum: Checksum) -> None:
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
        async for chunk in source:
            self._add(chunk)
            digest.update(chunk)
            while len(self._buffer) >= PART_BYTES:
                await self._stored()
                self._send_part()
        if digest.digest() != checksum.digest:
            raise ChecksumMismatch.of(
                "Upload-Checksum",
                say("These bytes were damaged on their way; send them again"),
                code="checksum_mismatch",
            )

    def _add(self, chunk: bytes) -> None:
        self._taken += len(chunk)
        if self._taken > self._row.size_bytes:
            raise Invalid.of(
                "Upload-Length",
                say("There are more bytes than the {size} announced", size=self._row.size_bytes),
                code="body_too_large",
            )
        self._buffer += chunk

    def _send_part(self) -> None:
        # The next part comes in while this one goes out.
        part = bytes(self._buffer[:PART_BYTES])
        del self._buffer[:PART_BYTES]
        self._storing = asyncio.create_task(self._store(part))

    async def _stored(self) -> None:
        if self._storing:
            storing, self._storing = self._storing, None
            await storing

    async def _stored_and_acknowledged(self) -> None:
        await self._stored()
        if self._parts:
            await self._commit(None, 0)

    async def _store(self, part: bytes) -> None:
        row = self._row
        if row.parts_id is None:
            row.parts_id = await objects.begin_parts(row.object_key, "application/octet-stream")
        # Numbers are never given twice, so a writer that was cut off and is still storing cannot
        # put its bytes in the place of newer ones.
        number = await database.fetch_value(
            "UPDATE upload SET next_part = next_part + 1, parts_id = $3"
            " WHERE id = $1 AND writer = $2 RETURNING next_part - 1",
            self._upload_id,
            self.mark,
            row.parts_id,
        )
        if number is None:
            raise TakenOver(say("A newer request goes on with this upload"))
        etag = await objects.put_part(row.object_key, row.parts_id, number, part)
        self._parts.append(Part(number, etag, len(part)))

    async def _finish(self) -> None:
        await self._stored()
        if self._taken == self._row.size_bytes and self._buffer:
            await self._store(bytes(self._buffer))
            self._buffer.clear()
        await self._store_tail()

    async def _store_tail(self) -> None:
        if self._taken == self.durable:
            return
        if not self._buffer:
            await self._commit(None, 0)
            return
        key = objects.new_key("t")
        try:
            await objects.put(key, bytes(self._buffer), "application/octet-stream")
            await self._commit(key, len(self._buffer))
        except objects.Silent:
            # Removing it would wait as long again; tails that no row knows are swept later.
            raise
        except BaseException:
            # No row knows it: refused because a newer writer is there, or cut off half-way.
            with CancelScope(shield=True):
                await self._remove_unknown(key)
            raise

    async def _commit(self, tail_key: str | None, tail_bytes: int) -> None:
        """Acknowledge what the store holds, if the mark is still ours."""
        row, parts = self._row, self._parts
        whole = self.durable - row.tail_bytes + sum(part.size for part in parts)
        offset = whole + tail_bytes
        async with database.transaction():
            is_ours = await database.execute(
                "UPDATE upload SET received_bytes = :received_bytes, tail_key = :tail_key,"
                " tail_bytes = :tail_bytes,"
                " state = :state, expires_at = :expires_at"
                " WHERE id = :upload_id AND writer = :mark AND state = 'receiving'",
                upload_id=self._upload_id,
                mark=self.mark,
                received_bytes=offset,
                tail_key=tail_key,
                tail_bytes=tail_bytes,
                state="completing" if offset == row.size_bytes else "receiving",
                expires_at=now() + EXPIRE_AFTER,
            )
            if is_ours and parts:
                await database.execute_many(
                    "INSERT INTO upload_part (upload, number, etag, size_bytes)"
                    " VALUES ($1, $2, $3, $4)",
                    [(self._upload_id, part.number, part.etag, part.size) for part in parts],
                )
        if not is_ours:
            raise TakenOver(say("A newer request goes on with this upload"))
        old_tail, row.tail_key, row.tail_bytes = row.tail_key, tail_key, tail_bytes
        self.durable, self._parts, self._kept_at = offset, [], monotonic()
        if old_tail:
            # A leftover tail is small and swept later; it is no reason to fail.
            with suppress(Unavailable):
                await objects.remove(old_tail)

    async def _remove_unknown(self, key: str) -> None:
        with suppress(Unavailable):
            # A commit whose answer was lost may have counted: then the row knows the tail.
            if not await database.fetch_value(
                "SELECT true FROM upload WHERE id = $1 AND tail_key = $2", self._upload_id, key
            ):
                await objects.remove(key)
