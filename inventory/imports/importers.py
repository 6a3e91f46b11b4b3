"""What a noun says so that files of it can be imported: its fields, its judge, how it is written."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from core.database import Refusals
from core.errors import Message
from core.permissions import Permission
from core.sheets import Field, spelling_key
from inventory.imports.mapped_cells import Layout, MappedCells
from inventory.imports.shapes import FieldDiff, Findings, Noun, Quantity, Remark, Verdict


class Judged(msgspec.Struct, frozen=True):
    """A row with its verdict, and all that applying it takes, as JSON.

    ``label`` is what its thing is called; ``target`` the one found, ``version`` as it was read.
    """

    line: int
    verdict: Verdict
    label: str = ""
    target: int | None = None
    version: int | None = None
    diff: tuple[FieldDiff, ...] = ()
    remarks: tuple[Remark, ...] = ()
    change: dict[str, object] = {}


class Order(msgspec.Struct, frozen=True):
    """What a person decided that every row is judged by."""

    school_id: int
    school: str
    layout: Layout
    keys: frozenset[str]
    quantity: Quantity | None = None
    makes_places: bool = False
    joins: Mapping[str, Mapping[str, str]] = {}

    def joined(self, field: str, name: str) -> str | None:
        """The name that is meant by a name of the file, if it was joined to another."""
        named = self.joins.get(field)
        return named.get(name) or named.get(spelling_key(name)) if named else None


class Judge(Protocol):
    """Judges the rows of one file in their order, some thousands at a time."""

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """Look up all that these rows name: a handful of queries."""

    def judge(self, row: MappedCells) -> Judged:
        """The verdict on one of them; remembers what it has seen."""

    def findings(self) -> Findings:
        """What was new in all rows; takes a second for thousands of names."""


class Staged(msgspec.Struct, frozen=True):
    """A judged row that is to be written; ``targets`` are what it found, or made."""

    job: UUID
    line: int
    change: dict[str, object]
    targets: list[int]
    version_read: int | None
    raw_label: str = ""


class Made(msgspec.Struct):
    """What an import made beside the things of its rows, by table; grows while it is applied."""

    ids: dict[str, list[int]] = {}

    def add(self, table: str, ids: Sequence[int]) -> None:
        self.ids.setdefault(table, []).extend(ids)


class Written(msgspec.Struct, frozen=True):
    """A row that was written: the things it made, and what they are called."""

    line: int
    targets: list[int]
    label: str


class Writer(Protocol):
    """Writes the rows of one import in the transaction of applying or undoing it."""

    async def reserve(self, rows: Sequence[Staged]) -> dict[int, dict[str, object]]:
        """In a transaction of its own, before: what others would wait for is made or taken; gives
        what is added to the changes of rows, by line."""

    async def create(self, rows: Sequence[Staged]) -> list[Written]: ...

    async def update(self, rows: Sequence[Staged]) -> None: ...

    async def finish(self) -> None:
        """At the end of applying: what may have gone out of use meanwhile; Stale if it has."""

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: why what a row made cannot go."""

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: why what a row changed cannot be put back."""

    async def remove(self, rows: Sequence[Staged]) -> None: ...

    async def restore(self, rows: Sequence[Staged]) -> None: ...


class Importer(msgspec.Struct, frozen=True, kw_only=True):
    """One noun. ``needs`` are fields of which one must be filled; ``keys`` those that find a thing.

    ``refusals`` are the constraints that applying may meet in a race.
    """

    noun: Noun
    permission: Permission
    fields: Callable[[int], Awaitable[tuple[Field, ...]]]
    keys: tuple[str, ...]
    needs: tuple[str, ...]
    open_judge: Callable[[Order], Awaitable[Judge]]
    open_writer: Callable[[int, Made], Awaitable[Writer]]
    refusals: Refusals
    # Whether it is for people at a browser, who type their password before it is applied.
    in_person: bool = False
    # Said where no column fills one of ``needs``.
    missing: Message
    # A row of the template: the values of its fields in English and in Chinese.
    sample: Mapping[str, tuple[str, str]]
    # Fields that may be said once for all rows, where no column fills them.
    for_all: tuple[str, ...] = ()
    # The table of its things: what refers to one of them stands in the way of undoing it.
    table: str
