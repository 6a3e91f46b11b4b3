"""How bytes come to an upload in the tests, and what the store has of it."""

from collections.abc import AsyncIterator

import msgspec

from core import database
from storage import objects
from storage.writing import Cut
from tests.factories_library import (
    bytes_of,
)


async def cut_after(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    """Bytes, and then a broken line."""
    async for chunk in bytes_of(data, size):
        yield chunk
    raise Cut


async def stored_bytes(upload_id: object) -> bytes:
    row = await database.fetch_one(
        _Stored, "SELECT b.object_key, b.size_bytes FROM blob b JOIN upload u ON u.blob = b.id"
        " WHERE u.id = $1", upload_id,
    )  # fmt: skip
    assert row is not None
    return b"".join([piece async for piece in objects.stream(row.object_key, 0, row.size_bytes)])


class _Stored(msgspec.Struct):
    object_key: str
    size_bytes: int
