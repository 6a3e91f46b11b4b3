"""What the books say now about everything that rows of a file name: a handful of queries a batch."""

from collections.abc import Iterable

import msgspec

from core.database import fetch
from core.sheets import spelling_key
from inventory import serials
from inventory.assets.book_facts import BookFacts
from inventory.assets.shapes import Condition, LifecycleState
from inventory.brand_names import model_key
from inventory.custom_fields import AskedField, find_fields_at
from inventory.custom_fields.values import VALUE
from inventory.imports import field_columns
from inventory.imports.new_places import BETWEEN, path_key
from inventory.imports.shapes import RetiredPlace
from inventory.models import AssetKind


class Known(BookFacts, frozen=True, kw_only=True):
    """An asset that is in the books already."""

    id: int
    tag: str
    version: int
    school_id: int
    model_id: int
    serial_number: str | None
    place_id: int | None
    lifecycle: LifecycleState
    condition: Condition
    name: str
    note: str
    must_be_wiped: bool = False
    numbers: tuple[str, ...] = ()
    fields: dict[str, str] = msgspec.field(default_factory=dict)


class KnownModel(msgspec.Struct, frozen=True):
    """A model that is in the list already."""

    id: int
    kind: AssetKind
    brand: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.brand} {self.name}".strip()


class _Number(msgspec.Struct):
    folded: str
    asset: int


class _Place(msgspec.Struct):
    id: int
    name: str
    path: str
    is_retired: bool


class Books(msgspec.Struct):
    """Models and places by the names people write; of the present rows, assets by tag, by trusted
    serial number and by the school's own numbers."""

    school_id: int
    school_code: str
    models: dict[int, KnownModel]
    by_title: dict[str, list[KnownModel]]
    places: dict[int, str]
    place_ids: dict[str, list[int]]
    fields: dict[str, AskedField] = {}
    retired: dict[str, RetiredPlace] = {}
    by_tag: dict[str, Known] = {}
    by_serial: dict[tuple[int, str], Known] = {}
    by_number: dict[str, int] = {}
    by_id: dict[int, Known] = {}

    def find_models(self, kind: AssetKind | None, *titles: str) -> list[KnownModel]:
        """The models that a row may mean: of that very name as it stands in the file, else in plain
        characters, else of one that equals it but for spaces, width and strokes."""
        keys = (*(_plain(title) for title in titles), model_key(titles[-1]))
        named = next((found for key in keys if (found := self.by_title.get(key))), [])
        return [model for model in named if kind in (None, model.kind)]

    def find_places(self, *texts: str) -> list[int]:
        """The places that a cell may mean, by name or path; ``texts`` as of models."""
        keys = (*(place_key(text) for text in texts), spelling_key(texts[-1]))
        return next((found for key in keys if (found := self.place_ids.get(key))), [])

    def find_retired(self, path: str) -> RetiredPlace | None:
        """The place out of use that a new path means, or that it would be in."""
        parts = path.split(BETWEEN)
        inside = (BETWEEN.join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return next((found for key in inside if (found := self.retired.get(path_key(key)))), None)

    async def learn(
        self,
        tags_: Iterable[str],
        serials_: Iterable[str],
        numbers: Iterable[str],
        *,
        raw_serials: Iterable[str] = (),
    ) -> None:
        """Read what these stand for, at any school: tags and serial numbers are unique everywhere,
        so that a row may stumble over an asset that nobody here can see.

        ``serials_`` are in plain characters, ``raw_serials`` as the file writes them: the books may
        hold either."""
        found = await fetch(_Number, NUMBERS, self.school_id, sorted(set(numbers)))
        self.by_number = {one.folded: one.asset for one in found}
        known = await fetch(
            Known,
            f"{ASSETS} WHERE tag = any($1::text[]) OR id = any($2::bigint[])",
            sorted(set(tags_)),
            list(self.by_number.values()),
        )
        self.by_tag = {one.tag: one for one in known}
        self.by_id = {one.id: one for one in known}
        of_known = {one.serial_number.lower() for one in known if one.serial_number}
        of_known |= {serial.lower() for serial in raw_serials}
        same = await fetch(
            Known,
            f"{ASSETS} WHERE lower(serial_number) = any($1::text[]) AND serial_number IS NOT NULL"
            " AND serial_trust = 'ok' AND lifecycle <> 'voided'",
            sorted({serial.lower() for serial in serials_} | of_known),
        )
        self.by_serial = {(k.model_id, serial_key(k.serial_number or "")): k for k in same}


def by_title(models: Iterable[KnownModel]) -> dict[str, list[KnownModel]]:
    """The models by what people write, so that a row is looked up in one step however many there are."""
    found: dict[str, list[KnownModel]] = {}
    for model in models:
        for key in {_plain(model.title), model_key(model.title)}:
            found.setdefault(key, []).append(model)
    return found


ASSETS = f"""
SELECT id, tag, version, school AS school_id, model AS model_id, serial_number, place AS place_id,
       EXISTS (SELECT FROM donation_line l JOIN donation g ON g.id = l.donation
                WHERE l.id = asset.donation_line AND g.wipe_on_intake)
           AND NOT asset_is_wiped(id) AS must_be_wiped,
       lifecycle, condition, name, note, cost, currency, cost_basis, acquired_on, warranty_until,
       supplier, class_code, class_edition,
       array(SELECT n.number FROM asset_number n WHERE n.asset = asset.id ORDER BY n.id) AS numbers,
       (SELECT coalesce(jsonb_object_agg(f.name, {VALUE}), '{{}}'::jsonb)
          FROM asset_value v
          JOIN custom_field f ON f.id = v.field AND f.school = asset.school
          LEFT JOIN custom_choice c ON c.id = v.choice
         WHERE v.asset = asset.id AND {VALUE} IS NOT NULL) AS fields
  FROM asset
"""
NUMBERS = "SELECT folded, asset FROM asset_number WHERE school = $1 AND folded = any($2::text[])"
PLACES = """
SELECT p.id, p.name, pp.path, p.retired_at IS NOT NULL AS is_retired
  FROM place p JOIN place_path pp ON pp.place = p.id
 WHERE p.school = $1
"""


async def open_books(school_id: int, school_code: str) -> Books:
    """The models of all schools, and the places and custom fields of this one."""
    models = await fetch(KnownModel, "SELECT id, kind, brand, name FROM asset_model")
    places = await fetch(_Place, PLACES, school_id)
    in_use = [place for place in places if not place.is_retired]
    place_ids: dict[str, list[int]] = {}
    for place in in_use:
        path = spelling_key(place.path)
        for spelling in {_plain(place.name), _plain(place.path), spelling_key(place.name), path}:
            place_ids.setdefault(spelling, []).append(place.id)
    return Books(
        school_id=school_id,
        school_code=school_code,
        models={model.id: model for model in models},
        by_title=by_title(models),
        places={place.id: place.path for place in in_use},
        place_ids=place_ids,
        retired={
            path_key(one.path): RetiredPlace(one.id, one.path) for one in places if one.is_retired
        },
        fields=field_columns.by_name(await find_fields_at([school_id])),
    )


def place_key(text: str) -> str:
    """A place as people write it, with any spaces around the strokes."""
    return _plain(" / ".join(part.strip() for part in text.replace("／", "/").split("/")))


def serial_key(serial: str) -> str:
    """A serial number as it is looked up, in any case and width."""
    return (serials.plain(serial) or "").upper()


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
