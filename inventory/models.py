"""Asset models: the kinds of things, shared by all schools."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from core.access import Actor
from core.changes import changed_since
from core.database import fetch, fetch_value, get_one, refusing, transaction
from core.errors import FieldError, Forbidden, Invalid, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, by_place_in, list_page
from core.rows import insert_row, update_row
from core.texts import Line, refuse, tidied
from inventory import isbns, tables
from inventory.class_codes import REFUSALS as CLASS_REFUSALS
from inventory.class_codes import ClassCode, completed, wrong_class


class AssetKind(StrEnum):
    """What a thing is, broadly."""

    computer = "computer"
    robot_kit = "robot_kit"
    book = "book"
    network = "network"
    printer = "printer"
    projector = "projector"
    ups = "ups"
    part = "part"
    other = "other"


REFUSALS = {
    "asset_model_once": Invalid.of("name", say("This model is in the list already"), code="taken"),
    "asset_model_class_has_an_edition": CLASS_REFUSALS["asset_class_has_an_edition"],
    "asset_model_class_code_is_plain": CLASS_REFUSALS["asset_class_code_is_plain"],
    "asset_model_isbn_once": Invalid.of(
        "isbn", say("Another book of the list has this ISBN: add copies of that one"), code="taken"
    ),
}


class AssetModel(msgspec.Struct, frozen=True):
    """A kind of thing; ``assets`` counts those in the reader's sight, ``photo_id`` shows it."""

    id: int
    kind: AssetKind
    brand: str
    name: str
    isbn: str | None = None
    class_code: str = ""
    class_edition: str = ""
    author: str = ""
    published_year: int | None = None
    call_number: str = ""
    assets: int = 0
    photo_id: int | None = None

    @property
    def title(self) -> str:
        return f"{self.brand} {self.name}".strip()


Isbn = Annotated[
    str | None, msgspec.Meta(description="ISBN, of 10 or 13 digits; kept and given as 13")
]
PublishedYear = Annotated[int, msgspec.Meta(ge=1400, le=2100)]


class ModelFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a model.

    Its class of the standard is that of its assets, but for those that have another one. What
    follows the class is of books alone, as the ISBN is; a book's brand is its publisher.
    """

    kind: AssetKind
    name: Annotated[str, msgspec.Meta(examples=["ThinkCentre M720"])]
    brand: str = ""
    isbn: Isbn = None
    class_code: ClassCode = ""
    class_edition: str = ""
    author: str = ""
    published_year: PublishedYear | None = None
    call_number: Annotated[str, msgspec.Meta(description="Class and shelf mark, as I287.45/12")] = (
        ""
    )


TEXTS = {
    "name": Line(tables.AssetModel.name, required=say("Give the model a name")),
    "brand": Line(tables.AssetModel.brand),
    "class_code": Line(tables.AssetModel.class_code),
    "class_edition": Line(tables.AssetModel.class_edition),
    "author": Line(tables.AssetModel.author),
    "call_number": Line(tables.AssetModel.call_number),
}
OF_BOOKS = ("isbn", "author", "published_year", "call_number")
WORDS_MOST = 6
HELD = "(SELECT count(*) FROM asset a WHERE a.model = m.id AND a.school = any(:schools::bigint[]))"
COLUMNS = f"""
SELECT m.id, m.kind, m.brand, m.name, m.isbn, m.class_code, m.class_edition, m.author,
       m.published_year, m.call_number, {HELD} AS assets,
       (SELECT t.id FROM attachment t WHERE t.model = m.id AND t.is_main) AS photo_id
  FROM asset_model m
"""


ORDERS = Orders(
    "title",
    Key("m.id", int, "id"),
    title=(Key("m.brand", str, "brand"), Key("m.name", str, "name")),
    kind=by_place_in(list(AssetKind), "m.kind", "kind"),
    assets=Key(HELD, int, "assets", cast="bigint"),
)


class ModelFilters(msgspec.Struct, frozen=True):
    """Which models a list shows; ``class_code`` is how their codes begin."""

    q: str = ""
    kind: AssetKind | None = None
    class_code: ClassCode | None = None
    changed_since: datetime | None = None


NO_FILTERS = ModelFilters()


async def list_models(
    actor: Actor,
    filters: ModelFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[AssetModel]:
    """Models by brand and name, or by ``sort``."""
    where = Where(schools=actor.school_ids)
    if filters.q.strip():
        where.add("(m.brand || ' ' || m.name) ILIKE :pattern", pattern=like(filters.q))
    where.add_given("m.kind = :kind", kind=filters.kind)
    if filters.class_code:
        where.add(
            "m.class_code ^@ :class_code AND m.class_code <> ''",
            class_code=filters.class_code.strip().upper(),
        )
    return await list_page(
        AssetModel,
        COLUMNS,
        where,
        ORDERS.chosen(sort),
        cursor=cursor,
        limit=limit,
        changed=changed_since(filters.changed_since, "asset_model", "m.id"),
    )


async def find_titled(
    actor: Actor, text: str = "", *, exactly: bool = False, limit: int = 50
) -> list[AssetModel]:
    """A few models whose brand and name hold every word of ``text``, or are it ``exactly``."""
    where = Where(schools=actor.school_ids)
    words = text.split()
    if exactly:
        where.add("lower(model_title(m.brand, m.name)) = lower(:title)", title=" ".join(words))
    for number, word in enumerate(words[:WORDS_MOST]):
        where.add(
            f"(m.brand || ' ' || m.name) ILIKE :word_{number}", **{f"word_{number}": like(word)}
        )
    return await fetch(
        AssetModel,
        f"{COLUMNS} WHERE {where} ORDER BY {ORDERS.chosen(None).sql} LIMIT :at_most",
        **where.values,
        at_most=limit,
    )


async def get_model(actor: Actor, model_id: int) -> AssetModel:
    """One model, else NotFound."""
    return await get_one(
        AssetModel,
        f"{COLUMNS} WHERE m.id = :id",
        schools=actor.school_ids,
        id=model_id,
        missing=say("There is no such model"),
    )


async def create_model(actor: Actor, facts: ModelFacts) -> AssetModel:
    """Add a model; one of the same kind, brand and name is refused."""
    require_editor(actor)
    clean = checked(facts)
    with refusing(REFUSALS):
        async with transaction(actor):
            model_id = await insert_row(tables.AssetModel, clean)
    return AssetModel(model_id, **msgspec.structs.asdict(clean))


async def update_model(actor: Actor, model_id: int, facts: ModelFacts) -> AssetModel:
    """Write a model anew; its assets follow, so it is for those who see all of them."""
    require_editor(actor)
    clean = checked(facts)
    with refusing(REFUSALS):
        async with transaction(actor):
            if await fetch_value(
                "SELECT 1 FROM asset WHERE model = $1 AND NOT school = any($2::bigint[]) LIMIT 1",
                model_id,
                actor.school_ids,
            ):
                raise Forbidden(say("Another school has this model too: make one of your own"))
            await update_row(tables.AssetModel, model_id, clean)
    return await get_model(actor, model_id)


async def ensure_model(facts: ModelFacts) -> int:
    """The id of the model of this kind, brand and name, made if need be; in a transaction."""
    clean = checked(facts)
    columns = clean.__struct_fields__
    made = await fetch_value(
        f"INSERT INTO asset_model ({', '.join(columns)})"
        f" VALUES ({', '.join(f':{column}' for column in columns)})"
        " ON CONFLICT (kind, brand, name) WHERE name <> '' DO NOTHING RETURNING id",
        **msgspec.structs.asdict(clean),
    )
    if made is None:
        made = await fetch_value(
            "SELECT id FROM asset_model WHERE kind = $1 AND brand = $2 AND name = $3",
            clean.kind,
            clean.brand,
            clean.name,
        )
    model_id: int = made
    return model_id


async def ensure_models(models: Sequence[ModelFacts]) -> tuple[list[int], list[int]]:
    """The ids of these models in their order, made if need be, and which were made; in a transaction.

    The facts are checked already.
    """
    made = await fetch(
        _Named,
        "INSERT INTO asset_model (kind, brand, name)"
        " SELECT DISTINCT u.* FROM unnest(:kinds::text[], :brands::text[], :names::text[])"
        " AS u (kind, brand, name)"
        " ORDER BY 1, 2, 3 ON CONFLICT (kind, brand, name) WHERE name <> '' DO NOTHING RETURNING id, kind, brand, name",
        **_columns_of(models),
    )
    found = await fetch(
        _Named,
        "SELECT id, kind, brand, name FROM asset_model WHERE (kind, brand, name) IN ("
        "SELECT * FROM unnest(:kinds::text[], :brands::text[], :names::text[]))",
        **_columns_of(models),
    )
    ids = {(one.kind, one.brand, one.name): one.id for one in found}
    return [ids[one.kind, one.brand, one.name] for one in models], [one.id for one in made]


class _Named(msgspec.Struct):
    id: int
    kind: AssetKind
    brand: str
    name: str


def _columns_of(models: Sequence[ModelFacts]) -> dict[str, list[str]]:
    return {
        "kinds": [one.kind.value for one in models],
        "brands": [one.brand for one in models],
        "names": [one.name for one in models],
    }


def like(text: str) -> str:
    """A pattern that finds ``text`` anywhere, its wildcards taken literally."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def checked(facts: ModelFacts) -> ModelFacts:
    """The facts with spaces put straight, else Invalid with every wrong field."""
    errors: list[FieldError] = []
    isbn = facts.isbn
    try:
        isbn = isbns.checked(isbn)
    except Invalid as wrong:
        errors += wrong.errors
    clean, more = tidied(msgspec.structs.replace(facts, isbn=isbn), TEXTS)
    errors += [*more, *wrong_class(clean.class_code.upper())]
    if clean.kind is not AssetKind.book:
        errors += [
            FieldError(field, say("Only a book has this: leave it empty"), code="book")
            for field in OF_BOOKS
            if getattr(clean, field) not in (None, "")
        ]
    refuse(errors)
    given = completed({"class_code": clean.class_code, "class_edition": clean.class_edition})
    return msgspec.structs.replace(clean, **given)


def require_editor(actor: Actor) -> None:
    if not actor.can(EDIT_EQUIPMENT):
        raise Forbidden(say("Only admins and technicians write the list of models"))
