"""Schools: the list a person sees, and the few facts an admin keeps right."""

from typing import Annotated
from zoneinfo import available_timezones

import msgspec

from core import clock, security_log, tables
from core.access import USUAL_ZONE, Actor, Role
from core.database import execute, fetch, fetch_value, get_one, transaction
from core.errors import Conflict, FieldError, Forbidden, Invalid, say
from core.permissions import MANAGE_SCHOOL
from core.rows import insert_row, update_row
from core.security_log import Kind
from core.texts import Line, Text, refuse, tidied

DEFAULT_ZONE = USUAL_ZONE
CODE_RULE = say("A code is 1 to 32 Latin letters, digits and hyphens")

REFUSALS = {
    "school_code_key": Invalid.of("code", say("Another school has this code"), code="taken"),
    "school_code_is_plain": Invalid.of("code", CODE_RULE, code="code"),
}

MOST_TERMS = 2000
TEXTS = {
    "code": Text(
        tables.School.code,
        required=say("Give the school a short code"),
        too_long=(CODE_RULE, "code"),
    ),
    "name_zh": Text(tables.School.name_zh),
    "name_en": Text(tables.School.name_en),
    "zone": Text(tables.School.zone),
    "phone": Line(tables.School.phone),
    "lending_terms": Text(MOST_TERMS),
}
COLUMNS = (
    "id, code, name_zh, name_en, zone, requires_second_factor, phone, lending_terms,"
    " renewals_most, renewal_days, takes_visitor_reports"
)


def name_in(locale: str, name_zh: str, name_en: str) -> str:
    """A school's name in the reader's language, else in the other one."""
    return (name_en or name_zh) if locale == "en" else (name_zh or name_en)


class School(msgspec.Struct, frozen=True):
    """A school as everybody of it may see it."""

    id: int
    code: str
    name_zh: str
    name_en: str
    zone: str
    requires_second_factor: bool = False
    phone: str = ""
    lending_terms: str = ""
    renewals_most: int = 2
    renewal_days: int = 14
    takes_visitor_reports: bool = True

    def name(self, locale: str) -> str:
        """The name in the reader's language, else in the other one."""
        return name_in(locale, self.name_zh, self.name_en)


class SchoolFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an admin writes about a school.

    ``phone`` and ``lending_terms`` stand on receipts; a borrower renews by himself
    ``renewals_most`` times at most, each time by ``renewal_days``. It ``takes_visitor_reports`` if whoever scans a
    label without an account may report a fault.
    """

    code: Annotated[str, msgspec.Meta(examples=["NO1-MS"])]
    name_zh: Annotated[str, msgspec.Meta(examples=["第一中学"])] = ""
    name_en: Annotated[str, msgspec.Meta(examples=["No. 1 Middle School"])] = ""
    zone: Annotated[str, msgspec.Meta(examples=[DEFAULT_ZONE])] = DEFAULT_ZONE
    phone: Annotated[str, msgspec.Meta(examples=["0851-8888 1234"])] = ""
    lending_terms: Annotated[str, msgspec.Meta(examples=["妥善保管，按时归还。"])] = ""
    renewals_most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 2
    renewal_days: Annotated[int, msgspec.Meta(ge=1, le=180)] = 14
    takes_visitor_reports: bool = True


async def list_schools(actor: Actor) -> list[School]:
    """The schools in the actor's sight, by code."""
    return await fetch(
        School,
        f"SELECT {COLUMNS} FROM school WHERE id = any($1::bigint[]) ORDER BY code",
        actor.school_ids,
    )


async def get_school(actor: Actor, school_id: int) -> School:
    """One school in the actor's sight, else NotFound."""
    return await get_one(
        School,
        f"SELECT {COLUMNS} FROM school WHERE id = $1 AND id = any($2::bigint[])",
        school_id,
        actor.school_ids,
        missing=say("There is no such school, or you have no part in it"),
    )


async def lock_school(school_id: int) -> None:
    """One writer at a time of what must not overlap at a school; in the caller's transaction.

    Two who write at one moment would wait for each other in an exclusion constraint.
    """
    await execute("SELECT FROM school WHERE id = $1 FOR NO KEY UPDATE", school_id)


async def find_id(code: str) -> int:
    """The id of a school anywhere in the county, or 0, which is none's, so that nothing is found."""
    return await fetch_value("SELECT id FROM school WHERE code = $1", code) or 0


async def create_school(actor: Actor, facts: SchoolFacts) -> School:
    """Open a school; its maker becomes its first admin, so that it is never without one.

    For admins in person: a token would make its owner an admin of one more school.
    """
    if not actor.can(MANAGE_SCHOOL):
        raise Forbidden(say("Only an admin may add a school"))
    actor.refuse_token()
    clean = _checked(facts)
    async with transaction(actor, REFUSALS):
        school_id = await insert_school(clean)
        if actor.person_id is not None:
            await insert_row(
                tables.PersonMembership,
                person_id=actor.person_id,
                school_id=school_id,
                role=Role.admin,
                valid_from=clock.now(),
            )
    return School(id=school_id, **msgspec.structs.asdict(clean))


async def insert_school(facts: SchoolFacts) -> int:
    """The bare row, inside the caller's transaction and :data:`REFUSALS`; gives its id."""
    return await insert_row(tables.School, _checked(facts), created_at=clock.now())


async def update_school(actor: Actor, school_id: int, facts: SchoolFacts) -> School:
    """Write a school's facts anew; for its admins."""
    actor.require(school_id, MANAGE_SCHOOL)
    clean = _checked(facts)
    async with transaction(actor, REFUSALS):
        await update_row(tables.School, school_id, clean)
    return await get_school(actor, school_id)


async def require_second_factor(actor: Actor, school_id: int, *, is_required: bool) -> School:
    """Whether only those are admins of the school who have a second factor; asks for the password.

    Whoever turns it on has one already, or the school would be without an admin.
    """
    actor.require_in_person()
    actor.require(school_id, MANAGE_SCHOOL)
    actor.require_confirmed()
    async with transaction(actor):
        if is_required and not await fetch_value(
            "SELECT 1 FROM second_factor WHERE person = $1 AND confirmed_at IS NOT NULL FOR SHARE",
            actor.person_id,
        ):
            raise Conflict(say("Set up your own second factor first"), code="no_second_factor")
        await update_row(tables.School, school_id, requires_second_factor=is_required)
        await security_log.record(
            Kind.second_factor_rule,
            actor=actor,
            school_id=school_id,
            detail="on" if is_required else "off",
        )
    return await get_school(actor, school_id)


def _checked(facts: SchoolFacts) -> SchoolFacts:
    clean, errors = tidied(facts, TEXTS)
    if not (clean.name_zh or clean.name_en):
        errors.append(
            FieldError(
                "name_zh", say("Give the school a name in one language at least"), "required"
            )
        )
    if clean.zone not in available_timezones():
        errors.append(FieldError("zone", say("This is no time zone; one is Asia/Shanghai"), "zone"))
    refuse(errors)
    return clean
