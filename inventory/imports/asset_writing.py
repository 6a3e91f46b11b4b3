"""Judged rows of assets written, and taken back: some statements for hundreds of rows."""

from collections.abc import Sequence

import msgspec

from core.database import execute, fetch, fetch_column
from inventory import tags
from inventory.assets.book_facts import BookFacts
from inventory.assets.shapes import Condition, LifecycleState
from inventory.assets.writing import Draft, insert_assets
from inventory.custom_fields import AskedField, find_fields_at
from inventory.custom_fields.values import write_values
from inventory.imports.applying import Stale
from inventory.imports.asset_lots import is_lot, put_in
from inventory.imports.asset_undoing import UPDATE, UndoneAssets
from inventory.imports.importers import Made, Staged, Written
from inventory.imports.made_models import MadeModels
from inventory.imports.new_places import ensure_places

# Of rows that have no tag yet those that were reserved before are named as well; they are given out
# no second time by their series.
STATED_TAGS = """
SELECT jsonb_array_elements_text(r.change->'tags')
  FROM import_row r JOIN import_job j ON j.id = r.job
 WHERE j.school = $1 AND j.state = 'applying' AND r.verdict = 'create' AND NOT r.is_left_out
   AND r.change ? 'tags'
"""


class NewFacts(BookFacts, frozen=True, kw_only=True):
    """The fields of an asset as a judged row keeps them."""

    model: int | None = None
    place: int | None = None
    serial_number: str | None = None
    lifecycle: LifecycleState = LifecycleState.in_service
    condition: Condition = Condition.unknown
    name: str = ""
    note: str = ""


class AssetWriter(UndoneAssets):
    """Writes the rows of one import of assets in the transaction that applies it."""

    def __init__(self, school_id: int, made: Made, asked: list[AskedField]) -> None:
        super().__init__(school_id, asked)
        self._made = made
        self._models = MadeModels(made)
        self._places: dict[str, int] = {}
        self._named: set[int] = set()
        self._stated: set[str] | None = None

    async def reserve(self, rows: Sequence[Staged]) -> dict[int, dict[str, object]]:
        """Tags for the things that have none, and the models and places that are new."""
        await self._make(rows)
        bare = [row for row in rows if not (row.change.get("tags") or is_lot(row))]
        counts = [_count(row) for row in bare]
        given = await self._free_tags(sum(counts)) if bare else []
        reserved: dict[int, dict[str, object]] = {}
        for row, count in zip(bare, counts, strict=True):
            reserved[row.line], given = {"tags": given[:count]}, given[count:]
        return reserved

    async def _free_tags(self, count: int) -> list[str]:
        """Tags of the series that no row of the files being applied names further down."""
        if self._stated is None:
            self._stated = set(await fetch_column(str, STATED_TAGS, self.school_id))
        free: list[str] = []
        while len(free) < count:
            taken = await tags.next_tags(self.school_id, count - len(free))
            free += [tag for tag in taken if tag not in self._stated]
        return free

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        """The assets of new rows, with their codes, numbers and custom fields; or so many in lots."""
        lots = [row for row in rows if is_lot(row)]
        fields = [self._fields(row) for row in lots]
        placed = [(int(str(one["model"])), int(str(one["place"]))) for one in fields]
        written = await put_in(self.school_id, lots, placed)
        return written + await self._create_assets([row for row in rows if not is_lot(row)])

    async def _create_assets(self, rows: Sequence[Staged]) -> list[Written]:
        drafts = [self._draft(row, str(tag)) for row in rows for tag in _texts(row.change["tags"])]
        await insert_assets(*drafts)
        ids = await self._ids([draft.tag for draft in drafts])
        written = [
            Written(
                row.line,
                [ids[tag] for tag in _texts(row.change["tags"])],
                ", ".join(_texts(row.change["tags"])),
            )
            for row in rows
        ]
        await write_values(
            self.school_id,
            self.asked,
            [
                (asset, _pairs(row.change.get("values")))
                for row, one in zip(rows, written, strict=True)
                for asset in one.targets
            ],
        )
        return written

    async def update(self, rows: Sequence[Staged]) -> None:
        """The changes of assets that are as they were when they were judged; else Stale."""
        ids = [row.targets[0] for row in rows]
        now = await self.lock(ids)
        if any(now.get(row.targets[0]) != row.version_read for row in rows):
            raise Stale
        fields = [self._fields(row) for row in rows]
        await execute(UPDATE, ids, [msgspec.json.encode(one).decode() for one in fields])
        await self.write_beside(rows, "numbers", "values")

    async def finish(self) -> None:
        """Places that went out of use since the rows were judged: held from now until the commit,
        not for the whole time in which the rows are written."""
        in_use = await fetch_column(
            int,
            "SELECT id FROM place WHERE id = any($1::bigint[]) AND retired_at IS NULL"
            " ORDER BY id FOR SHARE",
            sorted(self._named),
        )
        if self._named - set(in_use):
            raise Stale

    async def _make(self, rows: Sequence[Staged]) -> None:
        """The models and places that the rows bring, where they are not there yet."""
        await self._models.make(rows)
        paths = [str(row.change["place"]) for row in rows if "place" in row.change]
        new_paths = [path for path in paths if path not in self._places]
        if new_paths:
            found, made = await ensure_places(self.school_id, new_paths)
            self._places |= found
            self._made.add("place", made)

    def _fields(self, row: Staged) -> dict[str, object]:
        fields = _facts(row) | self._models.of(row)
        if "place" in row.change:
            fields["place"] = self._places[str(row.change["place"])]
        if isinstance(place := fields.get("place"), int):
            self._named.add(place)
        return fields

    def _draft(self, row: Staged, tag: str) -> Draft:
        fields = self._fields(row)
        fields.pop("serial_trust", None)
        facts = msgspec.convert(fields, NewFacts, strict=False)
        assert facts.model is not None
        book = {name: getattr(facts, name) for name in BookFacts.__struct_fields__}
        return Draft(
            tag=tag,
            school_id=self.school_id,
            title_holder_id=self.school_id,
            model_id=facts.model,
            lifecycle=facts.lifecycle,
            condition=facts.condition,
            place_id=facts.place,
            serial_number=facts.serial_number,
            name=facts.name,
            note=facts.note,
            numbers=tuple(_texts(row.change.get("numbers"))),
            **book,
        )

    async def _ids(self, given: list[str]) -> dict[str, int]:
        class Tagged(msgspec.Struct):
            id: int
            tag: str

        found = await fetch(Tagged, "SELECT id, tag FROM asset WHERE tag = any($1::text[])", given)
        return {one.tag: one.id for one in found}


async def open_writer(school_id: int, made: Made) -> AssetWriter:
    """For one import of a school."""
    return AssetWriter(school_id, made, await find_fields_at([school_id]))


def _count(row: Staged) -> int:
    count = row.change.get("count", 1)
    return count if isinstance(count, int) else 1


def _facts(row: Staged) -> dict[str, object]:
    fields = row.change["fields"]
    assert isinstance(fields, dict)
    return fields


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _pairs(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}
