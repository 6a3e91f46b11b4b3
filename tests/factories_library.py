"""Resources and uploads for tests, made the way people make them."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from core.access import Actor, Role
from storage import finishing, receiving, resources, uploads
from storage.resources import Description, Resource
from storage.uploads import NewUpload, Upload
from tests import factories

MOST_BYTES = 2 * 1024**3


async def bytes_of(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def teacher(locale: str = "en") -> factories.MadePerson:
    return await factories.person(Role.teacher, await factories.school(), locale=locale)


async def new_upload(
    actor: Actor,
    data: bytes,
    name: str = "课件.pdf",
    *,
    sha256: str | None = None,
    resource_id: UUID | None = None,
    media_type: str = "",
) -> Upload:
    """An upload that waits for its bytes."""
    wanted = NewUpload(
        school_id=actor.school_ids[0],
        file_name=name,
        size_bytes=len(data),
        media_type=media_type,
        sha256=sha256,
        resource_id=resource_id,
    )
    return await uploads.create_upload(actor, wanted, most_bytes=MOST_BYTES)


async def received(actor: Actor, data: bytes, name: str = "课件.pdf", **more: object) -> Upload:
    """An upload whose bytes have all come and that waits for the worker."""
    upload = await new_upload(actor, data, name, **more)  # type: ignore[arg-type]
    await receiving.receive(actor, upload.id, bytes_of(data), offset=0)
    return await uploads.get_upload(actor, upload.id)


async def finished(
    actor: Actor, data: bytes, folder: Path, name: str = "课件.pdf", **more: object
) -> Upload:
    """An upload that the worker has judged."""
    upload = await received(actor, data, name, **more)
    await finishing.finish_waiting(folder)
    return await uploads.get_upload(actor, upload.id)


def description(title: str = "光的折射", **more: object) -> Description:
    return Description(title=title, subject="physics", kind="slides", **more)  # type: ignore[arg-type]


async def resource(
    actor: Actor,
    folder: Path,
    title: str = "光的折射",
    *,
    data: bytes | None = None,
    name: str = "资料.bin",
    published: bool = True,
    **more: object,
) -> Resource:
    """A resource with a file, published unless told otherwise; without ``data`` a file of a kind
    that nothing is read from, which is the quickest."""
    if data is None:
        data = b"\x00" + title.encode()
    elif name == "资料.bin" and data.startswith(b"%PDF"):
        name = "课件.pdf"
    upload = await finished(actor, data, folder, name)
    made = await resources.create_resource(
        actor, actor.school_ids[0], description(title, **more), upload_id=upload.id
    )
    return await resources.publish(actor, made.id) if published else made


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
