"""The bare thing: Litestar handlers around asyncpg with Labshare's own SQL, and nothing else.

No sign-in, no scoping, no types: whoever asks sees both schools.
"""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from core import paging
from core.access import Actor
from core.connections import POOL_SIZE
from inventory.assets import AssetFilters
from inventory.assets.listing import list_query
from inventory.assets.reading import WHOLE
from labshare.listening import listen
from labshare.web import serve

DETAIL = f"{WHOLE} WHERE a.tag = $1 AND a.school = any($2::bigint[])"
LIMIT = 50
WORD, AFTER = "zqz", "@"


class Statements:
    """The SQL of the list and of the search, asked of Labshare once; values are put in later."""

    def __init__(self, school_ids: list[int]) -> None:
        self.school_ids = school_ids
        self._everyone = Actor.system("benchmark", school_ids)

    async def prepare(self) -> None:
        self.first = await list_query(self._everyone, AssetFilters(), after="", limit=LIMIT)
        self.after = await list_query(self._everyone, AssetFilters(), after=AFTER, limit=LIMIT)
        self.search = await list_query(self._everyone, AssetFilters(q=WORD), after="", limit=LIMIT)

    def page(self, cursor: str) -> tuple[str, list[object]]:
        if not cursor:
            return self.first
        sql, args = self.after
        after = paging.decode_cursor(cursor, str)[0]
        return sql, [after if one == AFTER else one for one in args]

    def found(self, q: str) -> tuple[str, list[object]]:
        sql, args = self.search
        return sql, [_with_word(one, q) for one in args]


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
async def page(state: State, q: FromQuery[str] = "", cursor: FromQuery[str] = "") -> dict[str, Any]:
    sql, args = state.statements.found(q) if q else state.statements.page(cursor)
    async with state.pool.acquire() as connection:
        rows = [dict(row) for row in await connection.fetch(sql, *args)]
    return {"items": rows[:LIMIT], "next_cursor": rows[-1]["tag"] if len(rows) > LIMIT else None}


def create_app(database_url: str) -> Litestar:
    """The application; connects with the same pool size as Labshare's."""

    @asynccontextmanager
    async def connected(app: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            database_url, max_size=POOL_SIZE, server_settings={"jit": "off"}
        ) as pool:
            ids = await pool.fetchval("SELECT array_agg(id ORDER BY id) FROM school")
            app.state.pool, app.state.statements = pool, Statements(ids)
            await app.state.statements.prepare()
            yield

    return Litestar(
        [healthz, detail, page],
        lifespan=[connected],
        openapi_config=None,
        logging_config=None,
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    with listen("127.0.0.1", arguments.parse_args().port) as server:
        serve(create_app(os.environ["LABSHARE_DATABASE_URL"]), server)
