"""What can be taken for a time: an asset, a room, or so many of a model; whose calendar is locked."""

from collections.abc import Iterable, Sequence

import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_one
from core.errors import Invalid, NotFound, say
from core.numbers import Id
from core.query import opaque
from inventory import tags
from inventory.assets.references import resolve

MOST_OF_A_MODEL = 1000


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of an asset's ``tag``, a ``place_id``, and a ``model_id`` with its school.

    Which of the model is chosen when it is handed out.
    """

    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    school_id: Id | None = None

    @property
    def narrowest(self) -> "Wanted":
        """The one that says most, where an address may hold several: asset, room, model."""
        if self.tag:
            return Wanted(tag=self.tag)
        if self.place_id is not None:
            return Wanted(place_id=self.place_id)
        return self


class Thing(msgspec.Struct, frozen=True):
    """What is wanted, as it was found: at which school, by which clock, and how people call it.

    ``is_lent`` is whether the school lends it; every room can be booked.
    """

    school_id: int
    school: str
    zone: str
    title: str
    is_lent: bool
    asset_id: int | None = None
    tag: str | None = None
    place_id: int | None = None
    model_id: int | None = None


THING = """
SELECT a.school AS school_id, s.code AS school, s.zone, is_lent(a.school, a.model) AS is_lent,
       asset_title(a.name, m.brand, m.name) AS title, a.id AS asset_id, a.tag, a.model AS model_id
  FROM asset a JOIN asset_model m ON m.id = a.model JOIN school s ON s.id = a.school
"""
ASSETS = f"{THING} WHERE a.id = any{opaque('ids')} AND a.school = any{opaque('schools')}"
BY_TAG = f"{THING} WHERE a.tag = :tag AND a.school = any{opaque('schools')}"
PLACE = f"""
SELECT p.school AS school_id, s.code AS school, s.zone, true AS is_lent, pp.path AS title,
       p.id AS place_id
  FROM place p JOIN place_path pp ON pp.place = p.id JOIN school s ON s.id = p.school
 WHERE p.id = :id AND p.school = any{opaque("schools")} AND p.kind = 'room'
"""
MODEL = f"""
SELECT s.id AS school_id, s.code AS school, s.zone, is_lent(s.id, m.id) AS is_lent,
       model_title(m.brand, m.name) AS title, m.id AS model_id
  FROM asset_model m CROSS JOIN school s
 WHERE m.id = :id AND s.id = :school AND s.id = any{opaque("schools")}
   AND EXISTS (SELECT FROM asset a WHERE a.model = m.id AND a.school = s.id)
"""
LOCK = """
SELECT lock_calendar(m.school, m.place, m.model)
  FROM (SELECT DISTINCT * FROM unnest(:schools::bigint[], :places::bigint[], :models::bigint[])
          AS one (school, place, model) ORDER BY 1, 2, 3) m
"""


async def find_thing(actor: Actor, wanted: Wanted) -> Thing:
    """The thing in the actor's sight; Invalid unless exactly one is named, or NotFound."""
    named = [wanted.tag or None, wanted.place_id, wanted.model_id]
    if sum(one is not None for one in named) != 1:
        raise Invalid.of(
            "tag", say("Choose one thing: an asset, a room, or a model"), code="one_thing"
        )
    found = await _find(actor, wanted)
    if found is None:
        raise NotFound(say("There is no such thing to be booked, or it is not of your school"))
    return found


async def _find(actor: Actor, wanted: Wanted) -> Thing | None:
    schools = actor.school_ids
    if wanted.tag:
        # Most are tags as they stand, and those come before all else that a text may mean.
        tag = tags.clean(wanted.tag)
        if found := await fetch_one(Thing, BY_TAG, tag=tag, schools=schools):
            return found
        (meant,) = await resolve(actor, [wanted.tag])
        if meant.asset_id is None:
            raise NotFound(meant.missing, field="tag")
        return await fetch_one(Thing, ASSETS, ids=[meant.asset_id], schools=schools)
    if wanted.place_id is not None:
        return await fetch_one(Thing, PLACE, id=wanted.place_id, schools=schools)
    school_id = wanted.school_id
    if school_id is None and len(schools) == 1:
        (school_id,) = schools
    if school_id is None:
        raise Invalid.of("school_id", say("Choose a school"), code="required")
    return await fetch_one(Thing, MODEL, id=wanted.model_id, school=school_id, schools=schools)


async def find_assets(actor: Actor, ids: Sequence[int]) -> list[Thing]:
    """These assets, in their order; all are in the actor's sight."""
    found = await fetch(Thing, ASSETS, ids=ids, schools=actor.school_ids)
    return sorted(found, key=lambda one: ids.index(one.asset_id or 0))


async def lock_calendars(things: Iterable[Thing]) -> None:
    """Wait until nobody else takes these; in the caller's transaction, always in one order."""
    rows = list(things)
    await execute(
        LOCK,
        schools=[one.school_id for one in rows],
        places=[one.place_id for one in rows],
        models=[None if one.place_id else one.model_id for one in rows],
    )
