"""Donors: who gave to a school. Their contacts are for those who keep the donations only."""

from datetime import datetime
from enum import StrEnum

import msgspec

from core.access import Actor
from core.changes import changed_since
from core.database import fetch, get_one, transaction
from core.errors import FieldError, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from core.query import Key, Orders, Where, by_place_in, list_page
from core.rows import insert_row, update_row
from core.texts import Line, refuse, tidied
from inventory import tables
from inventory.models import like
from inventory.scope import school_id_of

# Of a name that is looked for; further words are left out.
WORDS_MOST = 8


class DonorKind(StrEnum):
    """A person who is named, an organisation, or somebody who stays anonymous."""

    named = "named"
    organisation = "organisation"
    anonymous = "anonymous"


class Donor(msgspec.Struct, frozen=True):
    """One donor of one school; an anonymous one may have no name at all."""

    id: int
    school_id: int
    school: str
    kind: DonorKind
    name: str
    contact: str
    donations: int


class DonorFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a donor."""

    kind: DonorKind
    name: str = ""
    contact: str = ""


class NewDonor(DonorFacts, frozen=True, kw_only=True):
    """A donor to be added at a school."""

    school: str


TEXTS = {"name": Line(tables.Donor.name), "contact": Line(tables.Donor.contact)}
GIVEN = "(SELECT count(*) FROM donation g WHERE g.donor = d.id)"
READ = f"""
SELECT d.id, d.school AS school_id, s.code AS school, d.kind, d.name, d.contact,
       {GIVEN} AS donations
  FROM donor d JOIN school s ON s.id = d.school
"""


ORDERS = Orders(
    "name",
    Key("d.id", int, "id"),
    name=Key("d.name", str, "name"),
    kind=by_place_in(list(DonorKind), "d.kind", "kind"),
    school=Key("s.code", str, "school"),
    donations=Key(GIVEN, int, "donations", cast="bigint"),
)


class DonorFilters(msgspec.Struct, frozen=True):
    """Which donors a list shows."""

    q: str = ""
    school: str | None = None
    changed_since: datetime | None = None


NO_FILTERS = DonorFilters()


async def list_donors(
    actor: Actor,
    filters: DonorFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Donor]:
    """The donors of the schools whose donations the actor may read, by name or by ``sort``."""
    schools = actor.school_ids_with(READ_DONATIONS)
    where = Where("d.school = any(:schools)", schools=schools)
    if filters.school:
        where.add("d.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add("d.name ILIKE :pattern", pattern=like(filters.q))
    return await list_page(
        Donor,
        READ,
        where,
        ORDERS.chosen(sort),
        cursor=cursor,
        limit=limit,
        changed=changed_since(filters.changed_since, "donor", "d.id", schools),
    )


async def find_named(
    actor: Actor,
    school: str,
    text: str = "",
    *,
    exactly: bool = False,
    or_nameless: bool = False,
    limit: int = 20,
) -> list[Donor]:
    """A few donors of a school whose name holds every word of ``text``, or is it ``exactly``.

    ``or_nameless`` adds those who gave without a name.
    """
    words = text.split()[:WORDS_MOST]
    fits = Where()
    if exactly:
        fits.add("lower(d.name) = lower(:name)", name=" ".join(text.split()))
    else:
        for number, word in enumerate(words):
            fits.add(f"d.name ILIKE :word_{number}", **{f"word_{number}": like(word)})
    nameless = " OR d.name = ''" if or_nameless else ""
    where = Where(f"({fits}{nameless})", **fits.values)
    where.add(
        "d.school = any(:schools) AND d.school = :school",
        schools=actor.school_ids_with(READ_DONATIONS),
        school=await school_id_of(actor, school),
    )
    return await fetch(
        Donor,
        f"{READ} WHERE {where} ORDER BY {ORDERS.chosen(None).sql} LIMIT :at_most",
        **where.values,
        at_most=limit,
    )


async def get_donor(actor: Actor, donor_id: int) -> Donor:
    """One donor, for those who may read the school's donations; else NotFound."""
    return await get_one(
        Donor,
        f"{READ} WHERE d.id = $1 AND d.school = any($2::bigint[])",
        donor_id,
        actor.school_ids_with(READ_DONATIONS),
        missing=say("There is no such donor, or it is not of your school"),
    )


async def create_donor(actor: Actor, new: NewDonor) -> Donor:
    """Add a donor to a school's books; for its admins."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_DONATIONS)
    clean = _checked(new)
    async with transaction(actor):
        donor_id = await insert_row(tables.Donor, clean, school=school_id)
    return await get_donor(actor, donor_id)


async def update_donor(actor: Actor, donor_id: int, facts: DonorFacts) -> Donor:
    """Write a donor anew; for the school's admins."""
    donor = await get_donor(actor, donor_id)
    actor.require(donor.school_id, EDIT_DONATIONS)
    clean = _checked(facts)
    async with transaction(actor):
        await update_row(tables.Donor, donor.id, clean)
    return await get_donor(actor, donor_id)


def _checked(facts: DonorFacts) -> DonorFacts:
    clean, errors = tidied(facts, TEXTS)
    if clean.kind is not DonorKind.anonymous and not clean.name:
        errors.append(FieldError("name", say("Name the donor, or choose anonymous"), "required"))
    refuse(errors)
    return clean
