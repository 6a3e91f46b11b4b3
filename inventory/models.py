"""Asset models: the kinds of things, shared by all schools."""

from enum import StrEnum
from typing import Annotated

import msgspec

from core.access import Actor
from core.database import fetch, fetch_value, get_one, refusing, transaction
from core.errors import Forbidden, Invalid, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, by_place_in, list_page
from core.rows import insert_row, update_row
from core.texts import Line, refuse, tidied
from inventory import tables


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
}


class AssetModel(msgspec.Struct, frozen=True):
    """A kind of thing; ``assets`` counts those in the reader's sight, ``photo_id`` shows it."""

    id: int
    kind: AssetKind
    brand: str
    name: str
    isbn: str | None = None
    assets: int = 0
    photo_id: int | None = None

    @property
    def title(self) -> str:
        return f"{self.brand} {self.name}".strip()


class ModelFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a model."""

    kind: AssetKind
    name: Annotated[str, msgspec.Meta(examples=["ThinkCentre M720"])]
    brand: str = ""
    isbn: str | None = None


TEXTS = {
    "name": Line(tables.AssetModel.name, required=say("Give the model a name")),
    "brand": Line(tables.AssetModel.brand),
    "isbn": Line(tables.AssetModel.isbn),
}
WORDS_MOST = 6
HELD = "(SELECT count(*) FROM asset a WHERE a.model = m.id AND a.school = any(:schools::bigint[]))"
COLUMNS = f"""
SELECT m.id, m.kind, m.brand, m.name, m.isbn, {HELD} AS assets,
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
    """Which models a list shows."""

    q: str = ""
    kind: AssetKind | None = None


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
    return await list_page(
        AssetModel, COLUMNS, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
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
    _require_editor(actor)
    clean = checked(facts)
    with refusing(REFUSALS):
        async with transaction(actor):
            model_id = await insert_row(tables.AssetModel, clean)
    return AssetModel(model_id, clean.kind, clean.brand, clean.name, clean.isbn)


async def update_model(actor: Actor, model_id: int, facts: ModelFacts) -> AssetModel:
    """Write a model anew; its assets follow, so it is for those who see all of them."""
    _require_editor(actor)
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
    made = await fetch_value(
        "INSERT INTO asset_model (kind, brand, name, isbn) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (kind, brand, name) DO NOTHING RETURNING id",
        clean.kind,
        clean.brand,
        clean.name,
        clean.isbn,
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


def like(text: str) -> str:
    """A pattern that finds ``text`` anywhere, its wildcards taken literally."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def checked(facts: ModelFacts) -> ModelFacts:
    """The facts with spaces put straight, else Invalid with every wrong field."""
    isbn = (facts.isbn or "").replace("-", "").replace(" ", "") or None
    clean, errors = tidied(msgspec.structs.replace(facts, isbn=isbn), TEXTS)
    refuse(errors)
    return clean


def _require_editor(actor: Actor) -> None:
    if not actor.can(EDIT_EQUIPMENT):
        raise Forbidden(say("Only admins and technicians write the list of models"))
