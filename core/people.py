"""People: who has an account, and what the admins of their schools may do with it."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from core import (
    clock,
    known_browsers,
    memberships,
    passwords,
    security_log,
    sign_in,
    tables,
    tokens,
)
from core.access import Actor, Role
from core.changes import changed_since
from core.database import execute, fetch_column, fetch_value, get_one, transaction
from core.errors import Forbidden, Invalid, NotFound, say
from core.memberships import MEMBERSHIPS_IN_SIGHT, NewRole, RoleAtSchool
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_PEOPLE, READ_PEOPLE
from core.person_facts import REFUSALS, PersonFacts, checked_facts, insert_person
from core.query import Key, Orders, Where, list_page
from core.rows import update_row
from core.security_log import Kind

ONE_TIME_LASTS = timedelta(days=7)
# No 0 O 1 I L: people read these aloud and copy them by hand.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Standing(StrEnum):
    """Which accounts a list shows."""

    open = "open"
    closed = "closed"


class PeopleFilters(msgspec.Struct, frozen=True):
    """Which people a list shows; ``q`` is part of a name or of a sign-in name."""

    q: str = ""
    school_id: Id | None = None
    role: Role | None = None
    standing: Standing = Standing.open
    changed_since: datetime | None = None


class Person(msgspec.Struct, frozen=True):
    """An account with its roles at the schools that the reader sees.

    ``is_invited`` while the person has not yet chosen a password of their own.
    """

    id: int
    login: str
    name: str
    locale: str
    created_at: datetime
    closed_at: datetime | None
    is_invited: bool
    has_second_factor: bool
    memberships: tuple[RoleAtSchool, ...]


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account to open, with its first role."""

    name: Annotated[str, msgspec.Meta(examples=["Technician One"])]
    login: Annotated[str, msgspec.Meta(examples=["technician-one"])]
    school_id: Id
    role: Role
    locale: str = "zh_CN"


class Invitation(msgspec.Struct, frozen=True):
    """What the admin hands over, shown this once: it opens only the page to choose a password."""

    person_id: int
    login: Annotated[str, msgspec.Meta(examples=["technician-one"])]
    one_time_password: Annotated[str, msgspec.Meta(examples=["7KQM-2VXA-PD9H-WR4T"])]
    expires_at: datetime


COLUMNS = f"""
    p.id, p.login, p.name, p.locale, p.created_at, p.closed_at,
    p.one_time_until IS NOT NULL AS is_invited,
    EXISTS (SELECT 1 FROM second_factor f WHERE f.person = p.id AND f.confirmed_at IS NOT NULL)
        AS has_second_factor, {MEMBERSHIPS_IN_SIGHT}
"""


PEOPLE = f"SELECT {COLUMNS} FROM person p"
ORDERS = Orders(
    "name",
    Key("p.id", int, "id"),
    name=Key("p.name", str, "name"),
    login=Key("p.login", str, "login"),
    created_at=Key("p.created_at", datetime, "created_at"),
)
NO_FILTERS = PeopleFilters()


async def list_people(
    actor: Actor,
    filters: PeopleFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Person]:
    """The people of the schools where the actor is admin, technician or auditor, by name or ``sort``."""
    if filters.school_id is not None:
        actor.require(filters.school_id, READ_PEOPLE)
    where = _in_sight(actor, school_id=filters.school_id, role=filters.role)
    changed = changed_since(filters.changed_since, "person", "p.id")
    if changed is None or filters.standing is not Standing.open:
        where.add(f"p.closed_at IS {'NULL' if filters.standing is Standing.open else 'NOT NULL'}")
    where.add_given(
        "(strpos(lower(p.name), :words) > 0 OR strpos(p.login, :words) > 0)",
        words=filters.q.strip().lower(),
    )
    return await list_page(
        Person, PEOPLE, where, ORDERS.chosen(sort), cursor=cursor, limit=limit, changed=changed
    )


async def get_person(actor: Actor, person_id: int) -> Person:
    """One person of the actor's schools, else NotFound."""
    where = _in_sight(actor)
    where.add("p.id = :person_id", person_id=person_id)
    return await get_one(
        Person,
        f"{PEOPLE} WHERE {where}",
        **where.values,
        missing=say("There is no such person at your schools"),
    )


def _in_sight(actor: Actor, *, school_id: int | None = None, role: Role | None = None) -> Where:
    """Persons ``p`` with a membership at the actor's schools, or at one of them with a role now."""
    theirs = Where("m.person = p.id AND m.school = any(:schools::bigint[])")
    theirs.bind(schools=actor.school_ids_with(READ_PEOPLE))
    theirs.add_given("m.school = :school_id", school_id=school_id)
    theirs.add_given("m.role = :role", role=role)
    source = "valid_membership" if role else "membership"
    return Where(f"EXISTS (SELECT FROM {source} m WHERE {theirs})", **theirs.values)


async def create_person(actor: Actor, new: NewPerson) -> Invitation:
    """Open an account with a one-time password; for admins of the school, in person.

    An account of an admin asks for the actor's password again.
    """
    actor.require_in_person()
    actor.require(new.school_id, MANAGE_PEOPLE)
    if new.role is Role.admin:
        actor.require_confirmed()
    facts = checked_facts(PersonFacts(new.name, new.login, new.locale))
    password = readable_secret()
    password_hash = await passwords.hash_password(password)
    expires_at = clock.now() + ONE_TIME_LASTS
    async with transaction(actor, REFUSALS):
        person_id = await insert_person(facts, password_hash, one_time_until=expires_at)
        await memberships.insert_role(person_id, NewRole(new.school_id, new.role))
        await security_log.record(
            Kind.account_opened,
            actor=actor,
            person_id=person_id,
            school_id=new.school_id,
            detail=new.role,
        )
    return Invitation(person_id, facts.login, password, expires_at)


async def update_person(actor: Actor, person_id: int, facts: PersonFacts) -> Person:
    """Write a person's facts anew; for an admin of all their schools."""
    await get_administered(actor, person_id)
    clean = checked_facts(facts)
    async with transaction(actor, REFUSALS):
        await update_row(tables.Person, person_id, clean)
    return await get_person(actor, person_id)


async def invite_again(actor: Actor, person_id: int) -> Invitation:
    """A fresh one-time password for somebody who lost theirs; their sessions and tokens end.

    In person, or a token would open a browser's session.
    """
    actor.require_in_person()
    person = await get_administered(actor, person_id)
    actor.require_confirmed()
    password = readable_secret()
    password_hash = await passwords.hash_password(password)
    expires_at = clock.now() + ONE_TIME_LASTS
    async with transaction(actor):
        await update_row(
            tables.Person, person_id, password_hash=password_hash, one_time_until=expires_at
        )
        await sign_in.end_sessions(person_id)
        await tokens.revoke_tokens(person_id)
        await known_browsers.delete_all(person_id)
        await security_log.record(Kind.password_reset, actor=actor, person_id=person_id)
    return Invitation(person_id, person.login, password, expires_at)


async def close_account(actor: Actor, person_id: int) -> Person:
    """Shut a person out at once; their history stays. The last admin of a school can't be closed."""
    await get_administered(actor, person_id)
    actor.require_confirmed()
    async with transaction(actor):
        administered = await memberships.find_administered(person_id)
        await memberships.require_another_admin(administered, without=person_id)
        await execute(
            "UPDATE person SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL",
            person_id,
            clock.now(),
        )
        await sign_in.end_sessions(person_id)
        await tokens.revoke_tokens(person_id)
        await security_log.record(Kind.account_closed, actor=actor, person_id=person_id)
    return await get_person(actor, person_id)


async def reopen_account(actor: Actor, person_id: int) -> Person:
    """Let a person in again, with the roles that have not ended; tokens stay revoked."""
    await get_administered(actor, person_id)
    async with transaction(actor):
        await update_row(tables.Person, person_id, closed_at=None)
        await security_log.record(Kind.account_reopened, actor=actor, person_id=person_id)
    return await get_person(actor, person_id)


async def create_from_command_line(
    name: str, *, role: str, school_code: str, login: str = ""
) -> Invitation:
    """Open an account from the command line of the machine itself; for any school."""
    if role not in set(Role):
        raise Invalid.of(
            "role", say("A role is one of: {roles}", roles=", ".join(Role)), code="role"
        )
    school_id = await fetch_value("SELECT id FROM school WHERE code = $1", school_code)
    if school_id is None:
        raise NotFound(say("There is no school with the code {code}", code=school_code))
    operator = Actor.system("labshare person add", [school_id])
    new = NewPerson(name, login or "".join(name.split()), school_id, Role(role))
    return await create_person(operator, new)


async def find_id(name: str) -> int:
    """The one open account with this sign-in name, else with this name; for the command line."""
    ids = await fetch_column(
        int,
        "SELECT id FROM person WHERE closed_at IS NULL AND (login = lower($1)"
        " OR (name = $1 AND NOT EXISTS (SELECT 1 FROM person WHERE login = lower($1))))"
        " ORDER BY id LIMIT 2",
        name.strip(),
    )
    if not ids:
        raise NotFound(say("Nobody here is called {name}", name=name))
    if len(ids) > 1:
        raise Invalid.of(
            "person", say("Several people are called {name}: give the sign-in name", name=name)
        )
    return ids[0]


def readable_secret(groups: int = 4) -> str:
    """A random secret in groups of four, 20 bits each, that can be read aloud."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(groups))


async def get_administered(actor: Actor, person_id: int) -> Person:
    """The person, if the actor is an admin of every school where they work now.

    A token changes no admin's account: it would outlive its day in what it left behind.
    """
    person = await get_person(actor, person_id)
    administered = [m for m in person.memberships if actor.can_at(m.school_id, MANAGE_PEOPLE)]
    if not administered:
        raise Forbidden(say("Only an admin of the person's schools may do this"))
    # A school that somebody has left has no more rights over the account, not even if they work
    # nowhere now. Who comes back is given a role first, which stands in the history.
    if not any(m.is_valid for m in administered):
        raise Forbidden(
            say("This person has no role at your schools now. Give one first."), code="no_role"
        )
    await memberships.require_whole(actor, person_id)
    if await memberships.find_administered(person_id):
        actor.refuse_token()
    return person
