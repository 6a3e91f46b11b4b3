"""The stack under test: real PostgreSQL, real SeaweedFS, migrated once, emptied for each test."""

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest
import structlog
from litestar import Litestar
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from core import database
from core.settings import PRIVATE_NETWORKS, MailSettings, Settings
from labshare.engines import object_store, postgres
from labshare.engines.ports import LOOPBACK_NETWORK
from labshare.migrations import migrate
from labshare.startup import nothing_to_collect
from storage import objects
from tests import factories
from tests.patience import PATIENCE_SECONDS
from tests.postbox import Postbox
from tests.postbox import running as postbox_server

# Those of its files that share the sample data.
SEEDED = "tests/browser/on_the_demo/"
# Of a run that hangs; no test is about how long anything takes.
CLOSE_SECONDS = PATIENCE_SECONDS
# A busy machine makes every query wait; whether it was fast enough is a matter of benchmarks/.
LIMITS = database.Limits(acquire_seconds=PATIENCE_SECONDS, command_seconds=PATIENCE_SECONDS)

# Settings of the tests' database alone: what it loses with the machine is not missed, and nothing
# moves rows or plans about while a test looks at them.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
# A TRUNCATE makes a new file for every table and index around a school, which takes half a second;
# deleting the few rows of a test takes a hundredth of that. Triggers and references wait outside.
LARGE_BYTES = 1024 * 1024
EMPTY_ALL = f"""
DO $$
DECLARE
    one record;
    has_rows boolean;
    large text[] := '{{}}';
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR one IN SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c
        WHERE c.relkind IN ('r', 'p')
        AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
        AND c.relname <> ALL (string_to_array(current_setting('labshare.kept'), ','))
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO has_rows;
        IF NOT has_rows THEN
            CONTINUE;
        END IF;
        IF (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(one.oid)
            UNION ALL SELECT pg_relation_size(one.oid) ORDER BY 1 DESC NULLS LAST LIMIT 1)
           > {LARGE_BYTES} THEN
            large := large || one.name;
        ELSE
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
    END LOOP;
    IF cardinality(large) > 0 THEN
        EXECUTE 'TRUNCATE ' || array_to_string(large, ', ') || ' CASCADE';
    END IF;
    PERFORM setval(s.seqrelid, 1, false) FROM pg_sequence s
       JOIN pg_depend d ON d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
        AND d.refclassid = 'pg_class'::regclass
       JOIN pg_class c ON c.oid = d.refobjid
      WHERE c.relname <> ALL (string_to_array(current_setting('labshare.kept'), ','))
        AND pg_sequence_last_value(s.seqrelid) IS NOT NULL;
END $$
"""


def pytest_configure() -> None:
    """Tracebacks in the log as Python prints them.

    Where rich is installed, as with the test tools, structlog colours the code around every frame,
    which takes half a second for each fault that a test provokes.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


class Scheduler(LoadFileScheduling):
    """A file is one worker's, and so is the folder of those that share the sample data."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return SEEDED if file.startswith(SEEDED) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduler:
    """How xdist deals the tests to its workers (its hook of this name)."""
    return Scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then those with processes and browsers of their own, then large ones.

    Each worker takes the next file when it has done one; a long one begun last would be waited for
    by all the others. Files with the people of the demo come one after the other, or the database
    would be filled with the demo more than once.
    """
    sizes = Counter(item.path for item in items)
    marked: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        marked[item.path] |= {mark.name for mark in item.iter_markers()}
        if "people" in getattr(item, "fixturenames", ()):
            marked[item.path].add("people")

    def place(item: pytest.Item) -> tuple[bool, bool, bool, int, str]:
        marks = marked[item.path]
        return (
            "long" not in marks,
            not marks & {"browser", "engines"},
            "people" not in marks,
            -sizes[item.path],
            str(item.path),
        )

    items.sort(key=place)


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
            webhook_networks=(LOOPBACK_NETWORK,),
        )
        asyncio.run(_make_fast(database_engine.dsn))
        asyncio.run(migrate(database_engine.dsn))
        yield Stack(settings, asyncio.run(_filled_by_migrations(database_engine.dsn)))


async def _make_fast(dsn: str) -> None:
    """Set what only the superuser of the database may."""
    connection = await asyncpg.connect(
        dsn.replace(f"//{postgres.ROLE}@", f"//{postgres.SUPERUSER}@")
    )
    for setting in FAST:
        await connection.execute(f"ALTER SYSTEM SET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {postgres.ROLE}")
    await connection.close()


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


async def open_database(stack: Stack) -> None:
    """The pool of all tests of this process."""
    await database.open(stack.dsn, max_size=40, limits=LIMITS)


@pytest.fixture(scope="session")
async def connections(stack: Stack) -> AsyncIterator[Stack]:
    """The pool and the object store, open on the loop that all tests share."""
    assert stack.settings.s3
    await open_database(stack)
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
    with nothing_to_collect():
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
