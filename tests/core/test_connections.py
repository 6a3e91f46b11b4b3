"""Connections that are busy, slow, lost or vanished: what callers are told, and that they come back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import asyncpg
import httpx
import pytest
from litestar import Litestar

from core import database, keep_alive, migrations
from core.errors import OutcomeUnknown, Unavailable
from labshare.engines import postgres
from tests import factories
from tests.conftest import Stack, browser
from tests.pools import pool_of

# Short enough to wait for; whatever has to succeed beside them asks for more.
BUSY = database.Limits(acquire_seconds=0.2, command_seconds=None)
HURRIED = database.Limits(command_seconds=1.0)
UNREACHED_SECONDS = 600
# A statement takes as long as a test holds this lock (``_lock_held``).
WAIT_FOR_LOCK = "pg_advisory_xact_lock(7)"
END_AT_COMMIT = """
CREATE TABLE ends_at_commit (id int);
CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON ends_at_commit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION end_connection();
"""


@pytest.fixture
async def ends_at_commit(db: Stack) -> AsyncIterator[None]:
    """A table whose rows cost the connection its life at COMMIT."""
    del db
    await database.execute(END_AT_COMMIT)
    yield
    await database.execute("DROP TABLE ends_at_commit; DROP FUNCTION end_connection")


async def test_who_finds_every_connection_busy_is_told_so(db: Stack) -> None:
    async with pool_of(1, db.dsn, BUSY), database.connection():
        with pytest.raises(Unavailable, match=r"within 0\.2 seconds no connection") as refused:
            await asyncio.create_task(database.fetch_value("SELECT 1"))
    assert refused.value.code == "database_busy"


async def test_a_page_that_finds_every_connection_busy_answers_when_to_come_back(
    db: Stack, app: Litestar
) -> None:
    school = await factories.school()
    headers = await factories.bearer(await factories.person("admin", school))
    async with pool_of(1, db.dsn, BUSY), browser(app) as visitor:
        async with database.connection():
            answer = await asyncio.create_task(visitor.get("/api/v1/me", headers=headers))
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.json()["code"] == "database_busy"
        assert int(answer.headers["retry-after"]) > 0
    async with browser(app) as visitor:
        assert (await visitor.get("/api/v1/me", headers=headers)).status_code == httpx.codes.OK


async def test_a_statement_that_takes_too_long_says_how_long_that_was(db: Stack) -> None:
    async with pool_of(1, db.dsn, HURRIED):
        with pytest.raises(Unavailable, match="within 1 seconds") as refused:
            await database.fetch_value("SELECT pg_sleep($1)", UNREACHED_SECONDS)
        assert refused.value.code == "database_slow"
    async with pool_of(1, db.dsn):
        with (
            pytest.raises(Unavailable, match=r"within 0\.2 seconds"),
            database.statements_may_take(0.2),
        ):
            async with database.transaction():
                await database.execute("SELECT pg_sleep($1)", UNREACHED_SECONDS)
        assert await database.fetch_value("SELECT 1") == 1


async def test_statements_of_a_job_may_take_as_long_as_it_says(db: Stack) -> None:
    async def run() -> bool:
        with database.statements_may_take(UNREACHED_SECONDS):
            return bool(await database.fetch_value(f"SELECT true FROM {WAIT_FOR_LOCK}"))

    async with pool_of(1, db.dsn, HURRIED):
        async with _lock_held(db.dsn) as first:
            job = asyncio.create_task(run())
            await _waiters_beyond(first, HURRIED.command_seconds or 0)
        assert await job
        with pytest.raises(Unavailable):
            await database.fetch_value("SELECT true FROM pg_sleep($1)", UNREACHED_SECONDS)


async def test_a_migration_may_take_longer_than_any_page(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forwards() -> None:
        await database.execute(f"SELECT {WAIT_FOR_LOCK}")

    async def pending() -> list[tuple[str, SimpleNamespace]]:
        return [("core", SimpleNamespace(ID="slow", forwards=forwards))]

    monkeypatch.setattr(migrations, "_pending", pending)
    async with pool_of(1, db.dsn, HURRIED):
        async with _lock_held(db.dsn) as first:
            applying = asyncio.create_task(migrations.apply())
            await _waiters_beyond(first, HURRIED.command_seconds or 0)
        assert await applying == ["core slow"]
    await database.execute("DELETE FROM migration WHERE name = 'slow'")


async def test_a_second_process_waits_for_the_migrations_of_the_first(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing() -> list[tuple[str, SimpleNamespace]]:
        return []

    monkeypatch.setattr(migrations, "_pending", nothing)
    async with pool_of(2, db.dsn, HURRIED), database.own_connection() as first:
        await first.execute("SELECT pg_advisory_lock($1)", migrations.ADVISORY_LOCK)
        second = asyncio.create_task(migrations.apply())
        waited = await _waiters_beyond(first, HURRIED.command_seconds or 0)
        await first.execute("SELECT pg_advisory_unlock($1)", migrations.ADVISORY_LOCK)
        assert await second == []
    assert waited


@asynccontextmanager
async def _lock_held(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own that lets nobody have the lock during the block."""
    holder = await asyncpg.connect(dsn)
    try:
        await holder.execute("SELECT pg_advisory_lock(7)")
        yield holder
    finally:
        await holder.close()


async def _waiters_beyond(watcher: asyncpg.Connection, seconds: float) -> bool:
    """Waits until a statement has waited for a lock for longer than the limit."""
    while not await watcher.fetchval(  # noqa: ASYNC110 (what is waited for is in the database)
        "SELECT true FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND clock_timestamp() - query_start > $1 * interval '2 seconds'",
        seconds,
    ):
        await asyncio.sleep(0.05)
    return True


@pytest.mark.usefixtures("ends_at_commit")
async def test_a_connection_lost_at_commit_leaves_open_what_was_stored() -> None:
    with pytest.raises(OutcomeUnknown, match="Look before you repeat"):
        async with database.transaction():
            await database.execute("INSERT INTO ends_at_commit VALUES (1)")
    assert database.engine.current_transaction.get() is None
    with pytest.raises(OutcomeUnknown):
        await database.execute("INSERT INTO ends_at_commit VALUES (1)")
    assert await database.fetch_value("SELECT count(*) FROM ends_at_commit") == 0


async def test_a_connection_lost_before_commit_has_stored_nothing(db: Stack) -> None:
    del db

    async def create_and_lose() -> None:
        lost = asyncio.Event()
        async with database.transaction() as opened:
            await factories.school("LOST")
            opened.connection.add_termination_listener(lambda _: lost.set())
            pid = opened.connection.get_server_pid()
            await _in_a_context_of_its_own("SELECT pg_terminate_backend($1)", pid)
            await lost.wait()

    with pytest.raises(Unavailable) as refused:
        await create_and_lose()
    assert not isinstance(refused.value, OutcomeUnknown)
    assert refused.value.code == "database_down"
    assert await database.fetch_value("SELECT count(*) FROM school") == 0


async def test_a_connection_lost_on_its_way_home_changes_no_outcome(db: Stack) -> None:
    del db
    async with database.connection() as borrowed:
        await borrowed.execute("BEGIN")  # to be reset when it comes home
        pid = borrowed.get_server_pid()
        await _in_a_context_of_its_own("SELECT pg_terminate_backend($1)", pid)
    assert await database.fetch_value("SELECT 1") == 1


async def _in_a_context_of_its_own(sql: str, *values: object) -> None:
    watcher = await database.connect()
    try:
        await watcher.execute(sql, *values)
    finally:
        await watcher.close()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CrashShutdownError("terminating connection because of crash"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.ConnectionFailureError("no connection"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.InterfaceError(
            "cannot call Transaction.commit(): the underlying connection is closed"
        ),
        asyncpg.InterfaceError("connection has been released back to the pool"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        ConnectionRefusedError("refused"),
        ConnectionResetError("reset"),
        BrokenPipeError("broken"),
    ],
    ids=lambda error: f"{type(error).__name__}: {error}"[:60],
)
async def test_every_word_for_a_restart_asks_for_patience(db: Stack, error: Exception) -> None:
    del db
    with pytest.raises(Unavailable) as refused:
        async with database.connection():
            raise error
    assert refused.value.code in {"database_down", "outcome_unknown"}


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.CheckViolationError("closed must be later"),
    ],
)
async def test_a_mistake_of_ours_stays_one(db: Stack, error: Exception) -> None:
    del db
    with pytest.raises(type(error)):
        async with database.connection():
            raise error


@pytest.fixture(scope="module")
def on_tcp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL that listens on a port of this machine."""
    data = tmp_path_factory.mktemp("tcp")
    postgres.start(data).stop()
    rules = data / "postgres" / "pg_hba.conf"
    rules.write_text(rules.read_text().replace("reject", "trust"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(postgres.SETTINGS, "listen_addresses", "127.0.0.1")
        patch.setattr(postgres, "PORT", port)
        with postgres.running(data):
            yield f"postgresql://{postgres.ROLE}@127.0.0.1:{port}/{postgres.DATABASE}"


@pytest.mark.engines
async def test_both_ends_notice_that_the_other_machine_has_vanished(
    on_tcp: str, connections: Stack
) -> None:
    del connections
    async with pool_of(1, on_tcp):
        async with database.connection() as pooled:
            told = [await pooled.fetchval(f"SHOW {name}") for name in keep_alive.SERVER_SETTINGS]
            kept = pooled.own_socket()
        alone = await database.connect()
        assert (
            told
            == ["30", "10", "3", "60000"]
            == [await alone.fetchval(f"SHOW {name}") for name in keep_alive.SERVER_SETTINGS]
        )
        with kept, alone.own_socket() as other:
            for one in (kept, other):
                assert one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
                assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        await alone.close()


async def test_a_cancelled_wait_for_a_connection_takes_none_with_it(db: Stack) -> None:
    async with pool_of(1, db.dsn):
        async with database.connection():
            waiting = asyncio.create_task(database.fetch_value("SELECT 1"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait((waiting,))
        assert await database.fetch_value("SELECT 1") == 1
