"""Terms of a school, as its calendar has them: entered by its admins, read by everyone there."""

from datetime import date
from typing import TypeVar

import msgspec

from core import tables
from core.access import Actor
from core.database import Refusals, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_SCHOOL
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, get_row, in_sight, list_page
from core.rows import delete_row, insert_row, update_row
from core.schools import lock_school
from core.texts import Line, refuse, tidied


class Term(msgspec.Struct, frozen=True):
    """One term, from its first day to its last, both counted."""

    id: int
    school_id: int
    school: str
    name: str
    first_day: date
    last_day: date


class TermFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a term."""

    name: str
    first_day: date
    last_day: date


class NewTerm(TermFacts, frozen=True, kw_only=True):
    """A term to be added at a school."""

    school_id: Id


F = TypeVar("F", bound=TermFacts)


TEXTS = {"name": Line(tables.Term.name, required=say("Fill in this field"))}
REFUSALS: Refusals = {
    "term_never_overlaps": Conflict(
        say("Another term of the school has some of these days"), field="first_day"
    ),
    "term_name_once_a_school": Conflict(
        say("The school has a term of this name already"), field="name"
    ),
    "term_ends_after_it_begins": Invalid.of(
        "last_day", say("The last day comes before the first"), code="upside_down"
    ),
    "term_is_within_a_year": Invalid.of(
        "last_day", say("A term lasts a year at most"), code="too_long"
    ),
}
# Beyond these, a year was mistyped.
EARLIEST, LATEST = date(1980, 1, 1), date(2100, 12, 31)
MISSING = say("There is no such term, or it is not of your school")
READ = """
SELECT t.id, t.school AS school_id, s.code AS school, t.name, t.first_day, t.last_day
  FROM term t JOIN school s ON s.id = t.school
"""
LATEST_FIRST = Order(Key("t.first_day", date, "first_day"), Key("t.id", int, "id"), descending=True)


async def list_terms(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Term]:
    """The terms of the actor's schools, the latest first."""
    where = Where("t.school = any(:schools)", schools=actor.school_ids)
    where.add_given("t.school = :school", school=filters.school_id)
    return await list_page(Term, READ, where, LATEST_FIRST, cursor=cursor, limit=limit)


async def get_term(actor: Actor, term_id: int) -> Term:
    """One term of a school in the actor's sight, else NotFound."""
    return await get_row(Term, READ, in_sight(actor, "t", term_id), MISSING)


async def create_term(actor: Actor, new: NewTerm) -> Term:
    """Add a term; Conflict if it shares a day, or its name, with another one of the school."""
    actor.require(new.school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        await lock_school(new.school_id)
        term_id = await insert_row(tables.Term, _checked(new))
    return await get_term(actor, term_id)


async def update_term(actor: Actor, term_id: int, facts: TermFacts) -> Term:
    """Write a term anew; refused as a new one is."""
    school_id = (await get_term(actor, term_id)).school_id
    actor.require(school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        await lock_school(school_id)
        await update_row(tables.Term, term_id, _checked(facts))
    return await get_term(actor, term_id)


async def delete_term(actor: Actor, term_id: int) -> Term:
    """Take a term out that was entered by mistake; gives what it was."""
    term = await get_term(actor, term_id)
    actor.require(term.school_id, MANAGE_SCHOOL)
    async with transaction(actor):
        await delete_row(tables.Term, term_id)
    return term


def _checked(facts: F) -> F:
    clean, errors = tidied(facts, TEXTS)
    errors += [
        FieldError(field, say("The year must be 1980 to 2100"), "year")
        for field in ("first_day", "last_day")
        if not EARLIEST <= getattr(clean, field) <= LATEST
    ]
    refuse(errors)
    return clean
