"""An import of assets taken back: what it made goes, what it changed is put back."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from core.database import execute, fetch, fetch_column
from core.errors import Message, say
from inventory.assets import school_numbers
from inventory.custom_fields import AskedField
from inventory.custom_fields.values import write_values
from inventory.imports.asset_lots import UndoneLots, is_lot
from inventory.imports.importers import Staged
from inventory.imports.references import find_used

# What every asset has by itself, and goes or is set free with it.
ITS_OWN = frozenset({"asset_number", "asset_value", "label_code"})
USES: dict[str, Message] = {
    "custody": say("It has been handed out since"),
    "work_order": say("It has had a work order since"),
    "asset_step": say("It has taken a step of its life since"),
    "attachment": say("It has photographs or documents by now"),
    "device": say("It is watched over the network by now"),
    "asset_wipe": say("A wipe of it is recorded by now"),
}
# Over the row as it stands comes what the JSON names, each value by the type of its column.
UPDATE = """
UPDATE asset a SET (model, place, serial_number, serial_trust, condition, name, note, cost,
                    currency, cost_basis, acquired_on, warranty_until, supplier, class_code,
                    class_edition, version)
     = (SELECT n.model, n.place, n.serial_number, n.serial_trust, n.condition, n.name, n.note,
               n.cost, n.currency, n.cost_basis, n.acquired_on, n.warranty_until, n.supplier,
               n.class_code, n.class_edition, a.version + 1
          FROM jsonb_populate_record(a, u.fields::jsonb) n)
  FROM unnest($1::bigint[], $2::text[]) AS u (id, fields)
 WHERE a.id = u.id
"""
SERIAL_TAKEN = """
SELECT a.id FROM unnest($1::bigint[], $2::text[]) AS u (id, fields)
  JOIN asset a ON a.id = u.id
 CROSS JOIN LATERAL jsonb_populate_record(a, u.fields::jsonb) n
 WHERE n.serial_trust = 'ok'
   AND EXISTS (SELECT FROM asset o
                WHERE o.model = n.model AND upper(o.serial_number) = upper(n.serial_number)
                  AND o.serial_trust = 'ok' AND o.lifecycle <> 'voided' AND o.id <> a.id)
"""
UNDONE_SINCE = """
SELECT r.targets[1] AS id, r.version_read AS version, false AS is_end
  FROM import_job j JOIN import_row r ON r.job = j.id
 WHERE j.state = 'undone' AND j.noun = 'assets' AND r.verdict = 'update' AND NOT r.is_left_out
   AND r.targets[1] = any($1::bigint[]) AND r.version_read IS NOT NULL
   AND j.school IN (SELECT school FROM asset WHERE id = any($1::bigint[]))
"""
CHANGED = say("It has been changed since")
TAKEN_SERIAL = say("Another asset has its earlier serial number by now")
TAKEN_NUMBER = say("Another asset has one of its earlier numbers by now")


class _Number(msgspec.Struct):
    folded: str
    asset: int


class _Version(msgspec.Struct):
    id: int
    version: int
    is_end: bool


class UndoneAssets:
    """The half of a writer that takes back."""

    def __init__(self, school_id: int, asked: list[AskedField]) -> None:
        self.school_id = school_id
        self.asked = asked
        self.lots = UndoneLots()

    async def lock(self, ids: Sequence[int]) -> dict[int, int]:
        """The versions of assets of the school that have not left the books, locked by their ids."""
        found = await fetch(
            _Version,
            "SELECT a.id, a.version, l.is_end FROM asset a JOIN lifecycle l ON l.state = a.lifecycle"
            " WHERE a.id = any($1::bigint[]) AND a.school = $2 ORDER BY a.id FOR UPDATE OF a",
            list(ids),
            self.school_id,
        )
        return {one.id: one.version for one in found if not one.is_end}

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: what happened to an asset that the import made, or to what it put into a lot."""
        lots = await self.lots.find_obstacles([row for row in rows if is_lot(row)])
        rows = [row for row in rows if not is_lot(row)]
        ids = [asset for row in rows for asset in row.targets]
        now = await self.lock(ids)
        used = await find_used("asset", ids, without=ITS_OWN)
        changed = await _find_changed(dict.fromkeys(ids, 1), now)
        found: dict[int, Message] = {}
        for row in rows:
            for asset in row.targets:
                if asset in used:
                    found[row.line] = USES.get(used[asset], say("Something refers to it by now"))
                elif asset in changed:
                    found[row.line] = CHANGED
        return lots | found

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: assets that were changed again, or whose old numbers others have by now."""
        now = await self.lock([row.targets[0] for row in rows])
        found = await self._taken(rows)
        written = {row.targets[0]: (row.version_read or 0) + 1 for row in rows}
        changed = await _find_changed(written, now)
        return found | {row.line: CHANGED for row in rows if row.targets[0] in changed}

    async def _taken(self, rows: Sequence[Staged]) -> dict[int, Message]:
        ids, before = [row.targets[0] for row in rows], _before(rows)
        of_others = set(await fetch_column(int, SERIAL_TAKEN, ids, before))
        found = {row.line: TAKEN_SERIAL for row in rows if row.targets[0] in of_others}
        numbers = {row.line: _folded(row.change.get("numbers_before")) for row in rows}
        taken = await fetch(
            _Number,
            "SELECT folded, asset FROM asset_number WHERE school = $1 AND folded = any($2::text[])",
            self.school_id,
            sorted(set().union(*numbers.values())),
        )
        by_number = {one.folded: one.asset for one in taken}
        return found | {
            row.line: TAKEN_NUMBER
            for row in rows
            if any(by_number.get(n, row.targets[0]) != row.targets[0] for n in numbers[row.line])
        }

    async def remove(self, rows: Sequence[Staged]) -> None:
        """The assets go; a code that may be printed is free for another, as codes never go."""
        await self.lots.take_out(self.school_id, [row for row in rows if is_lot(row)])
        rows = [row for row in rows if not is_lot(row)]
        ids = [asset for row in rows for asset in row.targets]
        await execute(
            "UPDATE label_code SET asset = NULL, linked_at = NULL WHERE asset = any($1::bigint[])",
            ids,
        )
        for table in ("asset_number", "asset_value"):
            await execute(f"DELETE FROM {table} WHERE asset = any($1::bigint[])", ids)
        await execute("DELETE FROM asset WHERE id = any($1::bigint[])", ids)

    async def restore(self, rows: Sequence[Staged]) -> None:
        """The fields as they were before."""
        ids = [row.targets[0] for row in rows]
        await execute(UPDATE, ids, _before(rows))
        await self.write_beside(rows, "numbers_before", "values_before")

    async def write_beside(self, rows: Sequence[Staged], numbers: str, values: str) -> None:
        """Numbers and custom fields of rows whose change names them."""
        given = {
            row.targets[0]: [str(one) for one in of_row]
            for row in rows
            if isinstance(of_row := row.change.get(numbers), list)
        }
        await school_numbers.write_numbers(self.school_id, given)
        pairs = [
            (row.targets[0], {str(k): v and str(v) for k, v in said.items()})
            for row in rows
            if isinstance(said := row.change.get(values), dict) and said
        ]
        await write_values(self.school_id, self.asked, pairs)


async def _find_changed(written: Mapping[int, int], now: Mapping[int, int]) -> set[int]:
    """Assets that are no longer at the version that was written.

    Imports that came after and were undone since do not count: each changed the asset once and put
    it back once.
    """
    other = [asset for asset, version in written.items() if now.get(asset) != version]
    if not other:
        return set()
    found = await fetch(_Version, UNDONE_SINCE, other)
    since = Counter(one.id for one in found if one.version >= written[one.id])
    return {asset for asset in other if now.get(asset) != written[asset] + 2 * since[asset]}


def _before(rows: Sequence[Staged]) -> list[str]:
    return [msgspec.json.encode(row.change["before"]).decode() for row in rows]


def _folded(numbers: object) -> set[str]:
    given = numbers if isinstance(numbers, list) else []
    return {school_numbers.folded(str(one)) for one in given}
