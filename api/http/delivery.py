"""Objects of the store as answers: streamed in slices, never held whole, never run as ours."""

from collections.abc import AsyncGenerator
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect, Stream

from api.http.ranges import NotModified, Slice, Unsatisfiable, decide
from api.http.types import WebRequest
from storage import damage, damaged_pictures, objects
from storage.downloads import File

# Whatever a file holds, it runs nothing and reads nothing of ours.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'"
)
# On a shared PC the next person is asked for anew, and what is unchanged is not sent again.
REVALIDATED = "private, no-cache"


class Stored(Protocol):
    """An object of the store: where it stands, and how much of what."""

    @property
    def object_key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def media_type(self) -> str: ...


_ASCII = {ord(character): "_" for character in '"\\%'}


def asked(request: WebRequest, file: File) -> Slice | NotModified | Unsatisfiable:
    """Which bytes of the file the request is for."""
    return decide(
        size=file.size_bytes,
        etag=file.etag,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
        if_none_match=request.headers.get("if-none-match"),
    )


async def answer(
    file: File,
    wanted: Slice | NotModified | Unsatisfiable,
    *,
    inline: bool = False,
    body: bool = True,
) -> Response[Any]:
    """The file, a part of it, or why not; without ``body`` the headers alone (HEAD).

    The first bytes are read before anything is answered: Unavailable if they cannot be.
    """
    headers = {
        "accept-ranges": "bytes",
        "etag": file.etag,
        "content-disposition": disposition(file.file_name, inline=inline),
        "content-security-policy": SANDBOX,
        "x-content-type-options": "nosniff",
        "cache-control": REVALIDATED,
    }
    if isinstance(wanted, NotModified):
        return Response(b"", status_code=304, headers=headers)
    if isinstance(wanted, Unsatisfiable):
        headers["content-range"] = f"bytes */{file.size_bytes}"
        return Response(b"", status_code=416, headers=headers)
    headers["content-length"] = str(wanted.length)
    if wanted.is_part:
        end = wanted.start + wanted.length - 1
        headers["content-range"] = f"bytes {wanted.start}-{end}/{file.size_bytes}"
    status = 206 if wanted.is_part else 200
    if not body:
        await damage.refuse_missing(file.object_key, file.size_bytes)
        return Response(
            b"", status_code=status, headers={**headers, "content-type": file.media_type}
        )
    return Stream(
        await begun(damage.read_or_suspect(file.object_key, wanted.start, wanted.length)),
        status_code=status,
        headers=headers,
        media_type=file.media_type,
    )


async def redirect(file: File) -> Redirect | None:
    """To the store itself, where browsers may reach it; resuming comes back here for a new link.

    Unavailable if the store does not have it.
    """
    link = objects.link(file.object_key, filename=file.file_name, media_type=file.media_type)
    if link is None:
        return None
    await damage.refuse_missing(file.object_key, file.size_bytes)
    return Redirect(link, status_code=302)


async def picture(
    request: WebRequest, stored: Stored, file_name: str | None = None
) -> Response[Any]:
    """A picture that we made ourselves, or 304 for a browser that has it.

    With a ``file_name`` any small file, to be saved under that name. Unavailable if the store does
    not have it.
    """
    headers = {
        # Keys are never written twice, so what stands under one never changes.
        "etag": f'"{sha256(stored.object_key.encode()).hexdigest()[:32]}"',
        "cache-control": REVALIDATED,
        "content-security-policy": SANDBOX,
        "x-content-type-options": "nosniff",
    }
    if file_name is not None:
        headers["content-disposition"] = disposition(file_name)
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Stream(
        await begun(damaged_pictures.read(stored.object_key, stored.size_bytes)),
        headers={**headers, "content-length": str(stored.size_bytes)},
        media_type=stored.media_type,
    )


async def begun(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same bytes, of which the first have been read: a status cannot be taken back."""
    return _whole(await anext(pieces, b""), pieces)


def disposition(file_name: str, *, inline: bool = False) -> str:
    """``Content-Disposition`` with the name in full (RFC 8187) and a plain one for old programs."""
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_").translate(_ASCII)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


async def _whole(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first
        async for piece in rest:
            yield piece
    finally:
        await rest.aclose()
