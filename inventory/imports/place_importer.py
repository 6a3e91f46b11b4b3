"""Lists of places: building, room and cabinet, each made after the one around it."""

from collections.abc import Sequence

import msgspec

from core.database import execute, fetch, fetch_column
from core.errors import Message, say
from core.permissions import EDIT_PLACES
from core.places import HOLDERS, NAME, REFUSALS, PlaceKind
from core.sheets import Field, spelling_key
from inventory.imports.applying import Stale
from inventory.imports.importers import Importer, Judged, Made, Order, Staged, Written
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.plain_judging import Twins, changed, created, said_before, skipped, wrong
from inventory.imports.plain_rows import PlainTable, PlainWriter, fields_of, targets_of
from inventory.imports.shapes import Findings, Noun

BETWEEN = " / "
PARTS = (PlaceKind.building, PlaceKind.room, PlaceKind.cabinet)
FIELDS = (
    Field("building", ("Building", "楼宇", "教学楼", "楼", "建筑", "楼栋", "楼名", "校舍", "Block")),
    Field("room", ("Room", "房间", "功能室", "教室", "房间名称", "室", "功能室名称", "Room name")),
    Field("cabinet", ("Cabinet", "柜", "机柜", "柜子", "橱柜", "储物柜", "Cupboard")),
    Field("new_name", ("New name", "新名称", "改名为", "新名", "Renamed to")),
)  # fmt: skip
TABLE = PlainTable(
    "place",
    ("name", "retired_at"),
    uses={
        "asset": say("Assets stand there by now"),
        "lot": say("Lots are kept there by now"),
        "custody": say("Something has been handed out to it since"),
        "place": say("Places were added in it"),
    },
    own=("place", "place_path"),
)
CHILDREN = """
SELECT DISTINCT c.parent FROM place c
 WHERE c.parent = any($1::bigint[])
   AND NOT EXISTS (SELECT FROM import_row r
                    WHERE r.job = $2 AND r.verdict = 'create' AND r.targets[1] = c.id)
"""
Path = tuple[str, ...]


class Known(msgspec.Struct, frozen=True):
    """A place in the list; ``retired_at`` as JSON holds it."""

    id: int
    parent_id: int | None
    kind: PlaceKind
    name: str
    retired_at: str | None


def by_path(places: Sequence[Known]) -> dict[Path, Known]:
    """The places by the names from the outside in, as they are compared."""
    by_id = {place.id: place for place in places}
    found: dict[Path, Known] = {}
    for place in places:
        names, around = [place.name], place.parent_id
        while around is not None:
            names.insert(0, by_id[around].name)
            around = by_id[around].parent_id
        found[key_of(names)] = place
    return found


def key_of(names: Sequence[str]) -> Path:
    """A path as it is compared."""
    return tuple(spelling_key(name) for name in names)


class PlaceJudge:
    """A row is the place that its last filled cell names, in those around it."""

    def __init__(self, known: dict[Path, Known]) -> None:
        self.known = known
        self.made: dict[Path, int] = {}
        self.kinds: dict[Path, PlaceKind] = {path: one.kind for path, one in known.items()}
        self.twins = Twins()
        self.restored: set[Path] = set()

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """All places of the school are known already."""

    def findings(self) -> Findings:
        return Findings()

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        parts = [(kind, self._name(cells, kind.value)) for kind in PARTS if cells[kind.value]]
        label = BETWEEN.join(name for _, name in parts)
        new_name = self._name(cells, "new_name") if cells["new_name"] else ""
        if not parts:
            cells.complain("building", say("Give the place a name"))
        if cells.remarks:
            return wrong(cells, label)
        path = key_of([name for _, name in parts])
        if (earlier := self.twins.line_before(path, cells.line)) is not None:
            said_before(cells, parts[-1][0].value, earlier)
            return wrong(cells, label)
        if (known := self.known.get(path)) is not None:
            return self._changed(cells, label, known, path, new_name)
        if (made_by := self.made.get(path)) is not None:
            return skipped(cells.line, label, say("Line {line} makes it already", line=made_by))
        return self._created(cells, label, parts, new_name)

    def _name(self, cells: MappedCells, field: str) -> str:
        name = NAME.tidy(cells.text(field))
        if error := NAME.find_error(field, name):
            cells.complain(field, error.message)
        return name

    def _changed(
        self, cells: MappedCells, label: str, known: Known, path: Path, new_name: str
    ) -> Judged:
        """Renamed, or taken back into use together with nothing else."""
        fields: dict[str, object] = {"retired_at": None}
        if new_name:
            fields["name"] = new_name
            renamed = (*path[:-1], spelling_key(new_name))
            if renamed != path and (renamed in self.known or renamed in self.made):
                cells.complain("new_name", say("A place of this name is already there"))
        if known.retired_at is not None:
            self._refuse_retired(cells, "building", path[:-1])
            self.restored.add(path)
        if cells.remarks:
            return wrong(cells, label)
        return changed(cells.line, label, known.id, fields, msgspec.to_builtins(known))

    def _refuse_retired(self, cells: MappedCells, field: str, around: Path) -> None:
        known = self.known.get(around)
        if known is not None and known.retired_at is not None and around not in self.restored:
            cells.complain(field, say("The place around it is not in use at this school"))

    def _created(
        self, cells: MappedCells, label: str, parts: list[tuple[PlaceKind, str]], new_name: str
    ) -> Judged:
        if new_name:
            cells.complain("new_name", say("There is no such place to be renamed"))
        names = [name for _, name in parts]
        holder: PlaceKind | None = None
        around: list[tuple[str, list[str]]] = []
        for depth, (kind, _) in enumerate(parts, start=1):
            path = key_of(names[:depth])
            self._refuse_retired(cells, kind.value, path)
            there = self.kinds.get(path, kind)
            if holder not in HOLDERS[there] or there is not kind:
                cells.complain(kind.value, say("A room is in a building, a cabinet in a room"))
            if path not in self.kinds and depth < len(parts):
                around.append((kind.value, names[:depth]))
            holder = there
        if cells.remarks:
            return wrong(cells, label)
        for depth, (kind, _) in enumerate(parts, start=1):
            path = key_of(names[:depth])
            if path not in self.kinds:
                self.kinds[path], self.made[path] = kind, cells.line
        kind, name = parts[-1]
        fields = {"kind": kind.value, "name": name}
        return created(
            cells.line, label, fields, {"kind": kind.value, "place": label},
            names=names, around=around,
        )  # fmt: skip


class PlaceWriter(PlainWriter):
    """Places by level, so that each finds the one around it."""

    _known: dict[Path, int] | None = None

    async def reserve(self, rows: Sequence[Staged]) -> dict[int, dict[str, object]]:
        """The places around that no row of the file is about: buildings first."""
        around = [
            (str(kind), tuple(names))
            for row in rows
            for kind, names in _pairs(row.change.get("around"))
        ]
        for depth in range(1, len(PARTS) + 1):
            level = {key_of(names): (kind, names) for kind, names in around if len(names) == depth}
            known = await self._paths()
            new = [one for path, one in level.items() if path not in known]
            if new:
                self.made.add("place", await self._insert_level(new))
        return {}

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        """Those of the outermost level first."""
        ids: dict[int, int] = {}
        for depth in range(1, len(PARTS) + 1):
            level = [row for row in rows if len(_names(row)) == depth]
            if level:
                new = [(str(fields_of(row)["kind"]), tuple(_names(row))) for row in level]
                made = await self._insert_level(new)
                ids |= {row.line: row_id for row, row_id in zip(level, made, strict=True)}
        return [Written(row.line, [ids[row.line]], row.raw_label) for row in rows]

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        found = await super().find_created_obstacles(rows)
        ids = targets_of(rows)
        around = set(await fetch_column(int, CHILDREN, ids, rows[0].job)) if rows else set()
        more = {row.line: TABLE.uses["place"] for row in rows if row.targets[0] in around}
        return more | found

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """A place that was taken back into use goes out of use again only while nothing is there."""
        found = await super().find_updated_obstacles(rows)
        retired = {row.targets[0]: row.line for row in rows if _was_retired(row)}
        standing = await fetch_column(
            int,
            "SELECT DISTINCT place FROM asset WHERE place = any($1::bigint[])",
            list(retired),
        )
        return found | {retired[place]: TABLE.uses["asset"] for place in standing}

    async def remove(self, rows: Sequence[Staged]) -> None:
        """What is in others goes first."""
        while await execute(
            "DELETE FROM place p WHERE id = any($1::bigint[])"
            " AND NOT EXISTS (SELECT FROM place c WHERE c.parent = p.id)",
            targets_of(rows),
        ):
            pass

    async def _insert_level(self, new: Sequence[tuple[str, tuple[str, ...]]]) -> list[int]:
        known = await self._paths()
        rows = []
        for kind, names in new:
            parent = known.get(key_of(names[:-1]))
            if parent is None and len(names) > 1:
                raise Stale
            rows.append(
                {"school": self.school_id, "kind": kind, "name": names[-1], "parent": parent}
            )
        ids = await self.insert(rows)
        known |= {key_of(names): row_id for (_, names), row_id in zip(new, ids, strict=True)}
        return ids

    async def _paths(self) -> dict[Path, int]:
        if self._known is None:
            places = by_path(await _places(self.school_id))
            self._known = {path: one.id for path, one in places.items()}
        return self._known


def _was_retired(row: Staged) -> bool:
    before = row.change["before"]
    return isinstance(before, dict) and before.get("retired_at") is not None


def _names(row: Staged) -> list[str]:
    names = row.change["names"]
    assert isinstance(names, list)
    return [str(name) for name in names]


def _pairs(value: object) -> list[tuple[str, list[str]]]:
    return msgspec.convert(value or [], list[tuple[str, list[str]]])


async def _places(school_id: int) -> list[Known]:
    return await fetch(
        Known,
        "SELECT id, parent AS parent_id, kind, name, to_jsonb(p)->>'retired_at' AS retired_at"
        " FROM place p WHERE school = $1 ORDER BY id",
        school_id,
    )


async def _open_judge(order: Order) -> PlaceJudge:
    return PlaceJudge(by_path(await _places(order.school_id)))


async def _open_writer(school_id: int, made: Made) -> PlaceWriter:
    return PlaceWriter(TABLE, school_id, made)


async def _fields(_school_id: int) -> tuple[Field, ...]:
    return FIELDS


PLACES = Importer(
    noun=Noun.places,
    permission=EDIT_PLACES,
    fields=_fields,
    keys=("building",),
    needs=tuple(kind.value for kind in PARTS),
    missing=say("No column is the building, the room or the cabinet"),
    open_judge=_open_judge,
    open_writer=_open_writer,
    refusals=REFUSALS,
    table=TABLE.name,
    sample={
        "building": ("Laboratory building", "实验楼"),
        "room": ("Computer room 2", "机房二"),
        "cabinet": ("", ""),
        "new_name": ("", ""),
    },
)
