"""What calamine does not say of an .ods: merged ranges, and formulas without a value."""

from io import BytesIO
from xml.parsers import expat

import msgspec

from core import zip_files
from core.sheets.cells import NEVER_CALCULATED
from core.sheets.tables import Merged

_PIECE = 256 * 1024
MOST_MERGED = 200_000


class Parts(msgspec.Struct, frozen=True):
    """Merged ranges, and cells without a value by line (from 1) and column (from 0)."""

    merged: list[Merged]
    faults: dict[tuple[int, int], str]


class _Reader:
    """Counts lines and columns of one table, with all that is written once and repeated."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._is_inside = False
        self._line = 0
        self._repeated = 1
        self._column = 0
        self.merged: list[Merged] = []
        self.faults: dict[tuple[int, int], str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._is_inside = attributes.get("table:name") == self._sheet
        elif not self._is_inside:
            return
        elif name == "table:table-row":
            self._line += self._repeated
            self._repeated = _count(attributes, "table:number-rows-repeated")
            self._column = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell(attributes)
            self._column += _count(attributes, "table:number-columns-repeated")

    def end(self, name: str) -> None:
        if name == "table:table":
            self._is_inside = False

    def _cell(self, attributes: dict[str, str]) -> None:
        if len(self.merged) + len(self.faults) > MOST_MERGED:
            return
        lines = _count(attributes, "table:number-rows-spanned")
        columns = _count(attributes, "table:number-columns-spanned")
        if lines > 1 or columns > 1:
            last = (self._line + lines - 1, self._column + columns - 1)
            self.merged.append(Merged(self._line, self._column, *last))
        if "table:formula" in attributes and "office:value-type" not in attributes:
            self.faults[self._line, self._column] = NEVER_CALCULATED


def read(data: bytes, sheet: str) -> Parts:
    """What the content of one sheet says; what stands behind a damaged place is left out."""
    reader = _Reader(sheet)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    with zip_files.opened(BytesIO(data)) as archive, archive.open("content.xml") as content:
        try:
            while piece := content.read(_PIECE):
                parser.Parse(piece, False)
        except expat.ExpatError:
            pass
    return Parts(reader.merged, reader.faults)


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 8 else 1
