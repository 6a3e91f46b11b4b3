"""The first school and its admin, made once with a one-time code on an empty installation."""

from datetime import timedelta

import msgspec

from core import clock, memberships, passwords, sign_in_tables
from core.access import Actor, Role
from core.database import execute, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.hashing import hash_token
from core.memberships import NewRole
from core.password_rules import check_password
from core.people import readable_secret
from core.person_facts import REFUSALS as PERSON_REFUSALS
from core.person_facts import PersonFacts, insert_person
from core.rows import insert_row
from core.schools import REFUSALS as SCHOOL_REFUSALS
from core.schools import SchoolFacts, insert_school

LASTS = timedelta(hours=24)


class FirstAdmin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the set-up page asks: the code, the school, and who its admin is."""

    setup_code: str
    school: SchoolFacts
    admin: PersonFacts
    password: str


async def is_needed() -> bool:
    """Whether nobody has an account yet."""
    return not await fetch_value("SELECT EXISTS (SELECT 1 FROM person)")


async def create_link() -> str:
    """A one-time code for the set-up page, good for a day; refused once a person exists.

    It belongs behind the # of the page's address: that part never leaves the browser.
    """
    if not await is_needed():
        raise Conflict(ALREADY_DONE, code="set_up")
    code = readable_secret(5)
    now = clock.now()
    await insert_row(
        sign_in_tables.SetupLink,
        token_hash=hash_token(code),
        created_at=now,
        expires_at=now + LASTS,
    )
    return code


async def create_first_admin(first: FirstAdmin) -> int:
    """The first school and its admin, both or neither; of many at once, one succeeds.

    Gives the admin's person id. The code works once, and not at all once a person exists.
    """
    school = first.school
    check_password(
        first.password,
        login=first.admin.login,
        names=(first.admin.name, school.code, school.name_zh, school.name_en),
    )
    code_hash = hash_token(_tidy(first.setup_code))
    await _refuse_wrong_code(code_hash)
    password_hash = await passwords.hash_password(first.password)
    async with transaction(
        Actor.system("labshare setup", []), {**SCHOOL_REFUSALS, **PERSON_REFUSALS}
    ):
        # Conflicts with itself and with every insert: one set-up waits here for the other.
        await execute("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE")
        if not await is_needed():
            raise Conflict(ALREADY_DONE, code="set_up")
        await _use_up(code_hash)
        school_id = await insert_school(first.school)
        person_id = await insert_person(first.admin, password_hash)
        await memberships.insert_role(person_id, NewRole(school_id, Role.admin))
    return person_id


ALREADY_DONE = say("Labshare is set up already. Sign in, or ask your admin for an account.")


def _wrong_code() -> Invalid:
    return Invalid.of(
        "setup_code",
        say("This code is wrong, used or too old. Start the program again for a fresh one."),
        code="setup_code",
    )


async def _refuse_wrong_code(code_hash: bytes) -> None:
    """Before the slow hash, so that requests with a wrong code cannot keep the processor busy."""
    is_good = await fetch_value(
        "SELECT 1 FROM setup_link WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        code_hash,
        clock.now(),
    )
    # Asked last: a code that somebody used up a moment ago is not wrong, it is too late.
    if not await is_needed():
        raise Conflict(ALREADY_DONE, code="set_up")
    if not is_good:
        raise _wrong_code()


async def _use_up(code_hash: bytes) -> None:
    used = await execute(
        "UPDATE setup_link SET used_at = $2"
        " WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        code_hash,
        clock.now(),
    )
    if not used:
        raise _wrong_code()


def _tidy(code: str) -> str:
    """The code as it was made, however it was typed: small letters, spaces, other dashes."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
