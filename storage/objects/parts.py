"""Multipart uploads: parts are durable one by one, the object appears when they are joined."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from minio.datatypes import Part

from core.errors import say
from storage.objects.connection import (
    TRANSIENT,
    ObjectMissing,
    PartsMissing,
    call,
    connected,
    flush,
    require_room,
    store,
)
from storage.objects.transport import ATTEMPTS, is_silence
from storage.objects.whole import size_of

T = TypeVar("T")

# S3 refuses smaller parts, except the last one.
SMALLEST_PART_BYTES = 5 * 1024 * 1024


class UnfinishedParts(msgspec.Struct, frozen=True):
    """A multipart upload that was begun and neither completed nor aborted."""

    key: str
    upload_id: str
    initiated_at: datetime


async def begin_parts(key: str, media_type: str) -> str:
    """Begin a multipart upload; nothing is to be seen under ``key`` before it is completed."""
    return await store(
        lambda s3, bucket: _repeated(
            lambda: s3._create_multipart_upload(  # noqa: SLF001 (the SDK has no public door)
                bucket_name=bucket, object_name=key, headers={"Content-Type": media_type}
            )
        )
    )


async def put_part(key: str, upload_id: str, number: int, data: bytes) -> str:
    """Store one part; it is durable when this returns its ETag, which completing asks for.

    NoRoom if the disk is too full.
    """
    require_room(len(data))
    return await store(
        lambda s3, bucket: s3._upload_part(  # noqa: SLF001
            bucket_name=bucket,
            object_name=key,
            data=data,
            headers=None,
            upload_id=upload_id,
            part_number=number,
        )
    )


async def complete_parts(
    key: str, upload_id: str, parts: Sequence[tuple[int, str]], *, size: int
) -> None:
    """Join ``parts`` (number, ETag) into the object, which must then measure ``size``.

    May be repeated: a store that has already joined them answers "no such upload", and the
    object of the right size is then the proof. PartsMissing if there is no such object either.
    """
    ordered = [Part(part_number=number, etag=etag) for number, etag in sorted(parts)]
    try:
        await store(
            lambda s3, bucket: _repeated(
                lambda: s3._complete_multipart_upload(  # noqa: SLF001
                    bucket_name=bucket, object_name=key, upload_id=upload_id, parts=ordered
                )
            )
        )
    except PartsMissing:
        if await size_of(key) != size:
            raise
        await flush()
        return
    found = await size_of(key)
    if found != size:
        raise ObjectMissing(
            say("The object store joined {found} bytes, not {size}", found=found, size=size)
        )


async def abort_parts(key: str, upload_id: str) -> None:
    """Drop the parts of an upload that will not be completed; unknown ones are no error."""
    try:
        await call(
            lambda s3, bucket: s3._abort_multipart_upload(  # noqa: SLF001
                bucket_name=bucket, object_name=key, upload_id=upload_id
            )
        )
    except PartsMissing:
        return


async def unfinished_parts(prefix: str) -> list[UnfinishedParts]:
    """Multipart uploads under ``prefix`` that nobody completed or aborted (the first 1000)."""
    found = await call(
        lambda s3, bucket: s3._list_multipart_uploads(  # noqa: SLF001
            bucket_name=bucket, prefix=prefix, max_uploads=1000
        )
    )
    return [
        UnfinishedParts(upload.object_name, upload.upload_id or "", upload.initiated_time)
        for upload in found.uploads
        if upload.initiated_time is not None
    ]


def _repeated(attempt: Callable[[], T]) -> T:
    """Try again what urllib3 does not: it never repeats a POST by itself."""
    repeats_silence = connected().limits.repeats_silence
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except TRANSIENT as error:
            if is_silence(error) and not repeats_silence:
                raise
            time.sleep(0.2)
    return attempt()
