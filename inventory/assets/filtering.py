"""Which assets a list shows: its filters, as conditions and as what a query can begin with."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from core.access import Actor
from core.numbers import Id
from core.permissions import READ_BORROWERS, Permission
from core.query import Where
from inventory.assets.shapes import Condition, LifecycleState
from inventory.custom_fields.values import VALUE
from inventory.models import AssetKind, like
from inventory.scope import school_id_of

# Above every character that a tag or serial number can hold: the end of a prefix's range.
LAST_CHARACTER = "\U0010ffff"


class Custodial(StrEnum):
    """Whether somebody has it: out (of these, overdue), or free to be handed out."""

    out = "out"
    overdue = "overdue"
    free = "free"


class AssetFilters(msgspec.Struct, frozen=True):
    """What to list; None is any. ``field`` is a custom field: with ``value`` those of which it says
    that (a text holds it), without those of which it says anything. ``q`` finds tags, serial numbers and the school's own numbers by
    their beginning, tags by their number too, names and models by any part."""

    q: str = ""
    school: str | None = None
    kind: AssetKind | None = None
    model: Id | None = None
    lifecycle: LifecycleState | None = None
    condition: Condition | None = None
    place: Id | None = None
    donation: Id | None = None
    holder: Id | None = None
    custody: Custodial | None = None
    field: Id | None = None
    value: str | None = None
    changed_since: datetime | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The filters in use, the search among them."""
        values = {field: getattr(self, field) for field in AssetFilters.__struct_fields__}
        return {field: value for field, value in values.items() if value not in (None, "")}

    @property
    def active(self) -> int:
        """How many filters are in use, the search apart."""
        return len(self.given.keys() - {"q", "value"})


class Driver(msgspec.Struct, frozen=True):
    """A few rows ``d`` that lead to the assets wanted, cheaper to begin with than the tags.

    Where they may be many, ``is_few`` is whether they are not.
    """

    source: str
    link: str
    is_few: str = ""

    def as_condition(self) -> str:
        return f"EXISTS (SELECT FROM ({self.source}) d WHERE {self.link})"


async def schools_of(
    actor: Actor, filters: AssetFilters, allowed: Permission | None = None
) -> list[int]:
    """The schools whose assets the actor may find so; with ``allowed``, where that is permitted."""
    schools = [await school_id_of(actor, filters.school)] if filters.school else actor.school_ids
    if allowed:
        schools = sorted(set(schools) & set(actor.school_ids_with(allowed)))
    if filters.holder is not None and filters.holder != actor.person_id:
        # What a person holds is found only by those who may read that they hold it.
        schools = sorted(set(schools) & set(actor.school_ids_with(READ_BORROWERS)))
    return list(schools)


def narrow(where: Where, filters: AssetFilters) -> None:
    """Add the filters that are about the asset ``a`` itself."""
    where.add_given("a.model = :model", model=filters.model)
    where.add_given("a.lifecycle = :lifecycle", lifecycle=filters.lifecycle)
    where.add_given("a.condition = :condition", condition=filters.condition)
    if filters.custody is Custodial.free:
        where.add(f"a.lifecycle = 'in_service' AND NOT EXISTS ({OPEN})")


def drivers_of(where: Where, filters: AssetFilters) -> list[Driver]:
    """The filters that start from another table, the narrowest first."""
    drivers = []
    if filters.holder is not None:
        where.bind(holder=filters.holder)
        drivers.append(Driver(HELD_BY, "a.id = d.asset"))
    if filters.custody is Custodial.overdue:
        drivers.append(Driver(OVERDUE, "a.id = d.asset", FEW.format(OVERDUE)))
    if filters.donation is not None:
        where.bind(donation=filters.donation)
        drivers.append(Driver(LINES, "a.donation_line = d.id"))
    if filters.place is not None:
        where.bind(place=filters.place)
        drivers.append(Driver(WITHIN_PLACE, "a.place = d.id"))
    if filters.custody is Custodial.out:
        drivers.append(Driver(OUT, "a.id = d.asset", FEW.format(OUT)))
    if filters.field is not None:
        where.bind(field=filters.field, value=(filters.value or "").strip())
        where.bind(value_pattern=like(filters.value or ""))
        drivers.append(Driver(SAID, "a.id = d.asset"))
    if filters.kind is not None:
        where.bind(kind=filters.kind)
        drivers.append(Driver(OF_KIND, "a.model = d.id"))
    return drivers


OPEN = "SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL"
HELD_BY = "SELECT asset FROM custody WHERE holder = :holder AND ended_at IS NULL"
OUT = "SELECT asset FROM custody WHERE school = mine.school AND ended_at IS NULL"
OVERDUE = f"{OUT} AND due_at < now()"
# Of many, a page's worth of tags is found sooner one tag after the other.
FEW = "(SELECT count(*) <= 1000 FROM ({} LIMIT 1001) many)"
# By pairs of letters, so that most of these have the whole text in their name.
NAMED = """SELECT n.* FROM asset n WHERE n.name <> ''
    AND name_grams(n.school, n.name) @> asked_grams(mine.school, :part)"""
# The first that begin so: whoever knows a number writes more of it than its first sign.
NUMBERED = """SELECT n.asset FROM asset_number n JOIN asset own ON own.id = n.asset
    WHERE own.school = mine.school
    AND n.folded COLLATE "C" >= :number AND n.folded COLLATE "C" < :number_end
    ORDER BY n.folded COLLATE "C" LIMIT 200"""
SAID = f"""SELECT v.asset FROM asset_value v LEFT JOIN custom_choice c ON c.id = v.choice
    WHERE v.field = :field AND {VALUE} IS NOT NULL AND (:value = ''
       OR lower({VALUE}) = lower(:value) OR v.text_value ILIKE :value_pattern)"""
LINES = "SELECT id FROM donation_line WHERE donation = :donation"
OF_KIND = "SELECT id FROM asset_model WHERE kind = :kind"
# A building holds rooms and a room cabinets: three levels, and no more.
WITHIN_PLACE = """WITH here AS (SELECT :place::bigint AS id)
    SELECT id FROM here
    UNION SELECT p.id FROM place p JOIN here ON p.parent = here.id
    UNION SELECT q.id FROM place q JOIN place p ON q.parent = p.id JOIN here ON p.parent = here.id"""
