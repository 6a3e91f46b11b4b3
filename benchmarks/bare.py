"""The bare thing: Litestar handlers around asyncpg with Labshare's own SQL, and nothing else.

No sign-in, no scoping, no types: whoever asks sees both schools.
"""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from core import paging
from core.access import Actor
from core.connections import POOL_SIZE
from inventory.assets import AssetFilters
from inventory.assets.listing import list_query
from inventory.assets.reading import WHOLE
from inventory.custody.shapes import READ
from inventory.holds.listing import READ as READ_HOLD
from labshare.listening import listen
from labshare.web import serve

DETAIL = f"{WHOLE} WHERE a.tag = $1 AND a.school = any($2::bigint[])"
# What a hand-out needs at least: the asset locked, nobody else with it, the row, and what to answer.
LOCK = """
SELECT a.id, a.school FROM asset a
 WHERE a.tag = $1 AND a.school = any($2::bigint[]) AND a.lifecycle = 'in_service'
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
   FOR NO KEY UPDATE OF a
"""
HAND_OUT = """
INSERT INTO custody (school, asset, holder, started_at, handed_by, note, return_note)
VALUES ($1, $2, $3, now(), $4, $5, '') RETURNING id
"""
HANDED_OUT = f"{READ} WHERE c.id = $1"
# A whole day of an asset or of so many of a model. That they are free, the database judges itself.
ASSET = """
SELECT a.id AS asset, NULL::bigint AS model, a.school FROM asset a
 WHERE a.tag = $1 AND a.school = any($2::bigint[]) AND is_lent(a.school, a.model)
"""
MODEL = """
SELECT NULL::bigint AS asset, $1::bigint AS model, s.id AS school FROM school s
 WHERE s.code = $2 AND is_lent(s.id, $1)
"""
BOOK = """
INSERT INTO hold (school, kind, asset, model, quantity, starts_at, ends_at, person, group_name,
                  purpose, made_by, made_at, version)
SELECT s.id, 'booking', $2, $3, $4, $5::date::timestamp AT TIME ZONE s.zone,
       ($5::date + 1)::timestamp AT TIME ZONE s.zone, $6, '', $7, $6, now(), 1
  FROM school s WHERE s.id = $1
RETURNING id
"""
BOOKED = f"{READ_HOLD} WHERE h.id = $1"
LIMIT = 50
WORD, AFTER = "zqz", "@"


class Statements:
    """The SQL of the list and of the search, asked of Labshare once; values are put in later."""

    def __init__(self, school_ids: list[int]) -> None:
        self.school_ids = school_ids
        self._everyone = Actor.system("benchmark", school_ids)
        self._filtered: dict[tuple[tuple[str, str], ...], tuple[str, list[object]]] = {}

    async def prepare(self) -> None:
        self.first = await self._list(AssetFilters())
        self.after = await self._list(AssetFilters(), after=AFTER)
        self.search = await self._list(AssetFilters(q=WORD))

    async def _list(self, filters: AssetFilters, *, after: str = "") -> tuple[str, list[object]]:
        return await list_query(self._everyone, filters, after=after, limit=LIMIT)

    def page(self, cursor: str) -> tuple[str, list[object]]:
        if not cursor:
            return self.first
        sql, args = self.after
        after = paging.decode_cursor(cursor, str)[0]
        return sql, [after if one == AFTER else one for one in args]

    def found(self, q: str) -> tuple[str, list[object]]:
        sql, args = self.search
        return sql, [_with_word(one, q) for one in args]

    async def filtered(self, given: dict[str, str]) -> tuple[str, list[object]]:
        asked = tuple(given.items())
        if asked not in self._filtered:
            self._filtered[asked] = await self._list(msgspec.convert(given, AssetFilters))
        return self._filtered[asked]


def _with_word(value: object, q: str) -> object:
    if not isinstance(value, str):
        return value
    return value.replace(WORD.upper(), q.upper()).replace(WORD, q.lower())


@get("/healthz", sync_to_thread=False)
def healthz() -> str:
    return "ok"


@get("/api/v1/assets/{tag:str}")
async def detail(state: State, tag: FromPath[str]) -> dict[str, Any]:
    async with state.pool.acquire() as connection:
        return dict(await connection.fetchrow(DETAIL, tag, state.statements.school_ids))


@get("/api/v1/assets")
async def page(
    request: Request[Any, Any, State],
    state: State,
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> dict[str, Any]:
    if given := {
        name: request.query_params[name] for name in request.query_params.keys() - {"q", "cursor"}
    }:
        sql, args = await state.statements.filtered(given)
    else:
        sql, args = state.statements.found(q) if q else state.statements.page(cursor)
    async with state.pool.acquire() as connection:
        rows = [dict(row) for row in await connection.fetch(sql, *args)]
    return {"items": rows[:LIMIT], "next_cursor": rows[-1]["tag"] if len(rows) > LIMIT else None}


@post("/api/v1/custody")
async def hand_out(state: State, data: dict[str, Any]) -> dict[str, Any]:
    async with state.pool.acquire() as connection, connection.transaction():
        tag, borrower = data["tags"][0], data["person_id"]
        asset = await connection.fetchrow(LOCK, tag, state.statements.school_ids)
        given = (asset["school"], asset["id"], borrower, borrower, data["note"])
        loan = await connection.fetchval(HAND_OUT, *given)
        return {"items": [dict(await connection.fetchrow(HANDED_OUT, loan))]}


@post("/api/v1/bookings")
async def book(state: State, data: dict[str, Any]) -> dict[str, Any]:
    async with state.pool.acquire() as connection, connection.transaction():
        if "tag" in data:
            found = await connection.fetchrow(ASSET, data["tag"], state.statements.school_ids)
        else:
            found = await connection.fetchrow(MODEL, data["model_id"], data["school"])
        day, person = date.fromisoformat(data["day"]), state.person
        what = (found["school"], found["asset"], found["model"], data.get("quantity", 1))
        hold = await connection.fetchval(BOOK, *what, day, person, data["purpose"])
        return {"items": [dict(await connection.fetchrow(BOOKED, hold))]}


def create_app(database_url: str) -> Litestar:
    """The application; connects with the same pool size as Labshare's."""

    @asynccontextmanager
    async def connected(app: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            database_url, max_size=POOL_SIZE, server_settings={"jit": "off"}
        ) as pool:
            ids = await pool.fetchval("SELECT array_agg(id ORDER BY id) FROM school")
            app.state.pool, app.state.statements = pool, Statements(ids)
            app.state.person = await pool.fetchval("SELECT min(id) FROM person")
            await app.state.statements.prepare()
            yield

    return Litestar(
        [healthz, detail, page, hand_out, book],
        lifespan=[connected],
        openapi_config=None,
        logging_config=None,
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    with listen("127.0.0.1", arguments.parse_args().port) as server:
        serve(create_app(os.environ["LABSHARE_DATABASE_URL"]), server)
