"""A foreign sheet is opened in the process with limits; its rows come out as a file of lines."""

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from core import sandbox
from core.errors import FieldError, Invalid, say
from core.sandbox import Limits, ReadingFailed
from core.sheets.refusals import refused
from core.sheets.shapes import Choice, SheetFacts, SheetRow

# 100,000 rows of a workbook with 12 columns take three seconds of processor time and 160 MB, with 49
# columns ten seconds and 520 MB; the process is nice to others and may wait long for its turn.
LIMITS = Limits(
    memory_bytes=1024 * 1024 * 1024,
    cpu_seconds=60,
    wall_seconds=240,
    output_bytes=4 * 1024 * 1024,
    file_bytes=256 * 1024 * 1024,
)


class Asked(msgspec.Struct, frozen=True):
    """What is looked for: the headers that the noun knows, and what a person decided."""

    heads: tuple[str, ...] = ()
    choice: Choice = Choice()


class Answer(msgspec.Struct):
    """What was read, or why nothing was."""

    facts: SheetFacts | None = None
    errors: list[FieldError] = []


async def open_sheet(
    source: Path, rows: Path, *, heads: Collection[str] = (), choice: Choice | None = None
) -> SheetFacts:
    """Read the file ``source`` in the process with limits; its rows of data go into ``rows``.

    Both paths are absolute, and the folder of ``rows`` is there and may be written.

    ``heads`` are the headers that the noun knows (they help to find the table and the encoding);
    ``choice`` is what a person decided. Invalid on ``file`` with a sentence if it cannot be read or
    takes more than the limits; then ``rows`` holds nothing of use.
    The caller's memory does not grow with the file.
    """
    asked = Asked(tuple(heads), choice or Choice())
    try:
        output = await sandbox.run(
            "core.sheets.reading:answer",
            str(source),
            str(rows),
            msgspec.json.encode(asked).decode(),
            folder=rows.parent,
            limits=LIMITS,
        )
        answer = msgspec.json.decode(output, type=Answer)
    except (ReadingFailed, msgspec.MsgspecError) as error:
        raise refused(
            say(
                "Reading this file takes too much time or memory. Often one cell far below or far"
                " to the right of the table is filled: delete what is there, or save the rows alone"
                " as CSV and choose that"
            ),
            "too_large_inside",
        ) from error
    if answer.facts is None:
        raise Invalid(answer.errors)
    return answer.facts


def iter_rows(rows: Path) -> Iterator[SheetRow]:
    """The rows that :func:`open_sheet` wrote, one after the other in the order of the file."""
    decoder = msgspec.json.Decoder(SheetRow)
    with rows.open("rb") as file:
        for line in file:
            yield decoder.decode(line)
