"""The cells of one row of a file, by the fields that its columns fill."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

import msgspec

from core.errors import Message
from core.sheets import CellRefused
from core.sheets.cells import folded, is_empty, read_date, read_text, tidy
from inventory.imports.shapes import FileColumn, Remark
from inventory.imports.shapes import Mapping as ColumnMapping

T = TypeVar("T")
Words = Mapping[str, Mapping[str, str]]


class Layout(msgspec.Struct, frozen=True):
    """Which cells of a row fill which field, and what the words of choices mean."""

    headers: tuple[str, ...]
    places: dict[str, tuple[int, ...]]
    words: dict[str, dict[str, str]]
    starts_1904: bool = False
    for_all: dict[str, str] = {}

    @classmethod
    def of(
        cls,
        columns: Sequence[FileColumn],
        mapping: ColumnMapping,
        words: Words,
        *,
        starts_1904: bool = False,
    ) -> "Layout":
        """By what was mapped; ``words`` are those that each field knows by itself."""
        places: dict[str, tuple[int, ...]] = {}
        for place, column in enumerate(columns):
            if field := mapping.columns.get(column.header):
                places[field] = (*places.get(field, ()), place)
        meant = {
            field: {
                **known,
                **{folded(text): code for text, code in mapping.values.get(field, {}).items()},
            }
            for field, known in words.items()
        }
        headers = tuple(column.header for column in columns)
        return cls(headers, places, meant, starts_1904, mapping.for_all)


class MappedCells:
    """One row's cells by field, and the complaints about them."""

    def __init__(self, layout: Layout, line: int, cells: Sequence[str]) -> None:
        self._layout = layout
        self._cells = cells
        self.line = line
        self.remarks: list[Remark] = []

    def __getitem__(self, field: str) -> str:
        """What stands in the field's cells; nothing where a word for nothing does."""
        return next(iter(self.all_of(field)), "")

    def all_of(self, field: str) -> list[str]:
        """All filled cells of a field that several columns may fill; 无 fills one that knows it."""
        places = self._layout.places.get(field, ())
        if not places and (text := self._layout.for_all.get(field)):
            return [text]
        known = self._layout.words.get(field, {})
        texts = (self._cells[place] for place in places if place < len(self._cells))
        return [text for text in texts if not is_empty(text) or folded(text) in known]

    def has(self, field: str) -> bool:
        """Whether a column of the file fills the field."""
        return field in self._layout.places or field in self._layout.for_all

    def header(self, field: str) -> str:
        """The header of the field's first column, else its name."""
        places = self._layout.places.get(field)
        return self._layout.headers[places[0]] if places else field

    def complain(self, field: str, message: Message) -> None:
        self.remarks.append(Remark(self.header(field), message))

    def read(self, field: str, reader: Callable[[str], T | None]) -> T | None:
        """The value of a filled cell; None and a complaint if it cannot be read."""
        return next(iter(self.read_all(field, reader)), None)

    def read_all(self, field: str, reader: Callable[[str], T | None]) -> list[T]:
        """The same of all cells of a field that several columns may fill."""
        values = []
        for text in self.all_of(field):
            try:
                value = reader(text)
            except CellRefused as refused:
                self.complain(field, refused.message)
            else:
                values += [] if value is None else [value]
        return values

    def plain(self, field: str) -> str:
        """What :meth:`text` gives, without a judgement: things are looked up by it."""
        return " ".join(tidy(self[field]).split())

    def text(self, field: str) -> str:
        return self.read(field, read_text) or ""

    def day(self, field: str) -> date | None:
        return self.read(field, partial(read_date, starts_1904=self._layout.starts_1904))

    def word(self, field: str) -> str | None:
        """The code that the word in the cell means; "" is one that shall not be read."""
        return self.meaning(field, self[field])

    def meaning(self, field: str, text: str) -> str | None:
        """The code that a word means, by the field itself or by what a person said."""
        return self._layout.words.get(field, {}).get(folded(text))
