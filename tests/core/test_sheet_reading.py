"""Sheets as schools have them, and what is read of each: the table below is the specification."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from core.errors import Invalid
from core.sheets import Choice, SheetFacts, SheetRow, iter_rows, writing
from core.sheets.reading import read_file
from tests.core.made_sheets import Made, ods, ods_row, one, replaced, xls, xlsx

HEADS = (
    "资产编号", "名称", "品名", "规格型号", "存放地点", "日期", "单价", "数量", "备注",
    "Asset tag", "Model", "Serial number", "Location", "Purchase date", "Price", "Note",
)  # fmt: skip
TITLE = ["XX县希望小学固定资产登记表"]
PLAIN = "资产编号,规格型号,备注\nP-1,天逸510,前台\nP-2,天逸510,\n"
PLAIN_ROWS = {2: "P-1|天逸510|前台", 3: "P-2|天逸510|"}
TRADITIONAL = "資產編號,品名,存放地點\nP-1,電腦,圖書館\nP-2,投影機,五年級二班\n"
TRADITIONAL_ROWS = {2: "P-1|電腦|圖書館", 3: "P-2|投影機|五年級二班"}
ACCENTS = "Asset tag,Model,Location\nP-1,Café 12,Salle d’été\nP-2,Élève,“Ça”\n"
ACCENTS_ROWS = {2: "P-1|Café 12|Salle d’été", 3: "P-2|Élève|“Ça”"}


class Read(msgspec.Struct, frozen=True):
    """What is read of a sheet: as what, from which sheet, under which header, the rows by their
    number in the file, and what is left out or passed over."""

    rows: dict[int, str]
    read_as: str = "xlsx"
    sheet: str = "Sheet1"
    header: tuple[int, ...] = (1,)
    columns: str = "资产编号|规格型号|备注"
    left_out: dict[int, str] = {}
    passed_over: dict[str, str] = {}


def text(rows: dict[int, str] = PLAIN_ROWS, read_as: str = "utf-8", **more: object) -> Read:
    return msgspec.structs.replace(Read(rows, read_as, ""), **more)


SHEETS: dict[str, tuple[bytes, Read]] = {
    # Encodings, line ends, delimiters.
    "UTF-8": (PLAIN.encode(), text()),
    "UTF-8 with its mark": (PLAIN.encode("utf-8-sig"), text()),
    "UTF-16 with its mark": (PLAIN.encode("utf-16"), text(read_as="utf-16")),
    "UTF-16 without, little endian": (PLAIN.encode("utf-16-le"), text(read_as="utf-16")),
    "UTF-16 without, big endian": (PLAIN.encode("utf-16-be"), text(read_as="utf-16")),
    "GB18030": (PLAIN.encode("gb18030"), text(read_as="gb18030")),
    "GB18030, nearly all of it ASCII": (
        ("Asset tag,Model\n" + "P-1,OptiPlex\n" * 9 + "P-2,启天\n").encode("gb18030"),
        text(
            dict.fromkeys(range(2, 11), "P-1|OptiPlex") | {11: "P-2|启天"},
            "gb18030",
            columns="Asset tag|Model",
        ),
    ),
    "Big5": (
        TRADITIONAL.encode("big5"),
        text(TRADITIONAL_ROWS, "big5", columns="資產編號|品名|存放地點"),
    ),
    "Mac Roman": (
        ACCENTS.encode("mac_roman"),
        text(ACCENTS_ROWS, "mac-roman", columns="Asset tag|Model|Location"),
    ),
    "Windows-1252": (
        ACCENTS.encode("cp1252"),
        text(ACCENTS_ROWS, "windows-1252", columns="Asset tag|Model|Location"),
    ),
    "CR alone ends a line": (
        PLAIN.replace("\n", "\r").encode("gb18030"),
        text(read_as="gb18030"),
    ),
    "CR LF": (PLAIN.replace("\n", "\r\n").encode(), text()),
    "no end of the last line": (PLAIN.strip().encode(), text({2: "P-1|天逸510|前台", 3: "P-2|天逸510|"})),
    "tabs": (PLAIN.replace(",", "\t").encode("utf-16"), text(read_as="utf-16")),
    "semicolons": (PLAIN.replace(",", ";").encode(), text()),
    "Excel's hint about the delimiter": (
        ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
        text({3: "P-1|天逸510|前台", 4: "P-2|天逸510|"}, header=(2,)),
    ),
    "a quoted cell with commas, quotes and a line break": (
        '资产编号,规格型号,备注\r\nP-1,天逸510,"一,""二""\r\n三"\r\nP-2,天逸510,\r\n'.encode(),
        text({2: 'P-1|天逸510|一,"二"\n三', 4: "P-2|天逸510|"}),
    ),
    "empty lines keep their numbers": (
        ("\n,,\n" + PLAIN + "\n, ,\n").encode(),
        text({4: "P-1|天逸510|前台", 5: "P-2|天逸510|"}, header=(3,)),
    ),
    "empty columns at the end": (PLAIN.replace("\n", ",,\n").encode(), text()),
    "a stroke that keeps a cell from being a formula": (
        "资产编号,备注\nP-1,'=SUM(A1)\n".encode(),
        text({2: "P-1|=SUM(A1)"}, columns="资产编号|备注"),
    ),
    "headers twice, and one missing": (
        "资产编号,,备注,备注\nP-1,a,b,c\n".encode(),
        text({2: "P-1|a|b|c"}, columns="资产编号|(B)|备注|备注 (2)"),
    ),
    "headers that nobody knows": (
        "颜色,大小,重量\n红,大,3\n蓝,小,4\n".encode(),
        text({2: "红|大|3", 3: "蓝|小|4"}, columns="颜色|大小|重量"),
    ),
    # Cells of workbooks.
    "numbers and dates as a person types them": (
        one(
            ["资产编号", "数量", "单价", "日期", "备注"],
            ["P-1", 12.0, 0.1 + 0.2, date(2012, 9, 1), True],
            ["P-2", 20190901000123456789, -3.5, datetime(2012, 9, 1, 8, 30)  # noqa: DTZ001 - a sheet knows no zones
               , 41153],
        ),
        Read(
            {
                2: "P-1|12|0.3|2012-09-01|TRUE",
                3: "P-2|2.01909010001235E+19|-3.5|2012-09-01 08:30:00|41153",
            },
            columns="资产编号|数量|单价|日期|备注",
        ),
    ),
    "dates of a workbook that counts from 1904": (
        xlsx(Made("Sheet1", [["资产编号", "日期"], ["P-1", date(2012, 9, 1)]]), starts_1904=True),
        Read({2: "P-1|2012-09-01"}, columns="资产编号|日期"),
    ),
    "formulas without values, and errors": (
        one(["资产编号", "单价", "备注"], ["P-1", "=1+2", "#REF!"], ["P-2", 3, "x"]),
        Read({2: "P-1|#FORMULA!|#REF!", 3: "P-2|3|x"}, columns="资产编号|单价|备注"),
    ),
    # Where the table is.
    "a title, an empty row, then the header": (
        one(TITLE, [], ["资产编号", "规格型号", "备注"], ["P-1", "天逸510", "前台"], merged=("A1:C1",)),
        Read({4: "P-1|天逸510|前台"}, header=(3,)),
    ),
    "a title and a line about the school, in a text": (
        f"{TITLE[0]},,\n填报单位：XX小学,,2024年\n{PLAIN}".encode("gb18030"),
        text({4: "P-1|天逸510|前台", 5: "P-2|天逸510|"}, "gb18030", header=(3,)),
    ),
    "a header of two rows with merged group heads": (
        one(
            TITLE,
            ["序号", "资产编号", "购置信息", None, "存放地点"],
            [None, None, "日期", "单价", None],
            [1, "P-1", "2012.9", 3500, "机房"],
            merged=("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"),
        ),
        Read(
            {4: "1|P-1|2012.9|3500|机房"},
            header=(2, 3),
            columns="序号|资产编号|购置信息 日期|购置信息 单价|存放地点",
        ),
    ),
    "the same header in a text, where nothing is merged": (
        "资产编号,购置信息,,备注\n,日期,单价,\nP-1,2012.9,3500,好\n".encode(),
        text({3: "P-1|2012.9|3500|好"}, header=(1, 2), columns="资产编号|购置信息 日期|购置信息 单价|备注"),
    ),
    "a header broken over lines of a cell": (
        one(["资产\n编号", "规格\n型号"], ["P-1", "天逸510"]),
        Read({2: "P-1|天逸510"}, columns="资产 编号|规格 型号"),
    ),
    "a table that begins in the third column": (
        one([], [None, None, "资产编号", "备注"], [None, None, "P-1", "x"]),
        Read({3: "P-1|x"}, header=(2,), columns="资产编号|备注"),
    ),
    "what somebody wrote to the right of the table": (
        one(["资产编号", "备注"], ["P-1", "x", None, "看看"], ["P-2", "y"]),
        Read({2: "P-1|x|看看", 3: "P-2|y|"}, columns="资产编号|备注|(D)"),
    ),
    # Rows that are no data.
    "totals, a note and the signature": (
        one(
            ["序号", "名称", "数量", "单价"],
            [1, "电脑", 2, 3500],
            ["小 计", None, 2, 7000],
            [2, "投影仪", 1, 2000],
            ["合计（元）", None, 3, 9000],
            ["注：含捐赠"],
            ["制表人：张三", None, "审核：李四"],
        ),
        Read(
            {2: "1|电脑|2|3500", 4: "2|投影仪|1|2000"},
            columns="序号|名称|数量|单价",
            left_out={3: "total", 5: "total", 6: "note", 7: "note"},
        ),
    ),
    "headings between the parts, and the header again": (
        one(
            ["资产编号", "规格型号", "备注"],
            ["一、计算机教室"],
            ["P-1", "天逸510", "x"],
            ["资产编号", "规格型号", "备注"],
            ["P-2", "天逸510", "y"],
            merged=("A2:C2",),
        ),
        Read(
            {3: "P-1|天逸510|x", 5: "P-2|天逸510|y"},
            left_out={2: "section", 4: "header"},
        ),
    ),
    "a row that shows how to fill in the others": (
        one(["序号", "名称"], ["例", "联想电脑"], [1, "投影仪"]),
        Read({3: "1|投影仪"}, columns="序号|名称", left_out={2: "example"}),
    ),
    "rows that are numbered and not filled in": (
        one(["序号", "名称"], [1, "电脑"], [2, None], [3, None]),
        Read({2: "1|电脑"}, columns="序号|名称"),
    ),
    "things that only sound like a total": (
        one(["资产编号", "名称"], ["P-1", "Total station"], ["P-2", "计算器"], ["P-3", "合计器"]),
        Read({2: "P-1|Total station", 3: "P-2|计算器", 4: "P-3|合计器"}, columns="资产编号|名称"),
    ),
    "merged cells are filled down, to their last row": (
        one(
            ["存放地点", "资产编号"],
            ["机房", "P-1"],
            [None, "P-2"],
            [None, None],
            [None, "P-3"],
            [None, "P-4"],
            merged=("A2:A5",),
        ),
        Read({2: "机房|P-1", 3: "机房|P-2", 5: "机房|P-3", 6: "|P-4"}, columns="存放地点|资产编号"),
    ),
    # Which sheet.
    "instructions first, lists of words hidden": (
        xlsx(
            Made("填表说明", [["一、请按要求填写"], ["二、资产编号必填"]]),
            Made("字典", [["资产编号", "名称"], ["a", "b"]], is_hidden=True),
            Made("资产", [["资产编号", "名称"], ["P-1", "电脑"]]),
        ),
        Read(
            {2: "P-1|电脑"},
            sheet="资产",
            columns="资产编号|名称",
            passed_over={"填表说明": "instructions", "字典": "hidden"},
        ),
    ),
    "an example with the same headers before it": (
        xlsx(
            Made("填写样例", [["资产编号", "名称"], ["A", "1"], ["B", "2"]]),
            Made("Sheet2", [["资产编号", "名称"], ["P-1", "电脑"]]),
            Made("Sheet3", []),
        ),
        Read(
            {2: "P-1|电脑"},
            sheet="Sheet2",
            columns="资产编号|名称",
            passed_over={"填写样例": "instructions", "Sheet3": "no_table"},
        ),
    ),
    "a sheet for each room: the larger one": (
        xlsx(
            Made("一楼", [["资产编号", "名称"], ["P-1", "电脑"]]),
            Made("二楼", [["资产编号", "名称"], ["P-2", "电脑"], ["P-3", "电脑"]]),
        ),
        Read(
            {2: "P-2|电脑", 3: "P-3|电脑"},
            sheet="二楼",
            columns="资产编号|名称",
            passed_over={"一楼": "another_fits_better"},
        ),
    ),
    # Other workbooks.
    "Excel 97": (
        xls("资产", [["资产编号", "名称", "数量"], ["P-1", "电脑", 3], ["P-2", None, 2.5]], ((1, 2, 1, 1),)),
        Read({2: "P-1|电脑|3", 3: "P-2|电脑|2.5"}, "xls", "资产", columns="资产编号|名称|数量"),
    ),
    "OpenDocument": (
        ods(
            "资产",
            ods_row("存放地点", "资产编号", "数量")
            + ods_row("机房", "P-1", 3, spanned=2)
            + ods_row(None, "P-2", 2.5),
        ),
        Read({2: "机房|P-1|3", 3: "机房|P-2|2.5"}, "ods", "资产", columns="存放地点|资产编号|数量"),
    ),
}  # fmt: skip


def _holed() -> bytes:
    """A workbook of Excel 97 in the middle of which a sector was lost."""
    whole = bytearray(xls("a", [["资产编号"], *[[f"P-{n}"] for n in range(900)]]))
    whole[10_240:10_752] = bytes(512)
    return bytes(whole)


def _long_cell() -> bytes:
    """openpyxl would shorten it."""
    return _cells(
        b'<row r="1">%s</row>' % _text("A1", b"Tag")
        + b'<row r="2">%s</row>' % _text("A2", b"x" * 1_000_000)
    )


def _text(place: str, text: bytes) -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place.encode(), text)


def _cells(rows: bytes) -> bytes:
    """A workbook whose one sheet holds these rows as XML."""
    spreadsheet = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (spreadsheet, rows)
    return replaced(one(["Tag"], ["P-1"]), sheet1=xml)


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "empty lines alone": (b"\n\n,,\n", "empty"),
    "an empty workbook": (one(), "empty"),
    "headers alone": ("资产编号,备注\n".encode(), "no_rows"),
    "headers and totals": ("资产编号,数量\n合计,3\n".encode(), "no_rows"),
    "more cells than headers": ("资产编号,备注\nP-1,a,b\n".encode(), "cells"),
    "a quote that is never closed": ('资产编号,备注\nP-1,"a\n'.encode(), "quote"),
    "an endless cell": (b"Asset tag,Note\nP-1," + b"x" * 40_000 + b"\n", "quote"),
    "no text": (bytes(range(256)), "encoding"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(300), "encoding"),
    "a web page called a sheet": (b"\xef\xbb\xbf\n<html><table><tr>", "web_page"),
    "a broken workbook": (b"PK\x03\x04" + bytes(40), "workbook"),
    "a broken old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    "an old workbook with a password": (
        xls("a", [["资产编号"], ["P-1"]], at_front=((0x2F, bytes(6)),)),
        "locked",
    ),
    "a workbook of Excel 95": (xls("a", [["资产编号"], ["P-1"]], version=0x500), "too_old"),
    "an old workbook with a hole": (_holed(), "damaged"),
    "an old workbook that ends early": (_holed()[:20_000], "damaged"),
    "a cell longer than any program writes": (_long_cell(), "long_cell"),
    "a workbook with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "locked",
    ),
    "only hidden sheets are filled": (
        xlsx(Made("a", []), Made("b", [["资产编号"], ["P-1"]], is_hidden=True)),
        "empty",
    ),
    "too many columns": (one([f"c{n}" for n in range(300)], list(range(300))), "too_many_columns"),
    "too many rows": (b"Asset tag\n" + b"P-1\n" * 100_001, "too_many"),
    "too large": (b"Asset tag\n" + b"P-1\n" * 5_500_000, "too_large"),
}


def read(
    data: bytes, folder: Path, choice: Choice | None = None
) -> tuple[SheetFacts, Sequence[SheetRow]]:
    source, rows = folder / "sheet", folder / "rows"
    source.write_bytes(data)
    facts = read_file(source, rows, HEADS, choice)
    return facts, list(iter_rows(rows))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_read_as_the_table_says(name: str, tmp_path: Path) -> None:
    data, expected = SHEETS[name]
    facts, rows = read(data, tmp_path)
    assert facts.rows == len(rows)
    assert expected == Read(
        rows={row.line: "|".join(row.cells) for row in rows},
        read_as=facts.read_as,
        sheet=facts.sheet,
        header=facts.header_lines,
        columns="|".join(column.name for column in facts.columns),
        left_out={one.line: one.reason.value for one in facts.left_out},
        passed_over={one.name: one.reason.value for one in facts.passed_over},
    )


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_a_table_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    data, code = REFUSED[name]
    with pytest.raises(Invalid) as refused:
        read(data, tmp_path)
    assert (refused.value.field, refused.value.code) == ("file", code)


def test_an_old_workbook_of_many_sectors_is_whole(tmp_path: Path) -> None:
    _, rows = read(
        xls("a", [["资产编号", "名称"], *[[f"P-{n}", "电脑"] for n in range(700)]]), tmp_path
    )
    assert len(rows) == 700


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    empty = b'<c r="%s" t="str"><f>IF(C2="","",C2)</f>%s</c>'
    book = _cells(
        b'<row r="1">%s</row>' % (_text("A1", b"Tag") + _text("B1", b"Note") + _text("C1", b"Cost"))
        + b'<row r="2">%s</row>' % (_text("A2", b"P-1") + empty % (b"B2", b"<v></v>"))
        + b'<row r="3">%s</row>'
        % (_text("A3", b"P-2") + empty % (b"B3", b"") + b'<c r="C3"><f>1+1</f></c>')
    )
    facts, rows = read(book, tmp_path)
    assert [(fault.cell, fault.text) for fault in facts.faults] == [("C3", "#FORMULA!")]
    assert [row.cells for row in rows] == [("P-1", "", ""), ("P-2", "", "#FORMULA!")]


def test_two_heads_of_one_name_are_two_columns(tmp_path: Path) -> None:
    facts, rows = read("资产编号,名称,名称,名称 (2),名称\nP-1,a,b,c,d\n".encode(), tmp_path)
    names = [column.name for column in facts.columns]
    assert len(set(names)) == 5
    assert names[:3] == ["资产编号", "名称", "名称 (2)"]
    assert rows[0].cells == ("P-1", "a", "b", "c", "d")


def test_a_head_of_a_million_signs_is_shortened_at_once(tmp_path: Path) -> None:
    head = "(" * 32_000
    facts, _ = read(f"资产编号,{head},名称\nP-1,a,b\n".encode(), tmp_path)
    assert facts.columns[1].name == "(" * 119 + "…"


@pytest.mark.parametrize(
    ("line", "is_total"),
    [
        ("合计30台,,,,105000", True),
        ("累計：,,,,105000", True),
        (",,,,合 计", True),
        ("Total,,,30,105000.00", True),
        ("TOTAL: 30,,,,", True),
        ("P-1,电脑,Total,M720,", False),
        ("P-1,计时器合计算器,,,", False),
    ],
)
def test_a_row_of_totals_is_told_from_a_thing(line: str, is_total: bool, tmp_path: Path) -> None:
    head = "资产编号,名称,品牌,型号,备注"
    facts, _ = read(f"{head}\nP-9,a,b,c,d\n{line}\n".encode(), tmp_path)
    assert [one.reason.value for one in facts.left_out] == (["total"] if is_total else [])


def test_cells_without_a_value_are_named(tmp_path: Path) -> None:
    facts, _ = read(one(["资产编号", "单价"], ["P-1", "=1+2"], ["P-2", "#DIV/0!"]), tmp_path)
    assert [(fault.cell, fault.text) for fault in facts.faults] == [
        ("B2", "#FORMULA!"),
        ("B3", "#DIV/0!"),
    ]


def test_a_column_says_what_is_in_it(tmp_path: Path) -> None:
    rows = [["机房", f"P-{n}", "在用" if n % 3 else "闲置"] for n in range(90)]
    rows[1][0] = rows[2][0] = None  # type: ignore[call-overload]
    facts, _ = read(one(["存放地点", "资产编号", "状态"], *rows, merged=("A2:A4",)), tmp_path)
    place, tag, state = facts.columns
    assert (place.letter, place.filled, place.filled_down, place.values) == (
        "A",
        90,
        2,
        {"机房": 90},
    )
    assert (tag.values, tag.samples[:2]) == (None, ("P-0", "P-1"))
    assert state.values == {"在用": 60, "闲置": 30}


def test_a_person_may_choose_another_sheet_and_another_encoding(tmp_path: Path) -> None:
    head = ["资产编号", "名称"]
    book = xlsx(
        Made("一楼", [head, ["P-1", "a"], ["P-2", "b"]]), Made("二楼", [head, ["P-3", "c"]])
    )
    facts, rows = read(book, tmp_path, Choice(sheet="二楼"))
    assert (facts.sheet, [row.cells[0] for row in rows]) == ("二楼", ["P-3"])
    assert [(one.name, one.has_same_headers) for one in facts.passed_over] == [("一楼", True)]
    with pytest.raises(Invalid):
        read(book, tmp_path, Choice(sheet="三楼"))
    _, rows = read("品名,單價\n電腦,3\n".encode("big5"), tmp_path, Choice(encoding="big5"))
    assert rows[0].cells[0] == "電腦"
    with pytest.raises(Invalid):
        read(PLAIN.encode("gb18030"), tmp_path, Choice(encoding="utf-8"))


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "mac_roman", "cp1252"])
def test_an_encoding_that_had_to_be_guessed_is_said_to_be_unsure(
    encoding: str, tmp_path: Path
) -> None:
    data = (ACCENTS if encoding in ("mac_roman", "cp1252") else TRADITIONAL).encode(encoding)
    facts, _ = read(data, tmp_path)
    assert facts.is_encoding_sure == (encoding == "gb18030")


def test_what_is_left_out_is_counted_beyond_what_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_NAMED", 2)
    lines = "".join(f"P-{n},{n}\n合计,{n}\n" for n in range(5))
    facts, _ = read(f"资产编号,数量\n{lines}".encode(), tmp_path)
    assert (len(facts.left_out), facts.left_out_count, facts.rows) == (2, 5, 5)
