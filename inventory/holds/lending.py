"""What can be booked: the models that a school lends, how many of each, and its rooms."""

import msgspec

from core.access import Actor
from core.database import execute, fetch, transaction
from core.errors import NotFound, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_BOOKINGS
from core.query import Key, Order, Where, list_page
from inventory.models import AssetKind, like

ROOMS_SHOWN = 100


class LentModel(msgspec.Struct, frozen=True):
    """A model at a school, how many are in service there, and how many nobody has just now."""

    model_id: int
    school_id: int
    school: str
    title: str
    kind: AssetKind
    is_lent: bool
    total: int
    free: int


class LendingFilters(msgspec.Struct, frozen=True):
    """Which models; ``all`` also those that the school does not lend."""

    q: str = ""
    school_id: Id | None = None
    all: bool = False


class Room(msgspec.Struct, frozen=True):
    """A room that can be booked."""

    place_id: int
    school_id: int
    path: str


NO_FILTERS = LendingFilters()
# How many are free is asked only for the rows of the page, after they are chosen.
READ = """
SELECT b.*, greatest(free_of_model(b.school_id, b.model_id, now(), now() + interval '1 minute'), 0)
       AS free
  FROM (SELECT m.id AS model_id, s.id AS school_id, s.code AS school,
               model_title(m.brand, m.name) AS title, m.kind, is_lent(s.id, m.id) AS is_lent,
               own.total
          FROM (SELECT a.school, a.model, count(*) AS total FROM asset a
                 WHERE a.school = any(:schools::bigint[]) AND a.lifecycle = 'in_service'
                 GROUP BY a.school, a.model) own
          JOIN asset_model m ON m.id = own.model JOIN school s ON s.id = own.school) b
"""
BY_TITLE = Order(
    Key('b.title COLLATE "C"', str, "title"),
    Key("b.model_id", int, "model_id"),
    Key("b.school_id", int, "school_id"),
)
ROOMS = """
SELECT p.id AS place_id, p.school AS school_id, pp.path
  FROM place p JOIN place_path pp ON pp.place = p.id
 WHERE p.school = any(:schools::bigint[]) AND p.kind = 'room' AND p.retired_at IS NULL
   AND pp.path ILIKE :pattern ORDER BY p.school, pp.path LIMIT :most
"""


async def list_lent_models(
    actor: Actor,
    filters: LendingFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[LentModel]:
    """The models that the actor's schools have in service and lend, by name."""
    where = Where()
    where.bind(schools=actor.schools_for(filters.school_id))
    if not filters.all:
        where.add("b.is_lent")
    if filters.q.strip():
        where.add("b.title ILIKE :pattern", pattern=like(filters.q))
    return await list_page(LentModel, READ, where, BY_TITLE, cursor=cursor, limit=limit)


async def find_rooms(actor: Actor, filters: LendingFilters = NO_FILTERS) -> list[Room]:
    """The rooms in use of the actor's schools; the first hundred, which a text narrows."""
    return await fetch(
        Room,
        ROOMS,
        schools=actor.schools_for(filters.school_id),
        pattern=like(filters.q) if filters.q.strip() else "%",
        most=ROOMS_SHOWN,
    )


class Lending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a school lends a model."""

    school_id: Id
    is_lent: bool = False


async def set_lending(actor: Actor, model_id: int, lending: Lending) -> LentModel:
    """Lend a model at a school, or no more; bookings that stand remain. NotFound without any of it."""
    actor.require(lending.school_id, MANAGE_BOOKINGS)
    async with transaction(actor):
        await execute(
            "INSERT INTO lending_rule (school, model, is_lent)"
            " SELECT :school, m.id, :is_lent FROM asset_model m WHERE m.id = :model"
            " ON CONFLICT (school, model) DO UPDATE SET is_lent = excluded.is_lent",
            school=lending.school_id,
            model=model_id,
            is_lent=lending.is_lent,
        )
        return await get_lent_model(actor, model_id, lending.school_id)


async def get_lent_model(actor: Actor, model_id: int, school_id: int) -> LentModel:
    """A model at a school in the actor's sight that has some of it in service, else NotFound."""
    found = await fetch(
        LentModel,
        f"{READ} WHERE b.model_id = :model",
        schools=actor.schools_for(school_id),
        model=model_id,
    )
    if not found:
        raise NotFound(say("The school has nothing of this model in service"))
    return found[0]
