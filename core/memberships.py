"""Memberships: which role a person has at which school, from when until when."""

from datetime import datetime
from typing import Annotated

import msgspec

from core import clock, security_log, tables
from core.access import Actor, Role
from core.database import execute, fetch_column, fetch_value, get_one, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound, say
from core.numbers import Id
from core.permissions import MANAGE_PEOPLE
from core.rows import insert_row
from core.security_log import Kind


class RoleAtSchool(msgspec.Struct, frozen=True):
    """One membership as the person's page shows it; over once ``valid_until`` has passed."""

    id: int
    school_id: int
    school_code: str
    school_name_zh: str
    school_name_en: str
    role: Role
    valid_from: datetime
    valid_until: datetime | None

    @property
    def is_valid(self) -> bool:
        now = clock.now()
        return self.valid_from <= now and (self.valid_until is None or self.valid_until > now)


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role to give; without an end it lasts until it is ended."""

    school_id: Id
    role: Role
    # With its zone: the bare last moment of the calendar would be stored as "for ever".
    valid_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


# The JSON of a person's memberships inside `:schools`.
MEMBERSHIPS_IN_SIGHT = """
    coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'id', m.id, 'school_id', s.id, 'school_code', s.code, 'school_name_zh', s.name_zh,
            'school_name_en', s.name_en, 'role', m.role,
            'valid_from', m.valid_from, 'valid_until', m.valid_until)
            ORDER BY m.valid_until IS NOT NULL, s.code, m.role, m.id)
        FROM membership m JOIN school s ON s.id = m.school
        WHERE m.person = p.id AND m.school = any(:schools::bigint[])
    ), '[]'::jsonb) AS memberships
"""


async def give_role(actor: Actor, person_id: int, new: NewRole) -> int:
    """Give a person in sight a role at a school that the actor administers; the membership's id.

    A token makes no admins.
    """
    actor.require(new.school_id, MANAGE_PEOPLE)
    actor.require_confirmed()
    if new.role is Role.admin:
        actor.refuse_token()
    if new.valid_until is not None and new.valid_until <= clock.now():
        raise Invalid.of("valid_until", say("The end must lie ahead"), code="past")
    async with transaction(actor):
        # One at a time for each person, or the same role could be given twice at once.
        locked = await fetch_value(
            "SELECT p.id FROM person p WHERE p.id = $2 AND EXISTS (SELECT 1 FROM membership m"
            " WHERE m.person = p.id AND m.school = any($1::bigint[])) FOR UPDATE",
            actor.school_ids_with(MANAGE_PEOPLE),
            person_id,
        )
        if locked is None:
            raise NotFound(say("There is no such person at your schools"))
        if await fetch_value(
            "SELECT 1 FROM membership WHERE person = $1 AND school = $2 AND role = $3"
            " AND (valid_until IS NULL OR valid_until > now())",
            person_id,
            new.school_id,
            new.role,
        ):
            raise Conflict(say("The person already has this role there"), code="role_given")
        await security_log.record(
            Kind.role_given,
            actor=actor,
            person_id=person_id,
            school_id=new.school_id,
            detail=new.role,
        )
        return await insert_role(person_id, new)


async def insert_role(person_id: int, new: NewRole) -> int:
    """The bare row, inside the caller's transaction."""
    return await insert_row(
        tables.PersonMembership, new, person_id=person_id, valid_from=clock.now()
    )


class _Held(msgspec.Struct):
    school_id: int
    role: Role
    is_over: bool


async def end_role(actor: Actor, person_id: int, membership_id: int) -> None:
    """End a role from now on; the last admin of a school stays until there is another."""
    held = await get_one(
        _Held,
        "SELECT school AS school_id, role, coalesce(valid_until <= now(), false) AS is_over"
        " FROM membership WHERE id = $1 AND person = $2 AND school = any($3::bigint[])",
        membership_id,
        person_id,
        actor.school_ids,
        missing=say("There is no such role, or it is not at your school"),
    )
    actor.require(held.school_id, MANAGE_PEOPLE)
    actor.require_confirmed()
    if held.role is Role.admin:
        actor.refuse_token()
    if held.is_over:
        return
    async with transaction(actor):
        if held.role is Role.admin:
            await require_another_admin([held.school_id], without=person_id)
        await execute(
            "UPDATE membership SET valid_until = greatest($2, valid_from) WHERE id = $1",
            membership_id,
            clock.now(),
        )
        await security_log.record(
            Kind.role_ended,
            actor=actor,
            person_id=person_id,
            school_id=held.school_id,
            detail=held.role,
        )


async def require_another_admin(school_ids: list[int], *, without: int) -> None:
    """Refuse if a school would be left with no admin; the lock makes concurrent changes wait."""
    await execute(
        "SELECT 1 FROM school WHERE id = any($1::bigint[]) ORDER BY id FOR UPDATE", school_ids
    )
    left_alone = await fetch_value(
        "SELECT s.code FROM school s WHERE s.id = any($1::bigint[]) AND NOT EXISTS ("
        " SELECT 1 FROM valid_membership m JOIN person p ON p.id = m.person"
        " WHERE m.school = s.id AND m.role = 'admin'"
        " AND m.person <> $2 AND p.closed_at IS NULL) ORDER BY s.code LIMIT 1",
        school_ids,
        without,
    )
    if left_alone is not None:
        raise Conflict(
            say("{school} would have no admin left: name another first", school=left_alone),
            code="last_admin",
        )


async def require_whole(actor: Actor, person_id: int) -> None:
    """Pass only an admin of every school where the person works now.

    Else an admin of one school could take over an account that is an admin's at another.
    """
    elsewhere = await fetch_value(
        "SELECT 1 FROM valid_membership WHERE person = $1"
        " AND NOT school = any($2::bigint[]) LIMIT 1",
        person_id,
        actor.school_ids_with(MANAGE_PEOPLE),
    )
    if elsewhere:
        raise Forbidden(
            say("This person also works where you are no admin. You can end the roles at yours."),
            code="works_elsewhere",
        )


async def find_administered(person_id: int) -> list[int]:
    """The schools where the person is an admin now."""
    return await fetch_column(
        int,
        "SELECT DISTINCT school FROM valid_membership"
        " WHERE person = $1 AND role = 'admin' ORDER BY school",
        person_id,
    )
