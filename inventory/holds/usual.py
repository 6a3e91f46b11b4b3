"""What a person most likely books next: what they booked last, then what their schools lend."""

from core.access import Actor
from core.database import fetch
from inventory.holds.lending import find_rooms, list_lent_models
from inventory.holds.things import Thing

NEWEST_ASKED = 100
# The person's newest bookings are an index's; each thing is judged once, by its last booking.
BOOKED_LAST = """
SELECT s.id AS school_id, s.code AS school, s.zone, true AS is_lent,
       coalesce(pp.path, asset_title(a.name, m.brand, m.name)) AS title,
       a.id AS asset_id, a.tag, p.id AS place_id, m.id AS model_id
  FROM (SELECT n.school, n.asset, n.place, n.model, max(n.starts_at) AS last
          FROM (SELECT school, asset, place, model, starts_at FROM hold
                 WHERE person = :me AND kind = 'booking'
                 ORDER BY starts_at DESC, id DESC LIMIT :newest) n
         WHERE n.school = any(:schools::bigint[])
         GROUP BY n.school, n.asset, n.place, n.model) own
  JOIN school s ON s.id = own.school
  LEFT JOIN place p ON p.id = own.place
  LEFT JOIN place_path pp ON pp.place = p.id
  LEFT JOIN asset a ON a.id = own.asset
  LEFT JOIN asset_model m ON m.id = coalesce(own.model, a.model)
 WHERE p.kind = 'room' AND p.retired_at IS NULL
    OR a.school = own.school AND a.lifecycle = 'in_service' AND is_lent(a.school, a.model)
    OR own.model IS NOT NULL AND is_lent(own.school, own.model)
       AND EXISTS (SELECT FROM asset o WHERE o.school = own.school AND o.model = own.model
                      AND o.lifecycle = 'in_service')
 ORDER BY own.last DESC LIMIT :most
"""


async def find_usual(actor: Actor, school_ids: list[int], *, limit: int) -> list[Thing]:
    """At most ``limit`` things that can be booked at these schools, each once.

    First what the actor booked last; where that is little, models that are lent, then rooms.
    """
    found = await fetch(
        Thing,
        BOOKED_LAST,
        me=actor.person_id,
        schools=school_ids,
        newest=NEWEST_ASKED,
        most=limit,
    )
    if len(found) < limit:
        found += _others(found, await _lent(actor, school_ids, limit))
    return found[:limit]


async def _lent(actor: Actor, school_ids: list[int], limit: int) -> list[Thing]:
    models = [
        Thing(one.school_id, one.school, "", one.title, True, model_id=one.model_id)
        for one in (await list_lent_models(actor, limit=limit)).items
    ]
    rooms = [
        Thing(one.school_id, "", "", one.path, True, place_id=one.place_id)
        for one in await find_rooms(actor)
    ]
    # Half of the list is for rooms, where there are any.
    lent = [*models[: max(limit // 2, limit - len(rooms))], *rooms]
    return [one for one in lent if one.school_id in school_ids]


def _others(found: list[Thing], more: list[Thing]) -> list[Thing]:
    seen = {_key(one) for one in found}
    return [one for one in more if _key(one) not in seen]


def _key(one: Thing) -> tuple[int, int | None, int | None]:
    return one.school_id, one.place_id, one.model_id
