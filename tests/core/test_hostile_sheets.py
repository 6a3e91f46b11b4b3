"""Sheets made to harm: refused with a sentence, in the process with limits, and we go on."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import Invalid
from core.sandbox import Limits
from core.sheets import iter_rows, open_sheet
from core.sheets.reading import read_file
from tests.core.made_sheets import Made, ods, ods_row, one, replaced, xlsx

MB = 1024 * 1024
TIGHT = Limits(
    memory_bytes=512 * MB, cpu_seconds=10, wall_seconds=60, output_bytes=MB, file_bytes=32 * MB
)
SPREADSHEET = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _sheet(rows: bytes) -> bytes:
    """A workbook whose one sheet holds these rows as XML."""
    xml = b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (SPREADSHEET, rows)
    return replaced(one(["Tag"], ["P-1"]), sheet1=xml)


def _far_cell() -> bytes:
    return _sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')  # fmt: skip


def _wide() -> bytes:
    return xlsx(Made("a", [[f"c{n}" for n in range(16_384)], [1] * 16_384]))


def _entities() -> bytes:
    """A sheet of a few kilobytes whose one cell means a thousand million letters."""
    names = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "haha">' for n in range(9)
    )
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e8;</t></is></c></row>'
    xml = f"<!DOCTYPE x [{names}]><worksheet {SPREADSHEET.decode()}><sheetData>{cell}</sheetData></worksheet>"
    return replaced(one(["Tag"], ["P-1"]), sheet1=xml.encode())


def _nested() -> bytes:
    return _sheet(b"<a>" * 1_000_000 + b"</a>" * 1_000_000)


def _packed() -> bytes:
    """A few kilobytes that unpack to half a gigabyte."""
    out = io.BytesIO(one(["Tag"], ["P-1"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/blank.bin", bytes(400 * MB))
    return out.getvalue()


def _styles() -> bytes:
    """Megabytes of styles packed to a few kilobytes."""
    styles = b"<styleSheet %s><cellXfs>%s</cellXfs></styleSheet>"
    return replaced(one(["Tag"], ["P-1"]), styles=styles % (SPREADSHEET, b"<xf/>" * 1_500_000))


def _one_line() -> bytes:
    return b"Tag,Note\nP-1," + b"x" * (19 * MB)


def _repeated() -> bytes:
    """A few letters that say a million rows and a million columns."""
    cell = '<table:table-cell table:number-columns-repeated="1000000" office:value-type="string"><text:p>a</text:p></table:table-cell>'
    return ods(
        "a", f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    )


HOSTILE = {
    "a filled cell at the end of the sheet": (_far_cell(), "too_large_inside"),
    "16,384 columns": (_wide(), "too_many_columns"),
    "entities in entities": (_entities(), None),
    "a million nested elements": (_nested(), None),
    "half a gigabyte in a few kilobytes": (_packed(), "too_large_inside"),
    "a line of 19 MB": (_one_line(), "quote"),
    "a million times a million cells": (_repeated(), None),
    "half of a workbook": (one(["Tag"], ["P-1"])[:2_000], "workbook"),
}


async def _open(data: bytes, folder: Path) -> list[tuple[str, ...]]:
    (folder / "sheet").write_bytes(data)
    await open_sheet(folder / "sheet", folder / "rows", heads=["Tag"])
    return [row.cells for row in iter_rows(folder / "rows")]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_with_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sheets.opening.LIMITS", TIGHT)
    data, code = HOSTILE[name]
    with pytest.raises(Invalid) as refused:
        await _open(data, tmp_path)
    assert refused.value.field == "file"
    assert code is None or refused.value.code == code


def _empty_rows() -> bytes:
    empty = b"".join(b'<row r="%d" ht="15"/>' % n for n in range(3, 1_000_000))
    cells = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>'
    return _sheet(cells % (1, 1, b"Tag") + cells % (2, 2, b"P-1") + empty)


@pytest.mark.parametrize("make", [_empty_rows, _styles])
async def test_what_only_looks_like_much_is_read(
    make: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sheets.opening.LIMITS", TIGHT)
    assert await _open(make(), tmp_path) == [("P-1",)]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_damaged_workbook_is_refused_or_read_and_never_a_fault(
    ending: str, tmp_path: Path
) -> None:
    whole = one(["Tag"], ["P-1"]) if ending == "xlsx" else ods("a", ods_row("Tag") + ods_row("P-1"))
    for start in range(0, len(whole), 61):
        data = bytearray(whole)
        data[start : start + 20] = bytes(0xFF - byte for byte in data[start : start + 20])
        (tmp_path / "sheet").write_bytes(data)
        with suppress(Invalid):
            read_file(tmp_path / "sheet", tmp_path / "rows")


async def test_rows_reach_the_caller_in_order(tmp_path: Path) -> None:
    lines = "".join(f"P-{n}\n" for n in range(2_000))
    rows = await _open(f"Tag\n{lines}".encode(), tmp_path)
    assert rows == [(f"P-{n}",) for n in range(2_000)]
