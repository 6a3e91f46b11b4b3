"""Keys for programs: random, hashed, limited to scopes, ending on a day."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from core import database, security_log, sign_in_tables
from core.access import Actor, Membership
from core.clock import now
from core.errors import FieldError, Invalid, NoRoom, NotFound, say
from core.hashing import hash_token
from core.rows import insert_row, update_row
from core.security_log import Kind
from core.sign_in import MEMBERSHIPS
from core.texts import Line, refuse, tidied

PREFIX = "lsh_"
SCOPES = (
    "inventory:read", "inventory:write",
    "monitoring:read", "monitoring:write",
    "library:read", "library:write",
    "people:read", "people:write",
    "reports:read",
)  # fmt: skip
_NAME_RULE = say("Say what the token is for, in a few words")
TEXTS = {
    "name": Line(
        sign_in_tables.ApiToken.name, required=_NAME_RULE, too_long=(_NAME_RULE, "required")
    )
}
USED_EVERY = timedelta(minutes=5)
LONGEST = timedelta(days=365)
USUAL_DAYS = 90
MOST_OPEN = 50


class Token(msgspec.Struct, frozen=True):
    """A token as its owner sees it again: never the secret itself."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to make: what for, what it may do, and for how many days."""

    name: Annotated[str, msgspec.Meta(examples=["Backup script"])]
    scopes: Annotated[tuple[str, ...], msgspec.Meta(examples=[["inventory:read"]])]
    days: Annotated[int, msgspec.Meta(examples=[USUAL_DAYS])] = USUAL_DAYS


class IssuedToken(msgspec.Struct, frozen=True):
    """A fresh token with its secret, which is shown this once."""

    id: int
    secret: str
    expires_at: datetime


class _Token(msgspec.Struct):
    id: int
    person_id: int
    name: str
    locale: str
    scopes: frozenset[str]
    memberships: tuple[Membership, ...]
    used_at: datetime | None


def new_token() -> str:
    """A fresh secret; the prefix lets scanners of leaked secrets know it."""
    return PREFIX + secrets.token_urlsafe(32)


async def find_actor(token: str, *, request_id: str = "", address: str = "") -> Actor | None:
    """The person behind a bearer token, limited to its scopes, or None if it does not hold."""
    if not token.startswith(PREFIX):
        return None
    found = await database.fetch_one(
        _Token,
        "SELECT t.id, p.id AS person_id, p.name, p.locale, t.scopes, t.used_at,"
        f" {MEMBERSHIPS}"
        " FROM api_token t JOIN person p ON p.id = t.person"
        " WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now()"
        " AND p.closed_at IS NULL",
        hash_token(token),
    )
    if found is None:
        return None
    if found.used_at is None or now() - found.used_at > USED_EVERY:
        with suppress(NoRoom):
            await update_row(sign_in_tables.ApiToken, found.id, used_at=now())
    return Actor(
        person_id=found.person_id,
        name=found.name,
        locale=found.locale,
        memberships=found.memberships,
        scopes=found.scopes,
        request_id=request_id,
        address=address,
    )


async def create_token(actor: Actor, new: NewToken) -> IssuedToken:
    """A token of the actor's own, made in person: a token that is lost must end with its day."""
    actor.require_in_person()
    actor.require_confirmed()
    return await _issue(actor, _checked_name(new), new)


async def create_token_for(person_id: int, new: NewToken) -> IssuedToken:
    """A token for somebody, from the command line of the machine itself."""
    owner = Actor(person_id=person_id, name="labshare token create")
    return await _issue(owner, _checked_name(new), new)


async def _issue(actor: Actor, name: str, new: NewToken) -> IssuedToken:
    secret, expires_at = new_token(), now() + timedelta(days=new.days)
    async with database.transaction(actor):
        # In turn for each person, so that the count below cannot be overrun.
        await database.execute("SELECT 1 FROM person WHERE id = $1 FOR UPDATE", actor.person_id)
        open_ones = await database.fetch_value(
            "SELECT count(*) FROM api_token"
            " WHERE person = $1 AND revoked_at IS NULL AND expires_at > now()",
            actor.person_id,
        )
        if open_ones >= MOST_OPEN:
            raise Invalid.of(
                "name", say("You have {most} tokens: revoke one first", most=MOST_OPEN), code="full"
            )
        token_id = await insert_row(
            sign_in_tables.ApiToken,
            person_id=actor.person_id,
            name=name,
            token_hash=hash_token(secret),
            scopes=sorted(set(new.scopes)),
            created_at=now(),
            expires_at=expires_at,
        )
        await security_log.record(
            Kind.token_made,
            actor=actor,
            person_id=actor.person_id,
            detail=f"{name}: {', '.join(sorted(set(new.scopes)))}",
        )
    return IssuedToken(token_id, secret, expires_at)


async def list_tokens(actor: Actor) -> list[Token]:
    """The actor's own tokens, the newest first; revoked and ended ones for a month."""
    return await database.fetch(
        Token,
        "SELECT id, name, scopes, created_at, expires_at, used_at, revoked_at FROM api_token"
        " WHERE person = $1 AND coalesce(revoked_at, expires_at) > $2 ORDER BY id DESC",
        actor.person_id,
        now() - timedelta(days=30),
    )


async def revoke_token(actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens; it stops working with its next request."""
    async with database.transaction(actor):
        name: str | None = await database.fetch_value(
            "UPDATE api_token SET revoked_at = $3"
            " WHERE id = $1 AND person = $2 AND revoked_at IS NULL RETURNING name",
            token_id,
            actor.person_id,
            now(),
        )
        if name is not None:
            await security_log.record(
                Kind.token_revoked, actor=actor, person_id=actor.person_id, detail=name
            )
    if name is None:
        raise NotFound(say("There is no such token of yours; it may be revoked already"))


async def revoke_tokens(person_id: int) -> int:
    """End every token of a person, inside the caller's transaction; how many there were."""
    return await database.execute(
        "UPDATE api_token SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL",
        person_id,
        now(),
    )


def _checked_name(new: NewToken) -> str:
    """The tidied name, once the scopes and the end are found right too."""
    clean, errors = tidied(new, TEXTS)
    if not new.scopes or not set(new.scopes) <= set(SCOPES):
        errors.append(FieldError("scopes", say("Choose what the token may do"), "scopes"))
    if not 1 <= new.days <= LONGEST.days:
        errors.append(
            FieldError("days", say("A token lasts 1 to {most} days", most=LONGEST.days), "days")
        )
    refuse(errors)
    return clean.name
