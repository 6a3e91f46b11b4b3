"""The columns of a school's books in an asset file: value, dates, supplier, class, its own numbers."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol

from core.errors import Message, say
from inventory.asset_columns import Column
from inventory.assets import book_facts, school_numbers
from inventory.assets.book_facts import CLASS_EDITIONS, BookFacts, CostBasis
from inventory.imports.columns import READ_BASIS, read_word

# 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日 and 20260302; without a day its month's first.
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?|\s*月)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_AROUND_AMOUNT = re.compile(r"[￥¥元,\s]|CNY|RMB")
_BETWEEN_NUMBERS = re.compile(r"[;；、\n]")
BETWEEN = "；"
TEXTS = (Column.supplier, Column.class_code)
OF_BOOKS = (
    Column.cost, Column.cost_basis, Column.currency, Column.acquired_on, Column.warranty_until,
    Column.supplier, Column.class_code, Column.class_edition, Column.numbers,
)  # fmt: skip


class Cells(Protocol):
    """The cells of one row, and where complaints about them go."""

    def __getitem__(self, column: Column) -> str: ...
    def complain(self, column: Column, message: Message) -> None: ...


def read(cells: Cells, known: BookFacts | None) -> dict[str, object]:
    """The values of the filled cells; ``known`` are those of the asset in the books."""
    given: dict[str, object] = {}
    _read_value(cells, given, known)
    for column in (Column.acquired_on, Column.warranty_until):
        if cells[column]:
            if (day := read_day(cells[column])) is None:
                text = cells[column]
                cells.complain(column, say("“{text}” is no day; write 2026-03-02", text=text))
            given[column.value] = day
    for column in TEXTS:
        if cells[column]:
            given[column.value] = book_facts.TEXTS[column].tidy(cells[column])
    _read_class(cells, given, known)
    if cells[Column.numbers]:
        given["numbers"] = split_numbers(cells[Column.numbers])
    _complain_of(cells, given, known)
    return given


def split_numbers(cell: str) -> tuple[str, ...]:
    """The school's own numbers in one cell, apart by semicolons or 、."""
    return tuple(school_numbers.tidy(_BETWEEN_NUMBERS.split(cell)))


class Numbers:
    """The school's own numbers in the books (``by_number``, folded, each with its asset) and, as
    the rows come, in the file: each is of one asset."""

    def __init__(self, by_number: Mapping[str, int]) -> None:
        self._by_number = by_number
        self._lines: dict[str, int] = {}

    def refuse_taken(self, line: int, cells: Cells, known_id: int | None, numbers: object) -> None:
        """Complain of those of a row that another asset or another line has."""
        for number in _texts(numbers):
            fold = school_numbers.folded(number)
            if self._by_number.get(fold, known_id) != known_id:
                cells.complain(
                    Column.numbers, say("Another asset of the school has one of these numbers")
                )
            earlier = self._lines.setdefault(fold, line)
            if earlier != line:
                cells.complain(Column.numbers, say("Line {line} has the same number", line=earlier))


def read_amount(text: str) -> Decimal | None:
    """An amount as people write it, with ￥, 元 and commas; None if it is none."""
    plain = _AROUND_AMOUNT.sub("", unicodedata.normalize("NFKC", text).upper())
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def read_day(text: str) -> date | None:
    """A day as people write it; of a month alone the first; None if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("T00:00:00")
    found = _DAY.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def _read_value(cells: Cells, given: dict[str, object], known: BookFacts | None) -> None:
    if cells[Column.cost]:
        if (cost := read_amount(cells[Column.cost])) is None:
            cells.complain(Column.cost, say("“{text}” is no amount", text=cells[Column.cost]))
        given["cost"] = cost
        if not cells[Column.cost_basis] and (known is None or known.cost_basis is None):
            given["cost_basis"] = CostBasis.invoice
    if cells[Column.currency]:
        given["currency"] = cells[Column.currency].upper()
        if not re.fullmatch("[A-Z]{3}", cells[Column.currency].upper()):
            cells.complain(Column.currency, say("A currency has three letters, such as CNY"))
    if not cells[Column.cost_basis]:
        return
    basis = read_word(READ_BASIS, cells[Column.cost_basis])
    if basis is None:
        text = cells[Column.cost_basis]
        cells.complain(
            Column.cost_basis, say("“{text}” is none of: invoice, market, depreciated", text=text)
        )
    elif not cells[Column.cost] and (known is None or known.cost is None):
        cells.complain(Column.cost, say("What is it worth? It has a basis and no value"))
    given["cost_basis"] = basis


def _read_class(cells: Cells, given: dict[str, object], known: BookFacts | None) -> None:
    if "class_code" in given:
        given["class_code"] = str(given["class_code"]).upper()
        if not cells[Column.class_edition] and (known is None or not known.class_edition):
            given["class_edition"] = CLASS_EDITIONS[0]
    if not cells[Column.class_edition]:
        return
    wanted = _plain(cells[Column.class_edition])
    edition = next((one for one in CLASS_EDITIONS if _plain(one).endswith(wanted)), None)
    if edition is None:
        cells.complain(
            Column.class_edition, say("The edition is one of: {all}", all=", ".join(CLASS_EDITIONS))
        )
    elif "class_code" not in given and (known is None or not known.class_code):
        cells.complain(Column.class_code, say("An edition of the classes needs a class code"))
    given["class_edition"] = edition


def _complain_of(cells: Cells, given: Mapping[str, object], known: BookFacts | None) -> None:
    """What a form would refuse too."""
    errors = book_facts.find_errors(given)
    errors += school_numbers.find_errors(tuple(_texts(given.get("numbers"))))
    for field in ("supplier", "class_code", "class_edition"):
        error = book_facts.TEXTS[field].find_error(field, str(given.get(field) or ""))
        errors += [error] if error else []
    for error in errors:
        cells.complain(Column(error.field), error.message)
    code = str(given.get("class_code") or "")
    if code and not re.fullmatch("[A-Z]?[0-9]{1,15}", code):
        cells.complain(
            Column.class_code, say("A class code is digits, with one letter before them at most")
        )
    bought = given.get("acquired_on") or (known.acquired_on if known else None)
    ends = given.get("warranty_until") or (known.warranty_until if known else None)
    if isinstance(bought, date) and isinstance(ends, date) and ends < bought:
        cells.complain(
            Column.warranty_until if given.get("warranty_until") else Column.acquired_on,
            say("The warranty ends before the day of purchase"),
        )


def _texts(numbers: object) -> tuple[str, ...]:
    return numbers if isinstance(numbers, tuple) else ()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
