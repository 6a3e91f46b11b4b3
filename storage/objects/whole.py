"""Whole objects and ranges of them: put, read, stream, remove, list, link."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import quote

import msgspec
import urllib3
from minio import Minio

from core import clock
from core.errors import Unavailable, say
from storage.ids import uuid7
from storage.objects.connection import ObjectMissing, call, connected, require_room, store

LARGEST_PUT_BYTES = 16 * 1024 * 1024
# A reader on a slow network holds no connection to the store: each slice is one short request.
FIRST_SLICE_BYTES = 256 * 1024
SLICE_BYTES = 4 * 1024 * 1024
LINK_SECONDS = 15 * 60
# Beside the tails of uploads, where a forgotten one is swept away soon.
PROBES = "t"


class Listed(msgspec.Struct, frozen=True):
    """One object of a listing."""

    key: str
    size: int
    modified_at: datetime


def new_key(prefix: str) -> str:
    """A key that says nothing about the content and is never written twice."""
    return f"{prefix}/{clock.now():%Y/%m}/{uuid7()}"


async def put(key: str, data: bytes, media_type: str) -> None:
    """Store a small object whole; it is durable when this returns. NoRoom if the disk is too full."""
    if len(data) > LARGEST_PUT_BYTES:
        raise ValueError("large objects go in parts")
    require_room(len(data))
    await store(
        lambda s3, bucket: s3.put_object(
            bucket_name=bucket,
            object_name=key,
            data=BytesIO(data),
            length=len(data),
            content_type=media_type,
            part_size=LARGEST_PUT_BYTES,
        )
    )


async def size_of(key: str) -> int | None:
    """The object's size in bytes, or None if there is no such object."""
    try:
        found = await call(lambda s3, bucket: s3.stat_object(bucket_name=bucket, object_name=key))
    except ObjectMissing:
        return None
    return int(found.size or 0)


async def read(key: str, offset: int, length: int) -> bytes:
    """Exactly ``length`` bytes from ``offset``; Unavailable if the object is shorter."""
    if length == 0:
        return b""
    return await call(lambda s3, bucket: _read_range(s3, bucket, key, offset, length))


async def stream(key: str, offset: int, length: int) -> AsyncGenerator[bytes, None]:
    """``length`` bytes from ``offset`` in slices; the next is fetched while the last is sent."""
    position, end = offset, offset + length
    step = FIRST_SLICE_BYTES
    coming: asyncio.Task[bytes] | None = None
    try:
        while position < end:
            slice_ = await coming if coming else await read(key, position, min(step, length))
            coming = None
            position += len(slice_)
            step = SLICE_BYTES
            if position < end:
                following = read(key, position, min(step, end - position))
                coming = asyncio.create_task(following)
            yield slice_
    finally:
        if coming:
            coming.cancel()


async def remove(key: str) -> None:
    """Delete the object; an absent one is no error."""
    await call(lambda s3, bucket: s3.remove_object(bucket_name=bucket, object_name=key))


async def prove_well() -> None:
    """Write an object, read it back and remove it; Unavailable if the store cannot do so now."""
    key, data = new_key(PROBES), uuid7().bytes
    await put(key, data, "application/octet-stream")
    try:
        if await read(key, 0, len(data)) != data:
            raise Unavailable(
                say("The object store does not give back what it was given"),
                code="object_store_refused",
            )
    finally:
        await remove(key)


async def listed(prefix: str) -> list[Listed]:
    """Every object under ``prefix``: for checks and sweeps, never for a page."""
    return await call(lambda s3, bucket: list(_objects(s3, bucket, prefix)))


def link(key: str, *, filename: str, media_type: str) -> str | None:
    """A short-lived address where a browser fetches the object itself; None without public URL.

    Signing is arithmetic alone: the client knows its region, so nothing is asked of the store.
    """
    connection = connected()
    if connection.public_client is None:
        return None
    return connection.public_client.get_presigned_url(
        method="GET",
        bucket_name=connection.bucket.name,
        object_name=key,
        expires=timedelta(seconds=LINK_SECONDS),
        extra_query_params={
            "response-content-disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            "response-content-type": media_type,
        },
    )


def _read_range(s3: Minio, bucket: str, key: str, offset: int, length: int) -> bytes:
    response = s3.get_object(bucket_name=bucket, object_name=key, offset=offset, length=length)
    try:
        data: bytes = response.read()
    finally:
        response.close()
        response.release_conn()
    if len(data) != length:
        raise urllib3.exceptions.HTTPError(f"{key} gave {len(data)} bytes instead of {length}")
    return data


def _objects(s3: Minio, bucket: str, prefix: str) -> Iterator[Listed]:
    for item in s3.list_objects(bucket_name=bucket, prefix=prefix, recursive=True):
        yield Listed(item.object_name or "", item.size or 0, item.last_modified or clock.now())
