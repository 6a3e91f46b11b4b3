"""Classes and other groups that borrow: a class is of one school year, a club of none.

The database reads grade and number off the name and compares names by what it reads, so that
五(2)班, 五（2）班 and 五2班 are one class (``borrower_group_key``).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch_one, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, get_row, in_sight, list_page
from core.rows import insert_row, update_row
from core.texts import Line
from inventory import tables
from inventory.models import like
from inventory.scope import school_id_of

NAME = Line(tables.BorrowerGroup.name, required=say("Give the class a name"))
LAST_YEAR = 2100
Year = Annotated[int, msgspec.Meta(ge=1980, le=LAST_YEAR)]
REFUSALS: Refusals = {
    "borrower_group_once_a_year": Conflict(
        say("The school has a class or group of this name already"), field="name"
    ),
}
MISSING = say("There is no such class, or it is not of your school")


class GroupView(StrEnum):
    """Which groups to list: those that can borrow now, or those of before."""

    now = "now"
    past = "past"


class Group(msgspec.Struct, frozen=True):
    """One class of a school year (that begins in ``year``), or a group without one.

    ``teacher`` answers for it. ``is_over`` when its year has ended or it is out of use; ``holding``
    is how many loans are open.
    """

    id: int
    school_id: int
    school: str
    name: str
    title: str
    year: int | None
    grade: int | None
    number: int | None
    teacher_id: int | None
    teacher: str | None
    follows_id: int | None
    follows: str | None
    retired_at: datetime | None
    is_over: bool
    holding: int


class GroupFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a group; a class without a year is of the one that goes on."""

    name: str
    year: Year | None = None
    teacher_id: Id | None = None


class NewGroup(GroupFacts, frozen=True, kw_only=True):
    """A class or group to be added at a school."""

    school: str


class GroupFilters(msgspec.Struct, frozen=True):
    """Which groups a list shows."""

    q: str = ""
    school: str | None = None
    view: GroupView = GroupView.now
    year: Year | None = None


NO_FILTERS = GroupFilters()
TODAY = "(now() AT TIME ZONE s.zone)::date"
IS_OVER = f"(g.retired_at IS NOT NULL OR coalesce(g.year < school_year({TODAY}), false))"
HOLDING = """(SELECT count(*) FROM custody WHERE borrower_group = g.id AND ended_at IS NULL)
       + (SELECT count(*) FROM lot_loan WHERE borrower_group = g.id AND ended_at IS NULL)"""
READ = f"""
SELECT g.id, g.school AS school_id, s.code AS school, g.name,
       borrower_group_title(g.name, g.year, s.zone) AS title, g.year, g.grade, g.number,
       g.teacher AS teacher_id, t.name AS teacher, g.follows AS follows_id, b.name AS follows,
       g.retired_at, {IS_OVER} AS is_over, {HOLDING} AS holding
  FROM borrower_group g JOIN school s ON s.id = g.school
  LEFT JOIN person t ON t.id = g.teacher
  LEFT JOIN borrower_group b ON b.id = g.follows
"""
# What a class took along from the years before is its own.
GROUP_AND_BEFORE = """
    WITH RECURSIVE mine AS (
        SELECT id, follows FROM borrower_group WHERE id = :group
        UNION SELECT b.id, b.follows FROM mine JOIN borrower_group b ON b.id = mine.follows
    ) SELECT id FROM mine
"""
GRADE = "coalesce(g.grade, 100)"
BY_ID = Key("g.id", int, "id")
ORDERS = Orders(
    "grade",
    BY_ID,
    grade=(
        Key(GRADE, int, lambda row: 100 if row.grade is None else row.grade),
        Key("coalesce(g.number, 0)", int, lambda row: row.number or 0),
        BY_ID,
    ),
    name=Key("g.name", str, "name"),
    year=Key("coalesce(g.year, 0)", int, lambda row: row.year or 0),
    teacher=Key("t.name", str, "teacher", is_optional=True),
)
ENSURE = "INSERT INTO borrower_group (school, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"
FIND = f"""
SELECT g.id, {IS_OVER} AS is_over FROM borrower_group g JOIN school s ON s.id = g.school
 WHERE g.school = $1 AND g.folded = borrower_group_key($2)
   AND coalesce(g.year, school_year({TODAY})) >= school_year({TODAY})
 ORDER BY is_over, g.year NULLS FIRST LIMIT 1 FOR SHARE OF g
"""


class _Found(msgspec.Struct):
    id: int
    is_over: bool


def school_year(day: date) -> int:
    """The year in which the school year of a day began: on the first of September."""
    return day.year if day.month >= 9 else day.year - 1


async def list_groups(
    actor: Actor,
    filters: GroupFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Group]:
    """The groups of the actor's schools that can borrow now, or those of before, grade by grade."""
    is_past = filters.view is GroupView.past
    where = Where("g.school = any(:schools)", schools=actor.school_ids)
    where.add(IS_OVER if is_past else f"NOT {IS_OVER}")
    where.add_given("g.year = :year", year=filters.year)
    if filters.school:
        where.add("g.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(
            "(g.name ILIKE :pattern OR g.folded = borrower_group_key(:q))",
            pattern=like(filters.q),
            q=filters.q,
        )
    order = ORDERS.chosen(sort, "-year" if is_past else None)
    return await list_page(Group, READ, where, order, cursor=cursor, limit=limit)


async def get_group(actor: Actor, group_id: int) -> Group:
    """One group of a school in the actor's sight, else NotFound."""
    return await get_row(Group, READ, in_sight(actor, "g", group_id), MISSING)


async def create_group(actor: Actor, new: NewGroup) -> Group:
    """Add a class or group; Conflict if the school has it already, however it is written."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        facts = await _checked(school_id, new)
        group_id = await insert_row(tables.BorrowerGroup, facts, school_id=school_id)
    return await get_group(actor, group_id)


async def update_group(actor: Actor, group_id: int, facts: GroupFacts) -> Group:
    """Write a group anew; refused as a new one is."""
    group = await _get_editable(actor, group_id)
    async with transaction(actor, REFUSALS):
        await update_row(tables.BorrowerGroup, group_id, await _checked(group.school_id, facts))
    return await get_group(actor, group_id)


async def retire_group(actor: Actor, group_id: int) -> Group:
    """Take a group out of use before its year ends; what it holds and held stays."""
    return await _set_retired(actor, group_id, clock.now())


async def restore_group(actor: Actor, group_id: int) -> Group:
    """Take a group back into use."""
    return await _set_retired(actor, group_id, None)


async def ensure_group(school_id: int, name: str) -> int:
    """The group of that name of this school year, or without one; added where there is none.

    In the caller's transaction. Invalid for one that is out of use.
    """
    found = await fetch_one(_Found, FIND, school_id, name)
    if found is None:
        await execute(ENSURE, school_id, name)
        found = await fetch_one(_Found, FIND, school_id, name)
    if found is None or found.is_over:
        raise Invalid.of("group", say("This class or group is out of use"), code="group")
    return found.id


async def require_in_use(school_id: int, group_id: int) -> None:
    """Refuse a group of another school, or one that can borrow no more; in the caller's
    transaction."""
    if not await fetch_value(
        f"SELECT NOT {IS_OVER} FROM borrower_group g JOIN school s ON s.id = g.school"
        " WHERE g.id = $1 AND g.school = $2 FOR SHARE OF g",
        group_id,
        school_id,
    ):
        raise Invalid.of(
            "group_id", say("Choose a class or group of this school that is in use"), code="group"
        )


async def _checked(school_id: int, facts: GroupFacts) -> GroupFacts:
    """What is written about it, put straight; in the caller's transaction."""
    name = NAME.checked("name", facts.name)
    if facts.teacher_id is not None and not await fetch_value(
        "SELECT EXISTS (SELECT FROM valid_membership WHERE person = $1 AND school = $2)",
        facts.teacher_id,
        school_id,
    ):
        raise Invalid.of("teacher_id", say("Choose a person of this school"), code="person")
    return GroupFacts(name, facts.year, facts.teacher_id)


async def _set_retired(actor: Actor, group_id: int, at: datetime | None) -> Group:
    await _get_editable(actor, group_id)
    async with transaction(actor):
        await execute(
            "UPDATE borrower_group SET retired_at = $2"
            " WHERE id = $1 AND (retired_at IS NULL) <> ($2::timestamptz IS NULL)",
            group_id,
            at,
        )
    return await get_group(actor, group_id)


async def _get_editable(actor: Actor, group_id: int) -> Group:
    group = await get_group(actor, group_id)
    actor.require(group.school_id, EDIT_EQUIPMENT)
    return group
