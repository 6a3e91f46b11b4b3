"""Forms with files (multipart/form-data, RFC 7578) into texts and files, each part bounded."""

from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Any

from litestar.datastructures.upload_file import UploadFile
from litestar.exceptions import ClientException, HTTPException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

# A form of ours has one field for many files; the widest has some thirty fields.
MOST_PARTS = 200
# All texts of one form together; files are bounded by the route and go to disk.
MOST_TEXT_BYTES = 256 * 1024

Fields = dict[str, Any]


async def parse_multipart(
    stream: AsyncGenerator[bytes, None],
    boundary: bytes,
    multipart_form_part_limit: int = MOST_PARTS,
    type_decoders: Any = None,
) -> Fields:
    """Texts as ``str`` and files as ``UploadFile``, in a list where a name came several times.

    400 for what is no such form or not UTF-8, 413 above MOST_PARTS or MOST_TEXT_BYTES. The last
    two parameters are Litestar's; its limit on parts cannot raise ours, and no type is decoded.
    """
    reader = _Reader()
    try:
        await _read(stream, boundary, min(multipart_form_part_limit, MOST_PARTS), reader)
    except ParserLimitReached:
        await reader.close()
        raise HTTPException("too many or too long parts", status_code=413) from None
    except (MultipartError, UnicodeDecodeError) as error:
        await reader.close()
        raise ClientException("no form with files") from error
    except BaseException:
        await reader.close()
        raise
    return {name: one if len(one) > 1 else one[0] for name, one in reader.fields.items()}


async def _read(
    stream: AsyncGenerator[bytes, None], boundary: bytes, most_parts: int, reader: "_Reader"
) -> None:
    first = await anext(stream, b"")
    if not first:
        return
    with PushMultipartParser(boundary, max_segment_count=most_parts) as parser:
        for event in parser.parse(first):
            await reader.take(event)
        async for chunk in stream:
            # After its end it is still read, so that bytes to come do not cut off the answer.
            for event in parser.parse(chunk) if chunk and not parser.closed else ():
                await reader.take(event)


class _Reader:
    """The parts read so far, and the one under way."""

    def __init__(self) -> None:
        self.fields: defaultdict[str, list[str | UploadFile]] = defaultdict(list)
        self._name = ""
        self._part: UploadFile | bytearray = bytearray()
        self._text_bytes = 0

    async def take(self, event: Any) -> None:
        """One event of the parser: the head of a part, bytes of it, or None at its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            await self._end()
        elif isinstance(self._part, UploadFile):
            await self._part.write(bytes(event))
        else:
            self._text_bytes += len(event)
            if self._text_bytes > MOST_TEXT_BYTES:
                raise ParserLimitReached("texts too long")
            self._part.extend(event)

    def _begin(self, head: Any) -> None:
        self._name = head.name
        self._part = bytearray()
        if head.filename:
            self._part = UploadFile(
                content_type=head.content_type or "text/plain",
                filename=head.filename,
                headers=dict(head.headerlist),
            )

    async def _end(self) -> None:
        if isinstance(self._part, UploadFile):
            await self._part.seek(0)
            self.fields[self._name].append(self._part)
        else:
            # Browsers send texts in the encoding of the page, which is UTF-8, and name no other.
            self.fields[self._name].append(self._part.decode())
        self._part = bytearray()

    async def close(self) -> None:
        """Give back the files of a form that is refused."""
        parts = [part for values in self.fields.values() for part in values]
        for part in (*parts, self._part):
            if isinstance(part, UploadFile):
                await part.close()
