"""Sheets as schools and other programs make them, built by code: workbooks old and new, and texts."""

import io
import struct
import zipfile
from collections.abc import Sequence

import msgspec
import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[object]]


class Made(msgspec.Struct, frozen=True):
    """A sheet of a workbook: its cells, its merged ranges, and whether it is seen."""

    name: str
    rows: Rows
    merged: tuple[str, ...] = ()
    is_hidden: bool = False


def xlsx(*sheets: Made, starts_1904: bool = False) -> bytes:
    """A workbook as openpyxl writes it: formulas have no values yet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if starts_1904:
        book.epoch = CALENDAR_MAC_1904
    for made in sheets:
        sheet = book.create_sheet(made.name)
        for row in made.rows:
            sheet.append(row)
        for area in made.merged:
            sheet.merge_cells(area)
        sheet.sheet_state = "hidden" if made.is_hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one(*rows: Sequence[object], merged: tuple[str, ...] = ()) -> bytes:
    """A workbook of one sheet."""
    return xlsx(Made("Sheet1", rows, merged))


def replaced(book: bytes, **parts: bytes) -> bytes:
    """A workbook in which parts, by their file's short name, are other bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            short = name.rpartition("/")[2].partition(".")[0]
            made.writestr(name, parts.get(short, source.read(name)))
    return out.getvalue()


def ods(name: str, content: str) -> bytes:
    """An OpenDocument sheet with the rows that ``content`` holds as XML."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    xml = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{content}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    media_type = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/>'
        "</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", media_type)
        made.writestr("META-INF/manifest.xml", manifest)
        made.writestr("content.xml", xml)
    return out.getvalue()


def ods_row(*cells: str | float | None, spanned: int = 1) -> str:
    """A row of an OpenDocument sheet; its first cell goes over ``spanned`` rows."""
    return f"<table:table-row>{''.join(_ods_cell(c, spanned if n == 0 else 1) for n, c in enumerate(cells))}</table:table-row>"


def _ods_cell(value: str | float | None, spanned: int) -> str:
    if value is None:
        return "<table:covered-table-cell/>"
    span = f' table:number-rows-spanned="{spanned}"' if spanned > 1 else ""
    if isinstance(value, str):
        kind = 'office:value-type="string"'
    else:
        kind = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {kind}{span}><text:p>{value}</text:p></table:table-cell>"


def xls(
    name: str,
    rows: Rows,
    merged: tuple[tuple[int, int, int, int], ...] = (),
    *,
    version: int = 0x600,
    at_front: tuple[tuple[int, bytes], ...] = (),
) -> bytes:
    """A workbook of Excel 97 (BIFF8 in a compound file); ranges are first and last row, column.

    ``version`` is what it says of itself; ``at_front`` are records behind its beginning.
    """
    cells = b"".join(
        _biff_cell(at, column, value)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    )
    ranges = struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged)
    sheet = _record(0x809, struct.pack("<HHHHII", version, 0x10, 0, 0, 0, 6)) + cells
    sheet += _record(0xE5, ranges) + _record(0x0A)
    head = _record(0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 6))
    head += b"".join(_record(*one) for one in at_front)
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    at = len(head) + 4 + 6 + len(title) + 4
    return _compound(
        head + _record(0x85, struct.pack("<IBB", at, 0, 0) + title) + _record(0x0A) + sheet
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff_cell(row: int, column: int, value: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, int | float):
        return _record(0x203, place + struct.pack("<d", value))
    text = str(value)
    return _record(0x204, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))


def _compound(stream: bytes) -> bytes:
    """A compound file (MS-CFB, version 3) whose one stream is the workbook."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, 4096, last, 0, last, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    chain = [table, last, *range(3, 2 + sectors), last]
    allocation = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    entries = _entry("Root Entry", 5, last, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    return header + allocation + entries.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    none = 0xFFFFFFFF
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
