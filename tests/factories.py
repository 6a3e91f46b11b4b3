"""Rows for tests, made the short way; each has a name of its own."""

from datetime import timedelta
from itertools import count

import httpx
import msgspec

from api.http.identity import COOKIE
from core import database, passwords, sign_in, tokens
from core.access import Actor, Membership, Role
from core.clock import now
from core.hashing import hash_token

_numbers = count(1)

PASSWORD = "a long enough password"
_hashes: list[str] = []


class MadeSchool(msgspec.Struct, frozen=True):
    id: int
    code: str
    name_zh: str
    name_en: str


class MadePerson(msgspec.Struct, frozen=True):
    id: int
    login: str
    name: str
    actor: Actor


class MadeAsset(msgspec.Struct, frozen=True):
    id: int
    tag: str
    school_id: int
    model_id: int


async def school(code: str | None = None) -> MadeSchool:
    number = next(_numbers)
    code = code or f"S{number}"
    made = MadeSchool(0, code, f"第{number}中学", f"School {number}")
    school_id = await database.fetch_value(
        "INSERT INTO school (code, name_zh, name_en, created_at) VALUES ($1, $2, $3, now())"
        " RETURNING id",
        made.code,
        made.name_zh,
        made.name_en,
    )
    return msgspec.structs.replace(made, id=school_id)


async def person(role: Role | str, *schools: MadeSchool, locale: str = "en") -> MadePerson:
    """A person with ``role`` at each of ``schools``; the password is PASSWORD."""
    if not _hashes:
        _hashes.append(await passwords.hash_password(PASSWORD))
    number = next(_numbers)
    login, name = f"{role}{number}", f"{str(role).title()} {number}"
    person_id = await database.fetch_value(
        "INSERT INTO person (login, name, password_hash, locale, created_at)"
        " VALUES ($1, $2, $3, $4, now()) RETURNING id",
        login,
        name,
        _hashes[0],
        locale,
    )
    for one in schools:
        await database.execute(
            "INSERT INTO membership (person, school, role, valid_from)"
            " VALUES ($1, $2, $3, now() - interval '1 day')",
            person_id,
            one.id,
            str(role),
        )
    memberships = tuple(
        Membership(one.id, one.code, one.name_zh, one.name_en, Role(role)) for one in schools
    )
    return MadePerson(
        person_id, login, name, Actor(person_id, name, locale, memberships, request_id="test")
    )


async def signed_in(client: httpx.AsyncClient, who: MadePerson) -> httpx.AsyncClient:
    """The same browser, now with a session of ``who``."""
    token = await sign_in.start_session(who.id, address="127.0.0.1", browser="test")
    client.cookies.set(COOKIE, token, domain="labshare.test")
    return client


async def bearer(who: MadePerson, *scopes: str) -> dict[str, str]:
    """The header of a fresh token; all scopes unless some are named."""
    token = tokens.new_token()
    await database.execute(
        "INSERT INTO api_token (person, name, token_hash, scopes, created_at, expires_at)"
        " VALUES ($1, 'test', $2, $3, now(), $4)",
        who.id,
        hash_token(token),
        list(scopes or tokens.SCOPES),
        now() + timedelta(days=1),
    )
    return {"authorization": f"Bearer {token}"}


async def place(of: MadeSchool, kind: str = "room", parent: int | None = None) -> int:
    created: int = await database.fetch_value(
        "INSERT INTO place (school, parent, kind, name) VALUES ($1, $2, $3, $4) RETURNING id",
        of.id,
        parent,
        kind,
        f"{kind} {next(_numbers)}",
    )
    return created


async def asset_model(kind: str = "computer", name: str | None = None) -> int:
    created: int = await database.fetch_value(
        "INSERT INTO asset_model (kind, brand, name) VALUES ($1, 'Maker', $2) RETURNING id",
        kind,
        name or f"Model {next(_numbers)}",
    )
    return created


async def step(on: MadeAsset, to_state: str) -> None:
    """The asset takes a step, as whoever writes the rows by hand must record it."""
    await database.execute(
        "INSERT INTO asset_step (asset, school, from_state, to_state, at, reason)"
        " SELECT id, school, lifecycle, $2, now(), '' FROM asset WHERE id = $1",
        on.id,
        to_state,
    )
    await database.execute("UPDATE asset SET lifecycle = $2 WHERE id = $1", on.id, to_state)


async def asset(
    of: MadeSchool,
    *,
    model: int | None = None,
    lifecycle: str = "in_service",
    place: int | None = None,
    tag: str | None = None,
    donation_line: int | None = None,
) -> MadeAsset:
    tag = tag or f"T-{next(_numbers):05d}"
    model = model or await asset_model()
    asset_id = await database.fetch_value(
        "INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, place,"
        " donation_line, created_at) VALUES ($1, $2, $2, $3, $4, 'ok', $5, $6, now())"
        " RETURNING id",
        tag,
        of.id,
        model,
        lifecycle,
        place,
        donation_line,
    )
    return MadeAsset(asset_id, tag, of.id, model)
