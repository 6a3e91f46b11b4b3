"""What calamine does not say of an .xlsx: formulas without a value, errors, when dates begin.

A workbook that a program wrote and no spreadsheet program ever opened has formulas without values;
calamine gives nothing for them and for errors, as for empty cells.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import msgspec

from core import zip_files
from core.sheets.cells import NEVER_CALCULATED
from core.sheets.letters import column_of_cell

_PIECE = 1024 * 1024
# A cell is shorter: text stands elsewhere in the file or has at most 32,767 characters.
_OVERLAP = 256 * 1024
_SMALL_PART = 4 * 1024 * 1024
MOST_FAULTS = 200_000
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_STARTS_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^>]*date1904\s*=\s*[\"'](?:1|true)[\"']")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?P<attributes>[^>]*[^>/])>"
    rb"(?P<formula>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"(?P<value>\s*<(?:\w+:)?v(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?v>))?\s*</(?:\w+:)?c>"
)
_NAME = re.compile(rb"\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_IS_ERROR = re.compile(rb"\bt=[\"']e[\"']")
# A formula that was calculated and gave text: it may be empty, as of formulas pulled down too far.
_IS_TEXT = re.compile(rb"\bt=[\"']str[\"']")
_VALUE = re.compile(rb">([^<]+)<")


class Parts(msgspec.Struct, frozen=True):
    """Cells without a value, by line (from 1) and column (from 0), and the beginning of dates."""

    faults: dict[tuple[int, int], str]
    starts_1904: bool


def read(data: bytes, sheet: str) -> Parts:
    """What the parts of one sheet say; a file that is made otherwise says nothing."""
    with zip_files.opened(BytesIO(data)) as archive:
        try:
            workbook = _small(archive, "xl/workbook.xml")
            part = _part_of(workbook, _small(archive, "xl/_rels/workbook.xml.rels"), sheet)
            faults = dict(_faults(archive, part)) if part else {}
        except KeyError:
            return Parts({}, starts_1904=False)
    return Parts(faults, bool(_STARTS_1904.search(workbook)))


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_SMALL_PART)


def _part_of(workbook: bytes, relations: bytes, sheet: str) -> str | None:
    wanted = next(
        (
            _attribute(tag, "id")
            for tag in _SHEET.findall(workbook)
            if _attribute(tag, "name") == sheet
        ),
        None,
    )
    for tag in _RELATION.findall(relations):
        if wanted and _attribute(tag, "Id") == wanted:
            target = _attribute(tag, "Target")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"[\s:]%s\s*=\s*(?:\"([^\"]*)\"|'([^']*)')" % name.encode(), tag)
    if found is None:
        return ""
    text = (found[1] or found[2] or b"").decode("utf-8", "replace")
    for sign, name_of_sign in (
        ("<", "lt"),
        (">", "gt"),
        ('"', "quot"),
        ("'", "apos"),
        ("&", "amp"),
    ):
        text = text.replace(f"&{name_of_sign};", sign)
    return text


def _faults(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], str]]:
    found = 0
    with archive.open(part) as xml:
        rest = b""
        while piece := xml.read(_PIECE):
            text = rest + piece
            if b"<f" not in text and b":f" not in text and not _IS_ERROR.search(text):
                rest = text[-_OVERLAP:]
                continue
            end = 0
            for cell in _CELL.finditer(text):
                end = cell.end()
                fault = _fault(cell)
                if fault is not None and found < MOST_FAULTS:
                    found += 1
                    yield fault
            rest = text[max(end, len(text) - _OVERLAP) :]


def _fault(cell: re.Match[bytes]) -> tuple[tuple[int, int], str] | None:
    name = _NAME.search(cell["attributes"])
    if name is None:
        return None
    value = _VALUE.search(cell["value"] or b"")
    if _IS_ERROR.search(cell["attributes"]):
        text = value[1].decode("utf-8", "replace") if value else "#N/A"
    elif cell["formula"] and value is None and not _IS_TEXT.search(cell["attributes"]):
        text = NEVER_CALCULATED
    else:
        return None
    return column_of_cell(name[1].decode()), text
