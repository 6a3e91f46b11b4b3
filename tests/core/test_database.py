"""The promises of core.database: connections come home, transactions are signed."""

import asyncio

import anyio
import asyncpg
import pytest

from core import audit, database
from core.errors import Conflict, Invalid, NoRoom, Unavailable, say
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def test_a_cancelled_transaction_gives_its_connection_back() -> None:
    assert database.engine.pool
    before = database.engine.pool.get_idle_size()
    for _ in range(5):
        with anyio.move_on_after(0.02):
            async with database.transaction():
                await database.execute("SELECT pg_sleep(1)")
    assert database.engine.current_transaction.get() is None
    assert database.engine.pool.get_size() - database.engine.pool.get_idle_size() == 0
    assert database.engine.pool.get_idle_size() >= min(before, 1)


async def test_a_failed_commit_leaves_no_transaction_behind() -> None:
    await database.execute("CREATE TEMP TABLE IF NOT EXISTS seen (id int)")
    with pytest.raises(asyncpg.PostgresError):
        async with database.transaction():
            await database.execute("SELECT 1/0")
    assert database.engine.current_transaction.get() is None
    assert await database.fetch_value("SELECT 1") == 1


async def test_a_broken_constraint_becomes_its_sentence() -> None:
    await factories.school("TWICE")
    with (
        pytest.raises(Conflict, match="taken"),
        database.refusing({"school_code_key": say("This code is taken")}),
    ):
        await factories.school("TWICE")


@pytest.mark.parametrize(
    ("state", "kind", "code"),
    [
        ("53100", NoRoom, "disk_full"),
        ("53200", Unavailable, "database_busy"),
        ("53400", Unavailable, "database_busy"),
    ],
)
async def test_a_server_without_room_or_memory_says_so_and_has_changed_nothing(
    state: str, kind: type[Unavailable], code: str
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(Unavailable) as refusal:
        await database.execute(raising)
    assert (type(refusal.value), refusal.value.code) == (kind, code)

    async def store() -> None:
        async with database.transaction():
            await factories.school("NOROOM")
            await database.execute(raising)

    with pytest.raises(kind):
        await store()
    assert await database.fetch_value("SELECT count(*) FROM school WHERE code = 'NOROOM'") == 0


async def test_a_commit_that_finds_no_room_is_refused_and_not_unknown() -> None:
    await database.execute(
        "CREATE FUNCTION pg_temp.no_room() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '53100'; END $$"
    )

    async def store() -> None:
        async with database.transaction():
            await database.execute("CREATE TABLE without_room (id int)")
            await database.execute(
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON without_room DEFERRABLE INITIALLY"
                " DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.no_room()"
            )
            await database.execute("INSERT INTO without_room VALUES (1)")

    with pytest.raises(NoRoom):
        await store()
    assert await database.fetch_value("SELECT to_regclass('without_room')") is None


async def test_the_history_says_who_changed_what() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    async with database.transaction(admin.actor):
        await database.execute("UPDATE school SET name_en = 'Renamed' WHERE id = $1", school.id)
    newest = (await audit.list_history("school", school.id))[0]
    assert (newest.actor_name, newest.action) == (admin.name, "update")
    (field,) = newest.fields
    assert (field.field, field.before, field.after) == ("name_en", school.name_en, "Renamed")


async def test_the_history_cannot_be_rewritten() -> None:
    await factories.school()
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("UPDATE audit_event SET actor_name = 'somebody else'")
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("DELETE FROM audit_event")


async def test_transactions_of_other_tasks_stay_apart() -> None:
    async def count() -> int:
        return int(await database.fetch_value("SELECT count(*) FROM school"))

    async with database.transaction():
        await factories.school()
        outside = await asyncio.create_task(_in_a_fresh_context(count))
    assert outside == 0


async def _in_a_fresh_context(count):  # type: ignore[no-untyped-def]
    database.engine.current_transaction.set(None)
    return await count()


async def test_of_two_that_wait_for_each_other_one_is_asked_to_try_again() -> None:
    first, second = await factories.school(), await factories.school()
    both_have_one = asyncio.Barrier(2)

    async def rename(*ids: int) -> None:
        async with database.transaction():
            for number, school_id in enumerate(ids):
                if number:
                    await both_have_one.wait()
                await database.execute(
                    "UPDATE school SET name_en = 'Renamed' WHERE id = $1", school_id
                )

    told = await asyncio.gather(
        rename(first.id, second.id), rename(second.id, first.id), return_exceptions=True
    )
    assert sorted(type(one) for one in told if one is not None) == [Unavailable]


async def test_a_text_too_long_for_its_column_is_the_senders_mistake() -> None:
    with pytest.raises(Invalid) as refused:
        await database.execute("UPDATE school SET code = $1", "x" * 33)
    assert refused.value.code == "too_long"


@pytest.mark.parametrize("fault", [ConnectionResetError("gone"), asyncio.CancelledError()])
async def test_a_transaction_that_cannot_begin_gives_its_connection_back(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    async def cannot_begin(_transaction: database.Transaction) -> None:
        raise fault

    assert database.engine.pool
    monkeypatch.setattr(database.Transaction, "begin", cannot_begin)
    with pytest.raises((Unavailable, asyncio.CancelledError)):
        async with database.transaction():
            pytest.fail("it has not begun")
    assert database.engine.pool.get_size() == database.engine.pool.get_idle_size()
    assert database.engine.current_transaction.get() is None


async def test_a_query_cut_off_by_the_server_asks_for_patience() -> None:
    with pytest.raises(Unavailable) as refused:
        async with database.transaction():
            await database.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert refused.value.code == "database_down"
    assert await database.fetch_value("SELECT 1") == 1
