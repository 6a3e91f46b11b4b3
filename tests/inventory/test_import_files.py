"""Files as spreadsheet programs make them, and what each is read as."""

import io
import zipfile
from contextlib import suppress
from datetime import date
from enum import StrEnum

import openpyxl
import pytest

from api.wording import words
from api.wording.entities import CODES
from api.wording.language import language
from core.errors import Invalid
from inventory.asset_columns import Column, column_of
from inventory.imports import MOST_BYTES, MOST_ROWS, columns, read_sheet

PLAIN = "资产编号,型号,备注\nP-1,天逸510,前台\n"
READ = ({"资产编号": "P-1", "型号": "天逸510", "备注": "前台"},)

GOOD = {
    "utf-8": (PLAIN.encode(), "utf-8", READ),
    "utf-8 with its mark": (PLAIN.encode("utf-8-sig"), "utf-8", READ),
    "gb18030": (PLAIN.encode("gb18030"), "gb18030", READ),
    "crlf": (PLAIN.replace("\n", "\r\n").encode(), "utf-8", READ),
    "cr alone": (PLAIN.replace("\n", "\r").encode("gb18030"), "gb18030", READ),
    "no end of line at the end": (PLAIN.strip().encode(), "utf-8", READ),
    "semicolons": (PLAIN.replace(",", ";").encode(), "utf-8", READ),
    "tabs": (PLAIN.replace(",", "\t").encode(), "utf-8", READ),
    "empty lines": (("\n,,\n" + PLAIN + "\n\n , ,\n").encode(), "utf-8", READ),
    "spaces around": (" 资产编号 , 型号,备注\n P-1 ,天逸510 , 前台\n".encode(), "utf-8", READ),
    "empty columns at the end": (PLAIN.replace("\n", ",,\n").encode(), "utf-8", READ),
    "a short row": (b"Tag,Model\nP-1\n", "utf-8", ({"Tag": "P-1", "Model": ""},)),
    "quotes, commas and a line end inside a cell": (
        b'Tag,Note\r\nP-1,"one, ""two""\r\nthree"\r\nP-2,four\r\n',
        "utf-8",
        ({"Tag": "P-1", "Note": 'one, "two"\r\nthree'}, {"Tag": "P-2", "Note": "four"}),
    ),
    "a cell kept from being a formula": (
        b"Tag,Note\nP-1,'=SUM(A1)\n",
        "utf-8",
        ({"Tag": "P-1", "Note": "=SUM(A1)"},),
    ),
}

BAD = {
    "empty": (b"", "empty"),
    "only empty lines": (b"\n\n,,\n", "empty"),
    "headers alone": (b"Tag,Model\n", "no_rows"),
    "the same header twice": (b"Tag,Model,Tag\nA,B,C\n", "duplicate_header"),
    "one column under two names": ("Tag,型号,资产编号\nA,B,C\n".encode(), "duplicate_header"),
    "an unknown header twice": (b"Tag,Colour,Colour\nA,B,C\n", "duplicate_header"),
    "a column without a header": (b"Tag,,Model\nA,B,C\n", "header"),
    "no header that says which asset": (b"Colour,Size\nred,big\n", "headers"),
    "too many cells": (b"Tag,Model\nA,B,C\n", "cells"),
    "an open quote": (b'Tag,Note\nP-1,"never closed\n', "quote"),
    "a broken workbook": (b"PK\x03\x04" + bytes(40), "workbook"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0" + bytes(40), "workbook"),
    "no text at all": (bytes(range(256)), "encoding"),
    "utf-16": ("Tag,Model\nA,B\n".encode("utf-16"), "encoding"),
    "too large": (b"Tag\n" + b"A" * MOST_BYTES, "too_large"),
    "too many rows": (b"Tag\n" + b"P-1\n" * (MOST_ROWS + 1), "too_many"),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_readable_file_is_read(case: str) -> None:
    data, encoding, rows = GOOD[case]
    sheet = read_sheet(data)
    assert sheet.encoding == encoding
    assert tuple(row.cells for row in sheet.rows) == rows


@pytest.mark.parametrize("case", BAD)
def test_an_unreadable_file_says_why(case: str) -> None:
    data, code = BAD[case]
    with pytest.raises(Invalid) as refused:
        read_sheet(data)
    assert (refused.value.field, refused.value.code) == ("file", code)


def _workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_its_cells_look() -> None:
    sheet = read_sheet(
        _workbook(
            ("资产编号", "型号", "序列号", "备注", None),
            ("P-1", "天逸510", 20240017, date(2026, 3, 2), None),
            (None, None, None, None, None),
            ("P-2", 510.0, None, 2.5, None),
        )
    )
    assert sheet.encoding == "xlsx"
    assert [(row.line, list(row.cells.values())) for row in sheet.rows] == [
        (2, ["P-1", "天逸510", "20240017", "2026-03-02"]),
        (4, ["P-2", "510", "", "2.5"]),
    ]


def test_a_number_too_long_for_a_spreadsheet_is_not_completed() -> None:
    sheet = read_sheet(_workbook(("Serial number",), (20190901000123456789,), (123456789012345,)))
    assert [row.cells["Serial number"] for row in sheet.rows] == [
        "2.01909010001235E+19",
        "123456789012345",
    ]


def test_a_workbook_that_unpacks_to_gigabytes_is_left_packed() -> None:
    out = io.BytesIO(_workbook(("Tag",), ("P-1",)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/blank.bin", bytes(97 * 1024 * 1024))
    with pytest.raises(Invalid) as refused:
        read_sheet(out.getvalue())
    assert refused.value.code == "workbook"


@pytest.mark.parametrize("start", range(0, 4000, 97))
def test_a_damaged_workbook_is_refused_and_never_a_fault(start: int) -> None:
    data = bytearray(_workbook(("Tag",), ("P-1",)))
    data[start : start + 20] = bytes(0xFF - one for one in data[start : start + 20])
    with suppress(Invalid):
        read_sheet(bytes(data))


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    sheet = read_sheet(b'Tag,Note\n\nP-1,"a\nb"\nP-2,c\n')
    assert [row.line for row in sheet.rows] == [3, 5]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Tag", Column.tag),
        ("ASSET TAG", Column.tag),
        ("资产编号", Column.tag),
        ("设备编号", Column.tag),
        ("品牌型号", Column.model),
        ("serial_number", Column.serial_number),
        ("S/N", Column.serial_number),
        ("序列号", Column.serial_number),
        ("型号*", Column.model),
        ("Colour", None),
    ],
)
def test_headers_are_known_in_both_languages(header: str, column: Column | None) -> None:
    assert column_of(header) is column


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize(
    ("kind", "reader"),
    [
        ("asset_category", columns.READ_KIND),
        ("condition", columns.READ_CONDITION),
        ("lifecycle", columns.READ_STATE),
    ],
)
def test_what_our_pages_say_can_be_written_into_a_file(
    kind: str, reader: dict[str, StrEnum], locale: str
) -> None:
    speech = language(locale)
    for code in CODES[kind]:
        assert columns.read_word(reader, words.word_of(speech, kind, code)) == code
