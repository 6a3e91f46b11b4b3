"""Rows that count things which nobody tags: so many of a model at a place come to its lot, and leave
it when the import is undone."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from core import clock
from core.database import execute, fetch
from core.errors import Message, say
from inventory.asset_columns import Column
from inventory.imports.books import Books
from inventory.imports.importers import Judged, Staged, Written
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.shapes import FieldDiff, Remark, Verdict
from inventory.models import ModelFacts

KEPT = frozenset({"place_id", "note", "model_id"})


class Lot(msgspec.Struct, frozen=True):
    """What a row puts into a lot."""

    count: int
    title: str
    note: str = ""


class _Move(msgspec.Struct):
    id: int
    lot: int
    quantity: int
    on_hand: int


class _Lot(msgspec.Struct):
    id: int
    model: int
    place: int


def judged(
    books: Books,
    cells: MappedCells,
    model: tuple[int | None, ModelFacts],
    given: Mapping[str, object],
    place_path: str | None,
    count: int,
) -> Judged:
    """A row that becomes a lot; it says which of its cells a lot does not keep."""
    model_id, facts = model
    title = f"{facts.brand} {facts.name}".strip()
    place_id = given.get("place_id")
    place = place_path or (books.places.get(place_id) if isinstance(place_id, int) else None)
    if place is None:
        message = say("A lot is at a place: write where the {count} are", count=count)
        remark = Remark(cells.header(Column.place), message)
        return Judged(cells.line, Verdict.error, remarks=(*cells.remarks, remark))
    dropped = [cells.header(field) for field in given if field not in KEPT and cells.has(field)]
    change: dict[str, object] = {
        "lot": Lot(count, title, str(given.get("note", ""))),
        "fields": {"model": model_id, "place": place_id},
    }
    if model_id is None:
        change["model"] = msgspec.to_builtins(facts)
    if place_path is not None:
        change["place"] = place_path
    shown = {"model_id": title, "place": place, "quantity": count}
    return Judged(
        cells.line,
        Verdict.create,
        f"{title} × {count}, {place}",
        diff=tuple(FieldDiff(field, None, value) for field, value in shown.items()),
        remarks=(Remark("", _not_kept(dropped)),) if dropped else (),
        change=change,
    )


def _not_kept(headers: Sequence[str]) -> Message:
    return say(
        "A lot keeps model, place and number alone, not: {columns}", columns=", ".join(headers)
    )


def is_lot(row: Staged) -> bool:
    """Whether a row puts things into a lot."""
    return "lot" in row.change


async def put_in(
    school_id: int, rows: Sequence[Staged], places: Sequence[tuple[int, int]]
) -> list[Written]:
    """Put what each row counts into the lot of its model and place (``places``, beside the rows).

    Their targets are the moves, with a minus: the others are assets.
    """
    if not rows:
        return []
    lots = await _lots(school_id, places)
    said = [msgspec.convert(row.change["lot"], Lot) for row in rows]
    # In the order of lots, as everybody locks them.
    order = sorted(range(len(rows)), key=lambda at: (lots[places[at]], at))
    made = await fetch(
        _Move,
        "INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, at, by, note)"
        " SELECT :school, u.lot, 'received', u.quantity, u.quantity, :now,"
        " nullif(current_setting('labshare.actor', true), '')::bigint, u.note"
        " FROM unnest(:lots::bigint[], :quantities::int[], :notes::text[]) WITH ORDINALITY"
        " AS u (lot, quantity, note, place) ORDER BY u.place"
        " RETURNING id, lot, quantity, 0 AS on_hand",
        school=school_id,
        now=clock.now(),
        lots=[lots[places[at]] for at in order],
        quantities=[said[at].count for at in order],
        notes=[said[at].note for at in order],
    )
    moves = sorted(one.id for one in made)
    return [
        Written(rows[at].line, [-move], rows[at].raw_label)
        for at, move in zip(order, moves, strict=True)
    ]


async def _lots(school_id: int, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    wanted = sorted(set(places))
    models, rooms = [model for model, _ in wanted], [room for _, room in wanted]
    await execute(
        "INSERT INTO lot (school, model, place)"
        " SELECT $1, u.model, u.place FROM unnest($2::bigint[], $3::bigint[]) AS u (model, place)"
        " ON CONFLICT (model, place) DO NOTHING",
        school_id,
        models,
        rooms,
    )
    found = await fetch(
        _Lot,
        "SELECT l.id, l.model, l.place FROM lot l JOIN unnest($1::bigint[], $2::bigint[])"
        " AS u (model, place) ON l.model = u.model AND l.place = u.place",
        models,
        rooms,
    )
    return {(one.model, one.place): one.id for one in found}


class UndoneLots:
    """What an import put into lots, taken out again; counts over all of its rows."""

    def __init__(self) -> None:
        self._wanted: Counter[int] = Counter()

    async def find_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: lots of which some are gone by now; the lots stay locked."""
        moves = await _moves(rows)
        found: dict[int, Message] = {}
        for row in rows:
            move = moves[-row.targets[0]]
            self._wanted[move.lot] += move.quantity
            if self._wanted[move.lot] > move.on_hand:
                found[row.line] = say(
                    "Only {count} of them are at their place by now", count=move.on_hand
                )
        return found

    async def take_out(self, school_id: int, rows: Sequence[Staged]) -> None:
        """The moves back; what came and went stays written, and so does the empty lot."""
        moves = sorted((await _moves(rows)).values(), key=lambda one: (one.lot, one.id))
        await execute(
            "INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, at, by, note)"
            " SELECT :school, u.lot, 'undone', u.quantity, -u.quantity, :now,"
            " nullif(current_setting('labshare.actor', true), '')::bigint, ''"
            " FROM unnest(:lots::bigint[], :quantities::int[]) WITH ORDINALITY"
            " AS u (lot, quantity, place) ORDER BY u.place",
            school=school_id,
            now=clock.now(),
            lots=[one.lot for one in moves],
            quantities=[one.quantity for one in moves],
        )


async def _moves(rows: Sequence[Staged]) -> dict[int, _Move]:
    found = await fetch(
        _Move,
        "SELECT v.id, v.lot, v.quantity, l.on_hand FROM lot_move v JOIN lot l ON l.id = v.lot"
        " WHERE v.id = any($1::bigint[]) ORDER BY l.id FOR UPDATE OF l",
        [-target for row in rows for target in row.targets],
    )
    return {one.id: one for one in found}
