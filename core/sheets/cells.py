"""One function for each kind of cell: text as people type it becomes a value, or is refused.

Each gives None for an empty cell, and for the words that people write into cells that they leave
empty (无, N/A, —). What cannot be read exactly is refused (:class:`CellRefused`) and never guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from core.characters import without_control
from core.errors import Message, say

Code = TypeVar("Code")

# Written into cells that are left empty; as ``folded`` gives them.
EMPTY = frozenset(
    {
        "-", "--", "---", "—", "——", "–", "/", "\\", "//", ".", "…", "n/a", "na", "n.a.", "nil",
        "none", "null", "no tag", "notag", "no", "not applicable", "无", "無", "没有", "沒有",
        "暂无", "暫無", "空", "无编号", "无标签", "无号", "未编号", "未填", "未登记", "不适用",
    }
)  # fmt: skip
# Spreadsheet programs keep 15 digits of a number.
EXACT_BELOW = 10**15
# What they make of a longer one: a power of ten, or zeros where the other digits were. Fewer than
# three zeros may as well be the maker's.
_POWER_OF_TEN = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}")
_ZEROS = re.compile(r"[1-9][0-9]{14}0{3,}")
# Errors of formulas as the programs show them; ours for a formula that was never calculated.
NEVER_CALCULATED = "#FORMULA!"
_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")

_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_COUNTED = re.compile(
    r"(?<=[0-9])\s*(?:台|个|個|套|件|本|只|把|张|張|块|块|条|支|部|册|冊|pcs|units?)\.?$"
)
_BEFORE_AMOUNT = re.compile(r"^(?:CNY|RMB|人民币|[￥¥ ])+")
_AFTER_AMOUNT = re.compile(r"(?: ?(?:CNY|RMB|人民币|[元圆圓]整?))+$")
# Longer ones are sentences: no number, amount or day is looked for in them.
LONGEST_VALUE = 60
_TEN_THOUSANDS = re.compile(r"万元?$|萬元?$")

# 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日; without a day its month's first.
_DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})(?:\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?|\s*月)?"
)
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_TIME = re.compile(r"[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?$")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
# October too: a spreadsheet program that takes 2012.10 for a number drops the zero.
_JANUARY_OR_OCTOBER = re.compile(r"([0-9]{4})\.1")
_BEFORE_FIRST_1900 = date(1899, 12, 30)
_FIRST_1904 = date(1904, 1, 1)
# Five digits outside of these years are no day that a thing was bought on.
_SERIAL_YEARS = range(1940, 2100)


class CellRefused(Exception):
    """This cell cannot be read; ``message`` says what to write instead."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def tidy(cell: str) -> str:
    """A cell in plain characters (NFKC: full width becomes half), without spaces around it."""
    plain = unicodedata.normalize("NFKC", without_control(cell)).replace("\u200b", "")
    return plain.replace("\ufeff", "").strip()


def folded(text: str) -> str:
    """A cell or a header as such are compared: in any case, width and with any spaces."""
    return " ".join(tidy(text).casefold().split())


def is_empty(cell: str) -> bool:
    """Whether nothing stands in the cell, or a word for nothing."""
    plain = folded(cell)
    return not plain or plain in EMPTY


def is_rounded(text: str | None) -> bool:
    """Whether a spreadsheet program rounded this number, so that its last digits are wrong."""
    return bool(text and (_POWER_OF_TEN.fullmatch(text) or _ZEROS.fullmatch(text)))


def read_text(cell: str) -> str | None:
    """A name, a number of a thing: plain characters, single spaces.

    Refused: a number that a spreadsheet program rounded (6.377E+15), an error of a formula.
    """
    text = " ".join(_filled(cell).split())
    if is_rounded(text):
        raise CellRefused(
            say(
                "A spreadsheet made a number of this and lost its last digits ({text})."
                " Format the column as text, type the numbers again and save the file anew",
                text=text,
            )
        )
    return text or None


def read_prose(cell: str) -> str | None:
    """A sentence as it was written, full-width punctuation and all; refused as :func:`read_text`."""
    return cell.strip() if read_text(cell) is not None else None


def read_number(cell: str) -> Decimal | None:
    """A number: 12, 12.0 (which is 12), 1,200, 30台.

    Refused: words, ranges, and 1e15 and more, of which spreadsheet programs keep 15 digits only.
    """
    text = _on_one_line(cell)
    if not text:
        return None
    number = _decimal(_COUNTED.sub("", _not_long(text)))
    if number is None:
        raise CellRefused(say("“{text}” is no number", text=_shown(text)))
    return _exact(number)


def read_amount(cell: str, *, unit: int = 1) -> Decimal | None:
    """An amount of money: ￥3,500.00, 3500元, 1.2万元; ``unit`` is what one of the column means.

    Refused: words, two amounts in one cell, and 3.500,00 or 3500,50, which could mean two amounts.
    """
    text = _on_one_line(cell)
    if not text:
        return None
    plain = _BEFORE_AMOUNT.sub("", _not_long(text).upper())
    plain = _AFTER_AMOUNT.sub("", plain)
    if _TEN_THOUSANDS.search(plain):
        plain, unit = _TEN_THOUSANDS.sub("", plain), 10_000
    number = _decimal(plain.strip())
    if number is None:
        raise CellRefused(say("“{text}” is no amount; write 3500.00", text=_shown(text)))
    return _exact(number * unit)


def amount_unit(header: str) -> int:
    """What one of an amount's column means: 10,000 below 金额（万元）, else 1."""
    return 10_000 if re.search("万元|萬元", tidy(header)) else 1


def read_date(cell: str, *, starts_1904: bool = False) -> date | None:
    """A day: 2012-09-01, 2012/9/1, 2012.9.1, 2012年9月1日, 20120901, a serial date (41153).

    Of a month alone (2012.9, 201209) its first day. ``starts_1904`` is ``SheetFacts.starts_1904``.
    Refused: a year alone, 1/2/2012 (two days could be meant), 2012.1 (January, or October without
    its zero), days that do not exist.
    """
    text = _filled(cell)
    if not text:
        return None
    text = _TIME.sub("", _not_long(text))
    if year := _JANUARY_OR_OCTOBER.fullmatch(text):
        raise CellRefused(
            say(
                "“{text}” may be January or October; write {year}-01 or {year}-10",
                text=text,
                year=year[1],
            )
        )
    day = _day(text, starts_1904=starts_1904)
    if day is None:
        raise CellRefused(say("“{text}” is no day; write 2026-03-02", text=_shown(text)))
    return day


def word_index(words: Mapping[Code, Iterable[str]]) -> dict[str, Code]:
    """Each word, as it is compared, with the code that it means."""
    return {folded(word): code for code, spellings in words.items() for word in spellings}


def _filled(cell: str) -> str:
    """The tidy cell, or nothing if it says that it is empty; refused if a formula failed there."""
    text = tidy(cell)
    if text == NEVER_CALCULATED:
        raise CellRefused(
            say(
                "A formula without a value: open the file in the program that made it,"
                " save it there and choose it again"
            )
        )
    if _ERROR.fullmatch(text):
        raise CellRefused(say("The formula of this cell failed ({text})", text=text))
    return "" if is_empty(text) else text


def _on_one_line(cell: str) -> str:
    return " ".join(_filled(cell).split())


def _not_long(text: str) -> str:
    """The text if it is short enough to be a number or a day, else nothing that is one."""
    return text if len(text) <= LONGEST_VALUE else "…"


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def _decimal(text: str) -> Decimal | None:
    """The number; None of 3500 3600, of which nobody knows whether it is one."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _exact(number: Decimal) -> Decimal:
    if abs(number) >= EXACT_BELOW:
        raise CellRefused(
            say("{number} is too large: spreadsheet programs keep 15 digits", number=str(number))
        )
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def _day(text: str, *, starts_1904: bool) -> date | None:
    if serial := _SERIAL.fullmatch(text):
        first = _FIRST_1904 if starts_1904 else _BEFORE_FIRST_1900
        day = first + timedelta(days=int(serial[1]))
        return day if day.year in _SERIAL_YEARS else None
    if found := _DAY.fullmatch(text) or _DIGITS.fullmatch(text):
        year, month, day_of_month = found.groups()
        return _existing(int(year), int(month), int(day_of_month or 1))
    if found := _YEAR_LAST.fullmatch(text):
        one, two, year_last = (int(part) for part in found.groups())
        if one > 12 or one == two:
            return _existing(year_last, two, one)
        return _existing(year_last, one, two) if two > 12 else None
    return None


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
