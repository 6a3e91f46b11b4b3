"""What is written about a person, and when it is refused."""

from datetime import datetime
from typing import Annotated

import msgspec

from core import clock, tables
from core.errors import FieldError, Invalid, say
from core.rows import insert_row
from core.texts import Line, refuse, tidied

LOCALES = ("zh_CN", "en")

_NAME_RULE = say("Give a name of at most {most} characters", most=tables.Person.name.length)
TEXTS = {"name": Line(tables.Person.name, required=_NAME_RULE, too_long=(_NAME_RULE, "required"))}
REFUSALS = {
    "person_login_is_unique": Invalid.of(
        "login", say("Another account has this sign-in name"), code="taken"
    ),
    "person_login_is_plain": Invalid.of(
        "login", say("A sign-in name is 2 to 64 characters without spaces"), code="login"
    ),
}


class PersonFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an admin writes about a person."""

    name: Annotated[str, msgspec.Meta(examples=["Technician One"])]
    login: Annotated[str, msgspec.Meta(examples=["technician-one"])]
    locale: str = "zh_CN"


def checked_facts(facts: PersonFacts) -> PersonFacts:
    """The facts tidied, or Invalid with every field that is wrong."""
    clean, errors = tidied(facts, TEXTS)
    clean = msgspec.structs.replace(clean, login=facts.login.strip().lower())
    if not 2 <= len(clean.login) <= 64 or any(letter.isspace() for letter in clean.login):
        errors.append(
            FieldError("login", say("A sign-in name is 2 to 64 characters without spaces"), "login")
        )
    if clean.locale not in LOCALES:
        errors.append(FieldError("locale", say("This language is not one of ours"), "locale"))
    refuse(errors)
    return clean


async def insert_person(
    facts: PersonFacts, password_hash: str, *, one_time_until: datetime | None = None
) -> int:
    """The bare row, inside the caller's transaction and :data:`REFUSALS`; gives its id."""
    return await insert_row(
        tables.Person,
        checked_facts(facts),
        password_hash=password_hash,
        one_time_until=one_time_until,
        created_at=clock.now(),
    )
