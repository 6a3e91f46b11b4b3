"""Places that a file names and the school has not: building / room / cabinet, made by their path."""

from collections.abc import Iterable

import msgspec

from core import places, tables
from core.database import fetch
from core.errors import Invalid, say
from core.places import PlaceKind
from core.rows import insert_row
from core.sheets import spelling_key

BETWEEN = " / "
MOST_DEEP = 3
# What stands in what; a name alone is a room.
WITHIN = {PlaceKind.building: PlaceKind.room, PlaceKind.room: PlaceKind.cabinet}


class _Place(msgspec.Struct):
    id: int
    parent_id: int | None
    kind: PlaceKind
    name: str


def place_path(text: str) -> str | None:
    """A place as it would be called, from the outside in; None if it cannot be one."""
    parts = [places.NAME.tidy(part) for part in text.replace("／", "/").split("/")]
    if len(parts) > MOST_DEEP or any(places.NAME.find_error("name", part) for part in parts):
        return None
    return BETWEEN.join(parts)


def path_key(path: str) -> str:
    """The same for spellings of one place: 101室 and 101 室 are one, 1-11 and 111 are two."""
    return BETWEEN.join(spelling_key(part) for part in path.split(BETWEEN))


class NewPlaces:
    """The places that rows would add: one a spelling, as it was first written, with its rows."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, path: str) -> str:
        """The path that a row means."""
        first = self._first.setdefault(path_key(path), path)
        self.rows[first] = self.rows.get(first, 0) + 1
        return first


async def ensure_places(school_id: int, paths: Iterable[str]) -> tuple[dict[str, int], list[int]]:
    """The ids of the places with these paths, made where they are missing, and which were made.

    In the caller's transaction and the refusals of ``core.places``.
    """
    found = await fetch(
        _Place,
        "SELECT id, parent AS parent_id, kind, name FROM place"
        " WHERE school = $1 AND retired_at IS NULL FOR KEY SHARE",
        school_id,
    )
    known = {(place.parent_id, spelling_key(place.name)): place for place in found}
    known |= {(place.parent_id, place.name): place for place in found}
    made: list[int] = []
    ids: dict[str, int] = {}
    for path in dict.fromkeys(paths):
        around: _Place | None = None
        parts = path.split(BETWEEN)
        for part in parts:
            key = (around.id if around else None, part)
            around_known = known.get(key) or known.get((key[0], spelling_key(part)))
            if around_known is None:
                kind = _kind(around, is_last=part is parts[-1])
                new = await insert_row(
                    tables.Place, school_id=school_id, parent_id=key[0], kind=kind, name=part
                )
                around_known = known[key] = _Place(new, key[0], kind, part)
                made.append(new)
            around = around_known
        assert around is not None
        ids[path] = around.id
    return ids, made


def _kind(around: _Place | None, *, is_last: bool) -> PlaceKind:
    if around is None:
        return PlaceKind.room if is_last else PlaceKind.building
    if around.kind not in WITHIN:
        raise Invalid.of(
            "place", say("Nothing stands in the cabinet {name}", name=around.name), code="parent"
        )
    return WITHIN[around.kind]
