"""The columns of a school's books in an asset file: value, dates, supplier, class, its own numbers."""

import re
from collections.abc import Mapping
from datetime import date

from core.errors import say
from core.sheets.cells import read_text
from inventory import class_codes, tags
from inventory.asset_columns import Column
from inventory.assets import book_facts, school_numbers
from inventory.assets.book_facts import BookFacts, CostBasis
from inventory.assets.school_numbers import folded
from inventory.class_codes import CLASS_EDITIONS
from inventory.imports import costs
from inventory.imports.books import Books, Known
from inventory.imports.mapped_cells import MappedCells

_BETWEEN_NUMBERS = re.compile(r"[;；、\n]")
BETWEEN = "；"
TEXTS = (Column.supplier, Column.class_code)
OF_BOOKS = (
    Column.cost, Column.cost_basis, Column.currency, Column.acquired_on, Column.warranty_until,
    Column.supplier, Column.class_code, Column.class_edition, Column.numbers,
)  # fmt: skip


def read(cells: MappedCells, known: Known | None) -> dict[str, object]:
    """The values of the filled cells; ``known`` are those of the asset in the books."""
    given: dict[str, object] = {}
    _read_value(cells, given, known)
    for column in (Column.acquired_on, Column.warranty_until):
        if (day := cells.day(column)) is not None:
            given[column.value] = day
    for column in TEXTS:
        if text := cells.text(column):
            given[column.value] = book_facts.TEXTS[column].tidy(text)
    _read_class(cells, given, known)
    if cells[Column.numbers]:
        given["numbers"] = _read_numbers(cells, known)
    _complain_of(cells, given, known)
    return given


def split_numbers(cell: str) -> tuple[str, ...]:
    """The school's own numbers in one cell, apart by semicolons or 、."""
    return tuple(school_numbers.tidy(_BETWEEN_NUMBERS.split(cell)))


def numbers_of(cells: MappedCells) -> tuple[str, ...]:
    """All numbers that a row names, in whichever column; some may not be readable."""
    named = [number for cell in cells.all_of(Column.numbers) for number in split_numbers(cell)]
    return tuple(school_numbers.tidy(named))


def _read_numbers(cells: MappedCells, known: Known | None) -> tuple[str, ...]:
    """The same, each read as a text: rounded ones and failed formulas are complained of."""
    whole = BETWEEN.join(cells.all_of(Column.numbers))
    if known is not None and folded(whole) == folded(BETWEEN.join(known.numbers)):
        # Our own file, of numbers that hold what stands between numbers elsewhere.
        return known.numbers
    read = cells.read_all(Column.numbers, _read_each)
    return tuple(school_numbers.tidy(number for numbers in read for number in numbers))


def _read_each(cell: str) -> tuple[str, ...]:
    parts = (read_text(part) for part in _BETWEEN_NUMBERS.split(cell))
    return tuple(part for part in parts if part)


class Numbers:
    """The school's own numbers in the books (of those that the present rows name) and, as the rows
    come, in the file: each is of one asset, and none is another's tag."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lines: dict[str, int] = {}

    def refuse_taken(
        self, line: int, cells: MappedCells, known_id: int | None, numbers: object
    ) -> None:
        """Complain of those of a row that another asset or another line has."""
        for number in _texts(numbers):
            fold = folded(number)
            if self._books.by_number.get(fold, known_id) != known_id:
                cells.complain(
                    Column.numbers, say("Another asset of the school has one of these numbers")
                )
            tagged = self._books.by_tag.get(tags.clean(number))
            if tagged and tagged.id != known_id and tagged.school_id == self._books.school_id:
                cells.complain(
                    Column.numbers,
                    say(
                        "{tag} is the tag of another asset; is this the column of tags?",
                        tag=tagged.tag,
                    ),
                )
            earlier = self._lines.setdefault(fold, line)
            if earlier != line:
                cells.complain(Column.numbers, say("Line {line} has the same number", line=earlier))


def _read_value(cells: MappedCells, given: dict[str, object], known: BookFacts | None) -> None:
    cost = costs.read(cells)
    if cost is not None:
        given["cost"] = cost
        if not cells[Column.cost_basis] and (known is None or known.cost_basis is None):
            given["cost_basis"] = CostBasis.invoice
    if currency := cells.text(Column.currency).upper():
        given["currency"] = currency
        if not re.fullmatch("[A-Z]{3}", currency):
            cells.complain(Column.currency, say("A currency has three letters, such as CNY"))
    if not cells[Column.cost_basis]:
        return
    basis = cells.word(Column.cost_basis)
    if basis is None:
        text = cells[Column.cost_basis]
        cells.complain(
            Column.cost_basis, say("“{text}” is none of: invoice, market, depreciated", text=text)
        )
    elif cost is None and not costs.is_filled(cells) and (known is None or known.cost is None):
        cells.complain(Column.cost, say("What is it worth? It has a basis and no value"))
    elif basis:
        given["cost_basis"] = CostBasis(basis)


def _read_class(cells: MappedCells, given: dict[str, object], known: BookFacts | None) -> None:
    if "class_code" in given:
        given["class_code"] = str(given["class_code"]).upper()
        if not cells[Column.class_edition] and (known is None or not known.class_edition):
            given["class_edition"] = CLASS_EDITIONS[0]
    if not cells[Column.class_edition]:
        return
    edition = read_edition(cells)
    if edition is None:
        return
    if "class_code" not in given and (known is None or not known.class_code):
        cells.complain(Column.class_code, say("An edition of the classes needs a class code"))
    given["class_edition"] = edition


def read_edition(cells: MappedCells) -> str | None:
    """The edition of the classes in a filled cell; None and a complaint if there is no such one."""
    edition = class_codes.find_edition(cells[Column.class_edition])
    if edition is None:
        message = say("The edition is one of: {all}", all=", ".join(CLASS_EDITIONS))
        cells.complain(Column.class_edition, message)
    return edition


def _complain_of(cells: MappedCells, given: Mapping[str, object], known: BookFacts | None) -> None:
    """What a form would refuse too."""
    errors = book_facts.find_errors(given)
    errors += school_numbers.find_errors(tuple(_texts(given.get("numbers"))))
    for field in ("supplier", "class_code", "class_edition"):
        error = book_facts.TEXTS[field].find_error(field, str(given.get(field) or ""))
        errors += [error] if error else []
    for error in errors:
        cells.complain(Column(error.field), error.message)
    for error in class_codes.wrong_class(str(given.get("class_code") or "")):
        cells.complain(Column.class_code, error.message)
    bought = given.get("acquired_on") or (known.acquired_on if known else None)
    ends = given.get("warranty_until") or (known.warranty_until if known else None)
    if isinstance(bought, date) and isinstance(ends, date) and ends < bought:
        cells.complain(
            Column.warranty_until if given.get("warranty_until") else Column.acquired_on,
            say("The warranty ends before the day of purchase"),
        )


def _texts(numbers: object) -> tuple[str, ...]:
    return numbers if isinstance(numbers, tuple) else ()
