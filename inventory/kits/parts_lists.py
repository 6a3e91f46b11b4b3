"""Parts lists: what belongs into a kit of a model; a school may have its own in place of the common one."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_one, fetch_value, transaction
from core.errors import Conflict, FieldError, Forbidden, NotFound, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Line, Text, refuse
from inventory import tables
from inventory.models import get_model, require_editor
from inventory.scope import school_id_of

MOST_PARTS = 200
PART = Line(tables.PartsListLine.part, required=say("Give the part a name"))
SPOT = Line(tables.PartsListLine.spot)
SUBSTITUTES = Line(tables.PartsListLine.substitutes)
NOTE = Text(tables.PartsList.note)
CHANGED = Conflict(
    say("Somebody has changed this list meanwhile; look at it again"), code="revision"
)
REFUSALS: Refusals = {"parts_list_once_a_revision": CHANGED}


class PartFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of one part; without a ``critical`` one the kit is of no use.

    ``spot`` is where it lies in the box, ``substitutes`` what does as well.
    """

    part: Annotated[str, msgspec.Meta(examples=["Ultrasonic sensor"])]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)]
    is_critical: bool = False
    spot: str = ""
    substitutes: str = ""


class NewPartsList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The next revision of a list; ``revision`` is the one that it follows, 0 where there is none.

    Without a ``school`` it is for all schools that have none of their own.
    """

    parts: Annotated[list[PartFacts], msgspec.Meta(min_length=1, max_length=MOST_PARTS)]
    revision: Annotated[int, msgspec.Meta(ge=0)] = 0
    school: str | None = None
    note: str = ""


class Part(PartFacts, frozen=True, kw_only=True):
    """A line of a list; ``photo_id`` is the photograph that shows the part, of whatever revision."""

    id: int
    kit_part_id: int
    photo_id: int | None


class PartsList(msgspec.Struct, frozen=True):
    """The newest revision of a model's list; ``school``, and ``by`` whom, where it is a school's own."""

    id: int
    model_id: int
    model: str
    school_id: int | None
    school: str | None
    revision: int
    note: str
    at: datetime
    by: str | None
    parts: list[Part] = []


class NamedPart(msgspec.Struct, frozen=True):
    """A part of a model's kits by its name, whatever lists it stands in."""

    model_id: int
    part: str


# Who wrote the common list may be of another school, and is named to nobody.
READ = """
SELECT l.id, l.model AS model_id, model_title(m.brand, m.name) AS model, l.school AS school_id,
       s.code AS school, l.revision, l.note, l.at,
       CASE WHEN l.school IS NOT NULL THEN p.name END AS by
  FROM parts_list l JOIN asset_model m ON m.id = l.model
  LEFT JOIN school s ON s.id = l.school LEFT JOIN person p ON p.id = l.by
"""
NEWEST = f"{READ} WHERE l.model = $1 AND l.school IS NOT DISTINCT FROM $2 ORDER BY l.revision DESC LIMIT 1"
# Of a parts_list_line l: the part whatever its revision, and its first photograph.
SHOWN = """
  JOIN parts_list o ON o.id = l.parts_list
  JOIN kit_part k ON k.model = o.model AND k.folded = l.folded
  LEFT JOIN LATERAL (SELECT t.id FROM attachment t WHERE t.kit_part = k.id AND t.kind = 'photo'
                      ORDER BY t.slot LIMIT 1) f ON true
"""
PARTS = f"""
SELECT l.id, l.part, l.quantity, l.is_critical, l.spot, l.substitutes, k.id AS kit_part_id,
       f.id AS photo_id
  FROM parts_list_line l {SHOWN} WHERE l.parts_list = $1 ORDER BY l.position
"""
# Of a kit_part k: a list of all schools names it, or one of the actor's.
PART_IN_SIGHT = """EXISTS (
    SELECT FROM parts_list p JOIN parts_list_line l ON l.parts_list = p.id AND l.folded = k.folded
     WHERE p.model = k.model AND (p.school IS NULL OR p.school = any(:schools)))"""
NAMED_PART = f"""
SELECT k.model AS model_id, k.part FROM kit_part k WHERE k.id = :id AND {PART_IN_SIGHT}
"""
OF_OTHERS = "SELECT 1 FROM asset WHERE model = $1 AND NOT school = any($2::bigint[]) LIMIT 1"
INSERT = """
INSERT INTO parts_list_line (parts_list, position, part, quantity, is_critical, spot, substitutes)
SELECT :list, ordinality, part, quantity, is_critical, spot, substitutes
  FROM unnest(:parts::text[], :quantities::int[], :critical::bool[], :spots::text[], :substitutes::text[]) WITH ORDINALITY
       AS given (part, quantity, is_critical, spot, substitutes, ordinality)
"""
FOLDED = "SELECT array_agg(part_key(part) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS t (part, n)"


async def get_parts_list(actor: Actor, model_id: int, *, school: str | None = None) -> PartsList:
    """The list of a model: that of ``school`` alone, or the common one; NotFound if there is none."""
    found = await find_parts_list(actor, model_id, school=school)
    if found is None:
        raise NotFound(say("There is no list of parts yet"))
    return found


async def find_parts_list(
    actor: Actor, model_id: int, *, school: str | None = None
) -> PartsList | None:
    """The same, or None where nobody has written one."""
    await get_model(actor, model_id)
    school_id = await school_id_of(actor, school) if school else None
    found = await fetch_one(PartsList, NEWEST, model_id, school_id)
    return found and msgspec.structs.replace(found, parts=await fetch(Part, PARTS, found.id))


async def write_parts_list(actor: Actor, model_id: int, new: NewPartsList) -> PartsList:
    """Write the next revision of a list; counts and gaps of before stay as they are.

    Conflict if somebody has written one since ``revision`` was read. Where a school out of sight has
    the model too, the common list is Forbidden: write one of the own school.
    """
    model = await get_model(actor, model_id)
    school_id = await school_id_of(actor, new.school) if new.school else None
    if school_id is None:
        require_editor(actor)
    else:
        actor.require(school_id, EDIT_EQUIPMENT)
    parts, note = await _checked(new.parts), NOTE.checked("note", new.note)
    async with transaction(actor, REFUSALS):
        if school_id is None and await fetch_value(OF_OTHERS, model.id, actor.school_ids):
            raise Forbidden(
                say("Another school has this model too: write a list of your school's own")
            )
        last: int = await fetch_value(
            "SELECT coalesce(max(revision), 0) FROM parts_list"
            " WHERE model = $1 AND school IS NOT DISTINCT FROM $2",
            model.id,
            school_id,
        )
        if last != new.revision:
            raise CHANGED
        list_id = await insert_row(
            tables.PartsList,
            model=model.id,
            school=school_id,
            revision=last + 1,
            note=note,
            at=clock.now(),
            by=actor.person_id,
        )
        await execute(INSERT, list=list_id, **_columns(parts))
    return await get_parts_list(actor, model_id, school=new.school)


async def get_part(actor: Actor, kit_part_id: int) -> NamedPart:
    """A part that stands in a list of all schools or of one of the actor's, else NotFound."""
    found = await fetch_one(NamedPart, NAMED_PART, id=kit_part_id, schools=actor.school_ids)
    if found is None:
        raise NotFound(say("There is no such part, or it is not yours to see"))
    return found


async def _checked(parts: list[PartFacts]) -> list[PartFacts]:
    """Tidy lines, no part twice; a refusal names the line."""
    errors: list[FieldError] = []
    tidy = []
    for index, given in enumerate(parts):
        clean = {
            name: text.tidy(getattr(given, name))
            for name, text in (("part", PART), ("spot", SPOT), ("substitutes", SUBSTITUTES))
        }
        for name, text in (("part", PART), ("spot", SPOT), ("substitutes", SUBSTITUTES)):
            if error := text.find_error(name, clean[name]):
                errors.append(msgspec.structs.replace(error, index=index))
        tidy.append(msgspec.structs.replace(given, **clean))
    keys: list[str] = await fetch_value(FOLDED, [one.part for one in tidy])
    counted = Counter(keys)
    errors += [
        FieldError(
            "part",
            say("This part stands in the list twice: {part}", part=part.part),
            "twice",
            index,
            part.part,
        )
        for index, (part, key) in enumerate(zip(tidy, keys, strict=True))
        if part.part and counted[key] > 1 and key in keys[:index]
    ]
    refuse(errors)
    return tidy


def _columns(parts: list[PartFacts]) -> dict[str, list[Any]]:
    return {
        "parts": [one.part for one in parts],
        "quantities": [one.quantity for one in parts],
        "critical": [one.is_critical for one in parts],
        "spots": [one.spot for one in parts],
        "substitutes": [one.substitutes for one in parts],
    }
