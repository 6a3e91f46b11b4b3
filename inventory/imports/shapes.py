"""An import as it is looked through before it is applied."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from core.errors import Message


class Verdict(StrEnum):
    """What would become of a row."""

    create = "create"
    update = "update"
    same = "same"
    skip = "skip"
    error = "error"


class ImportState(StrEnum):
    """Staged: looked through; applied: stored; discarded: not stored."""

    staged = "staged"
    applied = "applied"
    discarded = "discarded"


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
    """One row of the file with its verdict; a row that is created may still lack its tag."""

    line: int
    verdict: Verdict
    tag: str | None
    raw: dict[str, str]
    diff: tuple[FieldDiff, ...]
    remarks: tuple[Remark, ...]


class Counts(msgspec.Struct, frozen=True):
    """How many rows have each verdict."""

    create: int = 0
    update: int = 0
    same: int = 0
    skip: int = 0
    error: int = 0

    @property
    def total(self) -> int:
        return self.create + self.update + self.same + self.skip + self.error


class ImportJob(msgspec.Struct, frozen=True):
    """One file of assets for one school; ``unused`` are its headers that no column has."""

    id: UUID
    school_id: int
    school: str
    file_name: str
    encoding: str
    state: ImportState
    by: str | None
    created_at: datetime
    applied_at: datetime | None
    counts: Counts
    unused: tuple[str, ...] = ()

    @property
    def can_apply(self) -> bool:
        """Whether nothing is wrong and something would change."""
        changes = self.counts.create + self.counts.update
        return self.state is ImportState.staged and not self.counts.error and changes > 0
