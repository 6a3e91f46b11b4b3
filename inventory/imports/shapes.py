"""An import as it is looked through before it is applied, and after."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from core.errors import Message
from core.sheets import CellFault, LeftOut, PassedOver


class Noun(StrEnum):
    """What the rows of a file are."""

    assets = "assets"
    models = "models"
    places = "places"
    people = "people"
    donation_lines = "donation_lines"
    timetables = "timetables"


class Verdict(StrEnum):
    """What would become of a row."""

    create = "create"
    update = "update"
    same = "same"
    skip = "skip"
    error = "error"


class ImportState(StrEnum):
    """How far an import is; see :data:`WAITS_FOR_WORKER` for those that a worker takes."""

    uploaded = "uploaded"
    read = "read"
    mapped = "mapped"
    judged = "judged"
    applying = "applying"
    applied = "applied"
    undoing = "undoing"
    undone = "undone"
    failed = "failed"
    discarded = "discarded"


WAITS_FOR_WORKER = frozenset(
    {ImportState.uploaded, ImportState.mapped, ImportState.applying, ImportState.undoing}
)


class Quantity(StrEnum):
    """What a row with a quantity above one becomes: so many assets, one lot that counts them, or
    nothing; ``ask`` is not said yet."""

    ask = "ask"
    one_each = "one_each"
    as_lot = "as_lot"
    leave_out = "leave_out"


class FileColumn(msgspec.Struct, frozen=True):
    """A column of the file: its header, how many cells are filled, a few of its values.

    ``values`` are the different ones with how often each occurs, if they are few; ``filled_down``
    counts cells of merged ranges that got the value of the first.
    """

    header: str
    letter: str = ""
    group: str = ""
    filled: int = 0
    samples: tuple[str, ...] = ()
    values: dict[str, int] | None = None
    filled_down: int = 0


class FileReading(msgspec.Struct, frozen=True):
    """How the file was read: from which sheet, under which header, and what is not among the rows.

    Lines are those of the file. ``left_out`` and ``faults`` name the first hundred.
    """

    sheet: str = ""
    header_lines: tuple[int, ...] = ()
    is_encoding_sure: bool = True
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
    passed_over: tuple[PassedOver, ...] = ()
    faults: tuple[CellFault, ...] = ()
    fault_count: int = 0
    starts_1904: bool = False


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of a file; what is left out is as suggested.

    ``columns`` gives each header the field that it fills, or "" if it is not read. ``values`` gives
    words of a field the code that they mean. A row finds its thing by ``keys``. ``joins`` gives a
    name of the file, by the field it is in, the name that is meant by it. ``for_all`` gives a field
    that no column fills what it is in every row.
    """

    columns: Annotated[
        dict[str, str], msgspec.Meta(examples=[{"资产编号": "tag", "型号": "model"}])
    ] = {}
    values: Annotated[
        dict[str, dict[str, str]], msgspec.Meta(examples=[{"condition": {"九成新": "ok"}}])
    ] = {}
    keys: tuple[str, ...] = ()
    quantity: Quantity | None = None
    makes_places: bool | None = None
    joins: Annotated[
        dict[str, dict[str, str]], msgspec.Meta(examples=[{"model": {"启天M-415": "启天M415"}}])
    ] = {}
    for_all: Annotated[dict[str, str], msgspec.Meta(examples=[{"room": "机房一"}])] = {}


class NewName(msgspec.Struct, frozen=True):
    """A name of the file that is in no list: in how many rows, and which known names are near.

    Of a model whose kind no column says, ``kind`` is what its words suggest, "" if they do not.
    """

    name: str
    rows: int
    near: tuple[str, ...] = ()
    kind: str | None = None


class RetiredPlace(msgspec.Struct, frozen=True):
    """A place that the file names and that is out of use: it may be taken back into use, or what is
    ``written`` in the file is another one."""

    id: int
    name: str
    rows: int = 0
    written: str = ""


class Findings(msgspec.Struct, frozen=True):
    """What the rows bring with them: new models and places, and how many things are made."""

    models: tuple[NewName, ...] = ()
    places: tuple[NewName, ...] = ()
    retired_places: tuple[RetiredPlace, ...] = ()
    things: int = 0
    quantities: int = 0


class Remark(msgspec.Struct, frozen=True):
    """A sentence about one cell: the header of its column, and what to mend."""

    column: str
    message: Message


class FieldDiff(msgspec.Struct, frozen=True):
    """One value before and after, in words that people know."""

    field: str
    before: Any
    after: Any


class ImportRow(msgspec.Struct, frozen=True):
    """One row of the file with its verdict, none before it is judged.

    ``tag`` is what its thing is called; a row that is created may still lack it. ``obstacle`` is
    what stands in the way of undoing it.
    """

    line: int
    verdict: Verdict | None
    tag: str | None
    raw: dict[str, str]
    diff: tuple[FieldDiff, ...]
    remarks: tuple[Remark, ...]
    is_left_out: bool = False
    obstacle: Message | None = None


class Counts(msgspec.Struct, frozen=True):
    """How many rows have each verdict; those left out by hand are ``left_out`` alone."""

    create: int = 0
    update: int = 0
    same: int = 0
    skip: int = 0
    error: int = 0
    left_out: int = 0

    @property
    def total(self) -> int:
        return self.create + self.update + self.same + self.skip + self.error + self.left_out


class ImportJob(msgspec.Struct, frozen=True):
    """One file for one school. ``rows_done`` of ``rows`` is how far its present step is.

    ``unused`` are its headers that no field reads. ``problem`` is why it failed, or why it came
    back from being applied or undone.
    """

    id: UUID
    school_id: int
    school: str
    noun: Noun
    file_name: str
    encoding: str
    state: ImportState
    by: str | None
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    counts: Counts
    rows: int
    rows_done: int
    columns: tuple[FileColumn, ...]
    reading: FileReading | None
    mapping: Mapping | None
    findings: Findings
    problem: Message | str | None
    has_way_back: bool

    @property
    def is_working(self) -> bool:
        """Whether a worker has it, or takes it next."""
        return self.state in WAITS_FOR_WORKER

    @property
    def can_map(self) -> bool:
        """Whether its columns can be chosen, for the first time or anew."""
        return self.state in (ImportState.read, ImportState.judged)

    @property
    def can_apply(self) -> bool:
        """Whether nothing is wrong and something would change."""
        changes = self.counts.create + self.counts.update
        return self.state is ImportState.judged and not self.counts.error and changes > 0

    @property
    def can_undo(self) -> bool:
        return self.state is ImportState.applied and self.has_way_back

    @property
    def can_discard(self) -> bool:
        return self.state in (
            ImportState.uploaded,
            ImportState.read,
            ImportState.mapped,
            ImportState.judged,
            ImportState.failed,
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """The headers that are not read."""
        if self.mapping is None:
            return ()
        return tuple(c.header for c in self.columns if not self.mapping.columns.get(c.header))
