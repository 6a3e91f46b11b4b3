"""The columns of a list, said once for its page and its files, and which of them a reader chose."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

from api.kit.lists import ListQuery
from api.wording.language import Language
from core.access import Actor
from core.errors import Invalid, Message, say
from core.query import Orders
from core.schools import name_in

R = TypeVar("R")
Cell = str | int | Decimal | date | datetime | None


class Column(msgspec.Struct, Generic[R], frozen=True):
    """One column: its name in addresses, its head, and what a row has there.

    Sorted by where the list has an order of its name. ``on_page`` says whether the page has it
    when none is chosen. On a phone a row is two lines, and ``line`` says where in them it stands:
    "title", "state" or "where"; else it is left out there. ``head`` is what a file has above it,
    where that is not ``word``. With ``names_school`` its values are codes of schools, which files
    show by their names.
    """

    name: str
    word: Message
    value: Callable[[R, Language], Cell]
    on_page: bool = True
    line: str | Callable[[R], str] = ""
    numeric: bool = False
    head: Callable[[Language], str] | None = None
    names_school: bool = False

    def text_of_school(self, actor: Actor) -> "Column[R]":
        """The same; where its value is the code of a school, with that school's name."""
        names = {one.school_code: one for one in actor.memberships}

        def name(row: R, speech: Language) -> Cell:
            code = self.value(row, speech)
            found = names.get(str(code))
            if found is None:
                return code
            return name_in(speech.code, found.school_name_zh, found.school_name_en)

        return msgspec.structs.replace(self, value=name) if self.names_school else self


class ListTable(msgspec.Struct, Generic[R], frozen=True):
    """The columns of one list from the left; the first is its rows' name and always there.

    ``name`` is that of its files before the dot, ``in_files`` names what these have, in their
    order, when none is chosen: all, if it is empty. ``sorts`` are orders without a column.
    """

    name: str
    columns: Sequence[Column[R]]
    orders: Orders
    in_files: Sequence[str] = ()
    sorts: Sequence[tuple[str, Message]] = ()

    def chosen(self, names: Sequence[str]) -> list[Column[R]]:
        """The columns of these names and the first, in the list's order; Invalid for any other."""
        known = [column.name for column in self.columns]
        if set(names) - set(known):
            raise Invalid.of(
                "columns",
                say("Choose columns among {columns}", columns=", ".join(known)),
                code="columns",
            )
        return [column for column in self.columns if column.name in (known[0], *names)]

    def with_more(self, columns: Sequence[Column[R]]) -> "ListTable[R]":
        """The same with columns at its end, which its files have too when none is chosen."""
        names = [column.name for column in columns]
        return msgspec.structs.replace(
            self,
            columns=[*self.columns, *columns],
            in_files=[*self.in_files, *names] if self.in_files else self.in_files,
        )

    def of_file(self, names: Sequence[str]) -> list[Column[R]]:
        """What a file has."""
        if names or not self.in_files:
            return self.chosen(names) if names else list(self.columns)
        by_name = {column.name: column for column in self.columns}
        return [by_name[name] for name in self.in_files]

    def shown(
        self,
        asked: ListQuery[Any],
        speech: Language,
        *,
        without: Sequence[str] = (),
        default_sort: str | None = None,
    ) -> "ShownTable[R]":
        """The list on its page; ``without`` are columns that nobody gets who chose none."""
        default = [
            column for column in self.columns if column.on_page and column.name not in without
        ]
        columns = self.chosen(asked.columns) if asked.columns else default
        sort = default_sort or self.orders.default
        return ShownTable(self, columns, bool(asked.columns), asked.sort or sort, sort, speech)


class ShownTable(msgspec.Struct, Generic[R], frozen=True):
    """A list as one page shows it: its columns, and by what it is sorted.

    ``default_sort`` is by what when its address does not say.
    """

    table: ListTable[R]
    columns: Sequence[Column[R]]
    is_chosen: bool
    sort: str
    default_sort: str
    speech: Language

    @property
    def in_two_lines(self) -> bool:
        """Whether a phone has two lines a row, and not one a column."""
        return not self.is_chosen and any(column.line for column in self.columns)

    @property
    def sorts(self) -> list[tuple[str, Message]]:
        """The names and words of all that the list can be sorted by."""
        heads = [(column.name, column.word) for column in self.table.columns]
        return [one for one in heads if self.sorts_by(one[0])] + list(self.table.sorts)

    def sorts_by(self, name: str) -> bool:
        return name in self.table.orders.columns

    def line_of(self, column: Column[R], row: R) -> str:
        """Where a phone has a cell: the class of it."""
        if not self.in_two_lines:
            return ""
        line = column.line if isinstance(column.line, str) else column.line(row)
        return f"cell-{line}" if line else "wide-only"

    def text(self, column: Column[R], row: R) -> str:
        """A cell in words, where the page shows nothing special there."""
        value = column.value(row, self.speech)
        if isinstance(value, datetime):
            return self.speech.moment(value)
        if isinstance(value, date):
            return self.speech.day(value)
        if isinstance(value, int | Decimal):
            return self.speech.number(value)
        return value or "–"
