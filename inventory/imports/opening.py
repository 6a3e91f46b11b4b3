"""An import file is opened in a process of its own: whatever is inside it, the service goes on."""

import msgspec

from core.errors import FieldError, Invalid, say
from inventory.imports.files import FIELD, MOST_BYTES, Sheet, read_sheet
from storage import sandbox
from storage.sandbox import Limits, ReadingFailed

# 20,000 rows of a workbook take some five seconds and 200 MB.
LIMITS = Limits(memory_bytes=1024 * 1024 * 1024, cpu_seconds=45, wall_seconds=90)


class _Answer(msgspec.Struct):
    sheet: Sheet | None = None
    errors: list[FieldError] = []


async def open_sheet(data: bytes) -> Sheet:
    """What :func:`read_sheet` says of ``data``; Invalid also if reading it takes too much."""
    if len(data) > MOST_BYTES:
        return read_sheet(data)
    try:
        output = await sandbox.run(
            "inventory.imports.opening:sheet_as_json", data=data, limits=LIMITS
        )
        answer = msgspec.json.decode(output, type=_Answer)
    except (ReadingFailed, msgspec.MsgspecError) as error:
        raise Invalid.of(
            FIELD,
            say("Reading this file takes too much; save the rows alone as CSV and choose that"),
            code="too_large_inside",
        ) from error
    if answer.sheet is None:
        raise Invalid(answer.errors)
    return answer.sheet


def sheet_as_json(data: bytes) -> bytes:
    """The sheet, or why there is none, as JSON; called in the process with limits."""
    try:
        answer = _Answer(sheet=read_sheet(data))
    except Invalid as refusal:
        answer = _Answer(errors=list(refusal.errors))
    return msgspec.json.encode(answer)
