"""What the books say now about everything a file names: a handful of queries for any file."""

from collections.abc import Iterable

import msgspec

from core.database import fetch
from inventory import serials, tags
from inventory.assets.book_facts import BookFacts
from inventory.assets.school_numbers import folded
from inventory.assets.shapes import Condition, LifecycleState
from inventory.custom_fields import AskedField, find_fields_at
from inventory.custom_fields.values import VALUE
from inventory.imports import field_columns
from inventory.models import AssetKind


class Known(BookFacts, frozen=True, kw_only=True):
    """An asset that is in the books already."""

    id: int
    tag: str
    school_id: int
    model_id: int
    serial_number: str | None
    place_id: int | None
    lifecycle: LifecycleState
    condition: Condition
    name: str
    note: str
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


class Books(msgspec.Struct):
    """Assets by tag and by trusted serial, models and places by the names people write."""

    school_id: int
    school_code: str
    by_tag: dict[str, Known]
    by_serial: dict[tuple[int, str], Known]
    models: dict[int, KnownModel]
    by_title: dict[str, list[KnownModel]]
    places: dict[int, str]
    place_ids: dict[str, list[int]]
    by_number: dict[str, int] = {}
    fields: dict[str, AskedField] = {}

    def find_models(self, kind: AssetKind | None, brand: str, name: str) -> list[KnownModel]:
        """The models that a row may mean; the brand may stand in the model's cell."""
        named = self.by_title.get(_plain(f"{brand} {name}"), [])
        return [model for model in named if kind in (None, model.kind)]


def by_title(models: Iterable[KnownModel]) -> dict[str, list[KnownModel]]:
    """The models by what people write, so that a row is looked up in one step however many there are."""
    found: dict[str, list[KnownModel]] = {}
    for model in models:
        found.setdefault(_plain(model.title), []).append(model)
    return found


ASSETS = f"""
SELECT id, tag, school AS school_id, model AS model_id, serial_number, place AS place_id,
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
SELECT p.id, p.name, pp.path FROM place p JOIN place_path pp ON pp.place = p.id
 WHERE p.school = $1 AND p.retired_at IS NULL
"""


async def open_books(
    school_id: int,
    school_code: str,
    *,
    named_tags: Iterable[str],
    named_serials: Iterable[str],
    named_numbers: Iterable[str] = (),
) -> Books:
    """Read what the file's tags and serial numbers stand for, at any school: both are unique
    everywhere, so that a row may stumble over an asset that nobody here can see."""
    by_tag = await fetch(
        Known,
        f"{ASSETS} WHERE tag = any($1::text[])",
        sorted({tags.clean(tag) for tag in named_tags}),
    )
    by_serial = await fetch(
        Known,
        f"{ASSETS} WHERE lower(serial_number) = any($1::text[]) AND serial_number IS NOT NULL"
        " AND serial_trust = 'ok' AND lifecycle <> 'voided'",
        sorted({(serials.clean(serial) or "").lower() for serial in named_serials}),
    )
    numbers = await fetch(
        _Number, NUMBERS, school_id, sorted({folded(number) for number in named_numbers})
    )
    models = await fetch(KnownModel, "SELECT id, kind, brand, name FROM asset_model")
    places = await fetch(_Place, PLACES, school_id)
    place_ids: dict[str, list[int]] = {}
    for place in places:
        for spelling in {_plain(place.name), _plain(place.path)}:
            place_ids.setdefault(spelling, []).append(place.id)
    return Books(
        school_id=school_id,
        school_code=school_code,
        by_tag={known.tag: known for known in by_tag},
        by_serial={(k.model_id, (k.serial_number or "").upper()): k for k in by_serial},
        models={model.id: model for model in models},
        by_title=by_title(models),
        places={place.id: place.path for place in places},
        place_ids=place_ids,
        fields=field_columns.by_name(await find_fields_at([school_id])),
        by_number={one.folded: one.asset for one in numbers},
    )


def place_key(text: str) -> str:
    """A place as people write it, with any spaces around the strokes."""
    return _plain(" / ".join(part.strip() for part in text.replace("／", "/").split("/")))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
