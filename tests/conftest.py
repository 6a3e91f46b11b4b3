"""The stack under test: real PostgreSQL, real SeaweedFS, migrated once, emptied for each test."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from core import database
from core.settings import PRIVATE_NETWORKS, MailSettings, Settings
from labshare.engines import object_store, postgres
from labshare.engines.ports import LOOPBACK_NETWORK
from labshare.migrations import migrate
from storage import objects
from tests import factories
from tests.patience import PATIENCE_SECONDS
from tests.postbox import Postbox
from tests.postbox import running as postbox_server

# Of a run that hangs; no test is about how long anything takes.
CLOSE_SECONDS = PATIENCE_SECONDS
# A busy machine makes every query wait; whether it was fast enough is a matter of benchmarks/.
LIMITS = database.Limits(acquire_seconds=PATIENCE_SECONDS, command_seconds=PATIENCE_SECONDS)

EMPTY_ALL = """
DO $$
DECLARE
    name text;
    has_rows boolean;
    filled text[] := '{}';
BEGIN
    FOR name IN SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p')
        AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
        AND c.relname <> ALL (string_to_array(current_setting('labshare.kept'), ','))
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO has_rows;
        IF has_rows THEN filled := filled || quote_ident(name); END IF;
    END LOOP;
    IF cardinality(filled) > 0 THEN
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' RESTART IDENTITY CASCADE';
    END IF;
END $$
"""


class Stack(msgspec.Struct, frozen=True):
    """The engines of this test run."""

    settings: Settings
    reference_tables: tuple[str, ...]

    @property
    def dsn(self) -> str:
        assert self.settings.database_url
        return self.settings.database_url


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with (
        tempfile.TemporaryDirectory(prefix="labshare-tests-") as folder,
        postgres.running(Path(folder)) as database_engine,
        object_store.running(Path(folder)) as store,
    ):
        settings = Settings(
            data=Path(folder),
            database_url=database_engine.dsn,
            # Power cuts are tested elsewhere: here nothing has to be flushed to the disk.
            s3=msgspec.structs.replace(store.access.settings(), sync_folder=None),
            secret_key="a secret of the tests, not of any school",
            base_url="http://labshare.test",
            networks=(*PRIVATE_NETWORKS, LOOPBACK_NETWORK),
        )
        asyncio.run(migrate(database_engine.dsn))
        yield Stack(settings, asyncio.run(_filled_by_migrations(database_engine.dsn)))


async def _filled_by_migrations(dsn: str) -> tuple[str, ...]:
    await database.open(dsn)
    names = await database.fetch_value(
        "SELECT array_agg(relname::text) FROM pg_class WHERE relkind IN ('r','p')"
        " AND relnamespace = 'public'::regnamespace"
    )
    filled = [
        name for name in names if await database.fetch_value(f"SELECT true FROM {name} LIMIT 1")
    ]
    await database.close()
    return tuple(filled)


@pytest.fixture(scope="session")
async def connections(stack: Stack) -> AsyncIterator[Stack]:
    """The pool and the object store, open on the loop that all tests share."""
    assert stack.settings.s3
    await database.open(stack.dsn, max_size=40, limits=LIMITS)
    await objects.open(stack.settings.s3)
    yield stack
    await objects.close()
    pool = database.engine.pool
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await database.close()
    except TimeoutError:
        if pool:
            pool.terminate()
        pytest.fail("a connection was taken from the pool and never given back")


@pytest.fixture
async def db(connections: Stack) -> Stack:
    """An empty, migrated database."""
    await empty(connections)
    return connections


@pytest.fixture
async def school(db: Stack) -> factories.MadeSchool:
    """A school, with nobody and nothing in it."""
    return await factories.school()


async def empty(stack: Stack) -> None:
    """Take out every row that did not come with the migrations."""
    async with database.transaction():
        await database.execute(
            "SELECT set_config('labshare.kept', $1, true)", ",".join(stack.reference_tables)
        )
        await database.execute(EMPTY_ALL)


@pytest.fixture(scope="session")
def app(stack: Stack) -> Litestar:
    from api.app import create_app
    from api.health import probes

    probes.PATIENCE_SECONDS = LIMITS.acquire_seconds
    return create_app(stack.settings)


@pytest.fixture
async def client(db: Stack, app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session; its unsafe requests come from our own pages."""
    async with browser(app) as one:
        yield one


def browser(app: Litestar) -> httpx.AsyncClient:
    """Another browser, with a cookie jar of its own."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=("127.0.0.1", 40000)),
        base_url="http://labshare.test",
        headers={"origin": "http://labshare.test"},
    )


@pytest.fixture
async def postbox() -> AsyncIterator[tuple[Postbox, MailSettings]]:
    async with postbox_server() as server:
        yield server
