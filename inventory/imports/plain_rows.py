"""Rows of one table written and taken back: for nouns whose change is nothing but its columns.

A change is ``fields``, the columns to write, and ``before``, what they held; both as JSON holds a row
of the table. What is no longer as it was read, or as it was written, is not touched.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from core.database import execute, fetch_column
from core.errors import Message, say
from inventory.imports.applying import Stale
from inventory.imports.importers import Made, Staged, Written
from inventory.imports.references import find_used

CHANGED = say("It has been changed since")
USED = say("Something refers to it by now")


class PlainTable(msgspec.Struct, frozen=True):
    """A table by its writable columns; ``uses`` says why a row stays that these tables refer to,
    ``own`` are tables whose rows go with it or do not matter."""

    name: str
    columns: tuple[str, ...]
    uses: Mapping[str, Message] = {}
    own: Collection[str] = ()


class PlainWriter:
    """Writes and takes back; the nouns add what is beside the row."""

    def __init__(self, table: PlainTable, school_id: int, made: Made) -> None:
        self.table = table
        self.school_id = school_id
        self.made = made

    async def reserve(self, rows: Sequence[Staged]) -> dict[int, dict[str, object]]:
        """Nothing that others would wait for."""
        return {}

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        """One row of the table for each."""
        ids = await self.insert([fields_of(row) for row in rows])
        return [
            Written(row.line, [row_id], row.raw_label)
            for row, row_id in zip(rows, ids, strict=True)
        ]

    async def insert(self, given: Sequence[Mapping[str, object]]) -> list[int]:
        """The ids of new rows, in their order."""
        ids = await fetch_column(
            int,
            "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2::int)",
            self.table.name,
            len(given),
        )
        names = sorted({name for one in given for name in one})
        listed = ", ".join(("id", *names))
        await execute(
            f"INSERT INTO {self.table.name} ({listed}) SELECT {listed}"
            f" FROM jsonb_populate_recordset(NULL::{self.table.name}, $1::jsonb)",
            as_json([{"id": row_id, **one} for row_id, one in zip(ids, given, strict=True)]),
        )
        return ids

    async def update(self, rows: Sequence[Staged]) -> None:
        """The columns of rows that hold what they held when they were judged; else Stale."""
        kept = await self._that_hold(targets_of(rows), [row.change["before"] for row in rows])
        if len(kept) < len(rows):
            raise Stale
        await self._write(rows, "fields")

    async def finish(self) -> None:
        """Nothing is looked at again."""

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: rows that something refers to, or that are no longer as they were made."""
        ids = targets_of(rows)
        kept = await self._that_hold(ids, [fields_of(row) for row in rows])
        used = await find_used(self.table.name, ids, without=self.table.own)
        found = {row.line: CHANGED for row in rows if row.targets[0] not in kept}
        return found | {
            row.line: self.table.uses.get(used[row.targets[0]], USED)
            for row in rows
            if row.targets[0] in used
        }

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: rows that were changed again."""
        kept = await self._that_hold(targets_of(rows), [fields_of(row) for row in rows])
        return {row.line: CHANGED for row in rows if row.targets[0] not in kept}

    async def remove(self, rows: Sequence[Staged]) -> None:
        await execute(
            f"DELETE FROM {self.table.name} WHERE id = any($1::bigint[])", targets_of(rows)
        )

    async def restore(self, rows: Sequence[Staged]) -> None:
        await self._write(rows, "before")

    async def _that_hold(self, ids: Sequence[int], values: Sequence[object]) -> set[int]:
        """Those that hold these values, locked in the order of their ids."""
        return set(
            await fetch_column(
                int,
                f"SELECT t.id FROM {self.table.name} t"
                " JOIN unnest($1::bigint[], $2::text[]) AS u (id, held) ON u.id = t.id"
                " WHERE to_jsonb(t) @> u.held::jsonb ORDER BY t.id FOR NO KEY UPDATE OF t",
                list(ids),
                [as_json(one) for one in values],
            )
        )

    async def _write(self, rows: Sequence[Staged], which: str) -> None:
        listed = ", ".join(self.table.columns)
        await execute(
            f"UPDATE {self.table.name} t SET ({listed}) = (SELECT {listed}"
            " FROM jsonb_populate_record(t, u.fields::jsonb))"
            " FROM unnest($1::bigint[], $2::text[]) AS u (id, fields) WHERE t.id = u.id",
            targets_of(rows),
            [as_json(row.change[which]) for row in rows],
        )


def targets_of(rows: Sequence[Staged]) -> list[int]:
    """The ids of the things of rows that are one thing each."""
    return [row.targets[0] for row in rows]


def fields_of(row: Staged) -> dict[str, object]:
    """The columns that a row writes."""
    fields = row.change["fields"]
    assert isinstance(fields, dict)
    return fields


def as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
