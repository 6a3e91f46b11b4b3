"""Cells as people type them, and what each is read as."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from core.sheets import CellRefused
from core.sheets.cells import (
    NEVER_CALCULATED,
    amount_unit,
    read_amount,
    read_date,
    read_number,
    read_prose,
    read_text,
)

REFUSED = object()


def read(reader: Callable[[str], object], cell: str) -> object:
    try:
        return reader(cell)
    except CellRefused:
        return REFUSED


EMPTY = ("", "  ", "无", "無", "N/A", "n/a", "No tag", "NO TAG", "—", "——", "-", "/", "暂无", "　", "\u200b", "ｎ／ａ")  # fmt: skip


@pytest.mark.parametrize("cell", EMPTY)
@pytest.mark.parametrize(
    "reader",
    [read_text, read_prose, read_number, read_amount, read_date],
)
def test_a_word_for_nothing_is_an_empty_cell(reader: Callable[[str], object], cell: str) -> None:
    assert reader(cell) is None


@pytest.mark.parametrize("cell", [NEVER_CALCULATED, "#REF!", "#N/A", "#DIV/0!", "#NAME?"])
@pytest.mark.parametrize("reader", [read_text, read_number, read_amount, read_date])
def test_a_formula_without_a_value_is_refused(reader: Callable[[str], object], cell: str) -> None:
    assert read(reader, cell) is REFUSED


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("ＴＹ２０１９（１２）", "TY2019(12)"),
        (" 联想\n启天  M415 ", "联想 启天 M415"),
        ("PF2K7Q9Z\ufeff", "PF2K7Q9Z"),
        ("校产2019-001", "校产2019-001"),
        ("12.0", "12.0"),
        ("123456789012345", "123456789012345"),
        ("6230580000012345678", "6230580000012345678"),
        ("2E+5", "2E+5"),
        ("6.377E+15", REFUSED),
        ("2.01909010001235E+19", REFUSED),
        ("６．３７７Ｅ＋１５", REFUSED),
        ("201909010001234000", REFUSED),
    ],
)
def test_texts(cell: str, text: object) -> None:
    assert read(read_text, cell) == text


def test_prose_keeps_its_punctuation() -> None:
    assert read_prose(" 靠窗，第２排（左）。\n电源已换 ") == "靠窗，第２排（左）。\n电源已换"
    assert read(read_prose, "6.377E+15") is REFUSED


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", "12"),
        ("12.0", "12"),
        ("１２", "12"),
        ("1,200", "1200"),
        ("1，200.50", "1200.50"),
        ("30台", "30"),
        ("30 套", "30"),
        ("-3.5", "-3.5"),
        ("1.5e3", "1500"),
        ("999999999999999", "999999999999999"),
        ("1000000000000000", REFUSED),
        ("6.377E+15", REFUSED),
        ("1,20", REFUSED),
        ("12\n15", REFUSED),
        ("12 15", REFUSED),
        ("3-5", REFUSED),
        ("about 5", REFUSED),
        ("三台", REFUSED),
        ("NaN", REFUSED),
        ("Infinity", REFUSED),
    ],
)
def test_numbers(cell: str, number: object) -> None:
    expected = number if number is REFUSED else Decimal(str(number))
    assert read(read_number, cell) == expected


def test_a_whole_number_is_written_without_a_point() -> None:
    assert str(read_number("12.0")) == "12"
    assert str(read_number("1.5e3")) == "1500"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("￥3,500.00", "3500.00"),
        ("¥ 3500", "3500"),
        ("３５００元", "3500"),
        ("3，500.00元", "3500"),
        ("3500圆整", "3500"),
        ("CNY 12.5", "12.5"),
        ("人民币3500元", "3500"),
        ("1.2万元", "12000"),
        ("0.35 万", "3500"),
        ("1.5e3", "1500"),
        ("3500 CNY", "3500"),
        ("3500\n元", "3500"),
        ("3500\n3600", REFUSED),
        ("3500 3600", REFUSED),
        ("￥3500￥3600", REFUSED),
        ("3500元3600元", REFUSED),
        ("3.500,00", REFUSED),
        ("3500,50", REFUSED),
        ("35,00", REFUSED),
        ("about 5", REFUSED),
        ("$12", REFUSED),
        ("1e15", REFUSED),
        ("面议", REFUSED),
    ],
)
def test_amounts(cell: str, amount: object) -> None:
    expected = amount if amount is REFUSED else Decimal(str(amount))
    assert read(read_amount, cell) == expected


@pytest.mark.parametrize("reader", [read_number, read_amount, read_date])
def test_a_cell_of_many_spaces_is_looked_at_once(reader: Callable[[str], object]) -> None:
    with pytest.raises(CellRefused) as refused:
        reader("1" + "\t\n 1" * 10_000)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("header", "amount"),
    [("原值（万元）", "12500"), ("金额(萬元)", "12500"), ("原值（元）", "1.25")],
)
def test_a_header_may_say_that_amounts_are_in_ten_thousands(header: str, amount: str) -> None:
    assert read_amount("1.25", unit=amount_unit(header)) == Decimal(amount)
    assert read_amount("1.25万元", unit=amount_unit(header)) == Decimal(12_500)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2012-09-01", date(2012, 9, 1)),
        ("2012/9/1", date(2012, 9, 1)),
        ("2012.9.1", date(2012, 9, 1)),
        ("2012年9月1日", date(2012, 9, 1)),
        ("２０１２年９月１号", date(2012, 9, 1)),
        ("2012 年 9 月", date(2012, 9, 1)),
        ("2012.9", date(2012, 9, 1)),
        ("2012.10", date(2012, 10, 1)),
        ("2012-09-01 08:30:00", date(2012, 9, 1)),
        ("2012/9/1 8:30", date(2012, 9, 1)),
        ("2012-09-01T00:00:00Z", date(2012, 9, 1)),
        ("20120901", date(2012, 9, 1)),
        ("201209", date(2012, 9, 1)),
        ("41153", date(2012, 9, 1)),
        ("41153.35", date(2012, 9, 1)),
        ("31/12/2012", date(2012, 12, 31)),
        ("12/31/2012", date(2012, 12, 31)),
        ("5/5/2012", date(2012, 5, 5)),
        ("1/2/2012", REFUSED),
        ("2012.1", REFUSED),
        ("2012", REFUSED),
        ("2012年", REFUSED),
        ("2012-02-30", REFUSED),
        ("2026-13-01", REFUSED),
        ("12.9.1", REFUSED),
        ("99999", REFUSED),
        ("3500", REFUSED),
        ("前年", REFUSED),
        ("长期", REFUSED),
    ],
)
def test_days(cell: str, day: object) -> None:
    assert read(read_date, cell) == day


def test_serial_dates_may_count_from_1904() -> None:
    assert read_date("39691", starts_1904=True) == date(2012, 9, 1)
    assert read_date("2012.9", starts_1904=True) == date(2012, 9, 1)
