"""Plain rows through Piccolo: the same values, limits and refusals as a statement of our own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import asyncpg
import msgspec
import pytest

from core import clock, database, tables
from core.errors import Conflict, Invalid, OutcomeUnknown, Problem, Unavailable
from core.rows import delete_row, insert_row, update_row
from core.terms import REFUSALS, NewTerm, TermFacts
from inventory.tables import Donation, Donor
from monitoring.tables.devices import Credential
from tests import factories
from tests.conftest import Stack
from tests.pools import pool_of

Change = Callable[[int, Any], Awaitable[object]]
AUTUMN = NewTerm("Autumn", date(2026, 9, 1), date(2027, 1, 20), school_id=0)
SPRING = NewTerm("Spring", date(2027, 2, 22), date(2027, 7, 5), school_id=0)
BUSY = database.Limits(acquire_seconds=0.2, command_seconds=None)


async def _by_sql(term_id: int, name: Any) -> object:
    return await database.execute("UPDATE term SET name = $2 WHERE id = $1", term_id, name)


async def _by_piccolo(term_id: int, name: Any) -> object:
    return await update_row(tables.Term, term_id, name=name)


both_doors = pytest.mark.parametrize("change", [_by_sql, _by_piccolo], ids=["sql", "piccolo"])


class TermRow(msgspec.Struct, frozen=True):
    id: int
    school_id: int
    name: str
    first_day: date


async def _added(term: NewTerm = AUTUMN, school_id: int | None = None) -> int:
    school_id = school_id or (await factories.school()).id
    return await insert_row(tables.Term, term, school_id=school_id)


async def test_a_row_is_inserted_found_changed_and_deleted_by_the_fields_of_its_structs(
    db: Stack,
) -> None:
    school = await factories.school()
    term_id = await insert_row(tables.Term, msgspec.structs.replace(AUTUMN, school_id=school.id))
    row = TermRow(term_id, school.id, "Autumn", AUTUMN.first_day)
    assert await _term(term_id) == row
    facts = TermFacts("Autumn 2026", SPRING.first_day, SPRING.last_day)
    assert await update_row(tables.Term, term_id, facts)
    assert await _term(term_id) == TermRow(term_id, school.id, "Autumn 2026", SPRING.first_day)
    assert await delete_row(tables.Term, term_id)
    assert await _term(term_id) is None
    assert not await update_row(tables.Term, term_id, facts)
    assert not await delete_row(tables.Term, term_id)


async def _term(term_id: int) -> TermRow | None:
    sql = "SELECT id, school AS school_id, name, first_day FROM term WHERE id = $1"
    return await database.fetch_one(TermRow, sql, term_id)


async def test_a_field_without_a_column_is_a_mistake_of_the_program(db: Stack) -> None:
    with pytest.raises(TypeError, match="term has no column for colour"):
        await insert_row(tables.Term, AUTUMN, colour="red")


class _Versioned(msgspec.Struct, frozen=True):
    title: str
    version: int


async def _donation(donation_id: int) -> _Versioned | None:
    sql = "SELECT title, version FROM donation WHERE id = $1"
    return await database.fetch_one(_Versioned, sql, donation_id)


async def test_a_version_is_counted_on_and_a_stale_one_changes_nothing(db: Stack) -> None:
    school_id = (await factories.school()).id
    donor_id = await insert_row(Donor, school_id=school_id, kind="anonymous", name="", contact="")
    donation_id = await insert_row(
        Donation,
        school_id=school_id,
        donor_id=donor_id,
        title="Books",
        received_on=date(2026, 9, 1),
        version=7,
    )
    # The version in the facts is what the sender has read, not what is written.
    assert await update_row(Donation, donation_id, _Versioned("Maps", 3), version_read=7)
    assert await _donation(donation_id) == _Versioned("Maps", 8)
    assert not await update_row(Donation, donation_id, _Versioned("Globes", 7), version_read=7)
    assert await update_row(Donation, donation_id, title="Atlases")
    assert await _donation(donation_id) == _Versioned("Atlases", 9)
    changed = await asyncio.gather(
        *(update_row(Donation, donation_id, title=f"T{n}", version_read=9) for n in range(32))
    )
    assert sorted(changed) == [False] * 31 + [True]


async def test_the_version_of_a_protocol_is_a_value_like_any_other(db: Stack) -> None:
    school_id = (await factories.school()).id
    facts = {"name": "Public", "version": "2c", "sealed": b"", "created_at": clock.now()}
    credential_id = await insert_row(Credential, school_id=school_id, **facts)
    assert await update_row(Credential, credential_id, version="1")
    assert await database.fetch_value("SELECT version FROM credential") == "1"


@both_doors
@pytest.mark.parametrize(
    ("name", "refusal", "code"),
    [
        ("Spring", Conflict, "conflict"),
        ("S" * 121, Invalid, "too_long"),
        ("a\0b", Invalid, "unfit_value"),
        ("\ud800", Invalid, "unfit_value"),
    ],
    ids=["taken", "too long", "NUL", "half a letter"],
)
async def test_a_value_that_cannot_be_is_refused_through_both_doors_alike(
    db: Stack, change: Change, name: str, refusal: type[Problem], code: str
) -> None:
    school_id = (await factories.school()).id
    await _added(SPRING, school_id)
    term_id = await _added(AUTUMN, school_id)
    with pytest.raises(refusal) as refused, database.refusing(REFUSALS):
        await change(term_id, name)
    assert refused.value.code == code


@both_doors
async def test_a_constraint_without_a_sentence_stays_an_error(db: Stack, change: Change) -> None:
    term_id = await _added()
    with pytest.raises(asyncpg.CheckViolationError), database.refusing(REFUSALS):
        await change(term_id, " ")


@both_doors
async def test_a_change_is_undone_with_its_transaction(db: Stack, change: Change) -> None:
    term_id = await _added()
    async with database.transaction() as opened:
        await change(term_id, "Spring")
        await opened.rollback()
    assert await database.fetch_value("SELECT name FROM term") == "Autumn"


@both_doors
async def test_history_names_who_changed_it(db: Stack, change: Change) -> None:
    term_id = await _added()
    admin = (await factories.person("admin", await factories.school())).actor
    async with database.transaction(admin):
        await change(term_id, "Spring")
    assert (
        await database.fetch_value(
            "SELECT actor_name FROM audit_event WHERE entity = 'term' AND action = 'update'"
        )
        == admin.name
    )


@both_doors
async def test_who_changes_what_another_has_just_changed_may_try_again(
    db: Stack, change: Change
) -> None:
    term_id = await _added()
    other = await database.connect()
    try:
        async with database.transaction() as opened:
            await database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await database.fetch_value("SELECT 1")
            await other.execute("UPDATE term SET name = 'Theirs'")
            with pytest.raises(Unavailable) as refused:
                await change(term_id, "Ours")
            await opened.rollback()
    finally:
        await other.close()
    assert refused.value.code == "busy"


@both_doors
async def test_a_change_that_takes_too_long_is_stopped(db: Stack, change: Change) -> None:
    term_id = await _added()
    other = await database.connect()
    try:
        await other.execute("BEGIN; LOCK TABLE term")
        with pytest.raises(Unavailable) as refused, database.statements_may_take(0.2):
            async with database.transaction():
                await change(term_id, "Late")
    finally:
        await other.close()
    assert refused.value.code == "database_slow"


@both_doors
async def test_a_busy_pool_says_so(db: Stack, change: Change) -> None:
    async with pool_of(1, db.dsn, BUSY), database.connection():
        with pytest.raises(Unavailable) as refused:
            await asyncio.create_task(_as_coroutine(change(1, "Autumn")))
    assert refused.value.code == "database_busy"


@both_doors
async def test_a_lost_connection_undoes_a_transaction_and_leaves_a_single_change_open(
    db: Stack, change: Change
) -> None:
    term_id = await _added()
    with pytest.raises(Unavailable) as refused:
        await _change_and_lose(change, term_id)
    assert refused.value.code == "database_down"
    await database.execute(END_OF_CONNECTION)
    try:
        with pytest.raises(OutcomeUnknown):
            await change(term_id, "Lost")
    finally:
        await database.execute("DROP TRIGGER ends ON term; DROP FUNCTION end_of_connection")


@both_doors
async def test_a_change_runs_on_the_own_connection(db: Stack, change: Change) -> None:
    term_id = await _added()
    async with pool_of(1, db.dsn, BUSY), database.connection():
        # The only connection of the pool is lent.
        assert await asyncio.create_task(_on_its_own(change, term_id))
    assert await database.fetch_value("SELECT name FROM term") == "Own"


END_OF_CONNECTION = """
CREATE FUNCTION end_of_connection() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
CREATE TRIGGER ends BEFORE UPDATE ON term FOR EACH ROW EXECUTE FUNCTION end_of_connection();
"""


async def _as_coroutine(change: Awaitable[object]) -> object:
    return await change


async def _on_its_own(change: Change, term_id: int) -> object:
    async with database.own_connection():
        return await change(term_id, "Own")


async def _change_and_lose(change: Change, term_id: int) -> None:
    async with database.transaction() as opened:
        lost = asyncio.Event()
        opened.connection.add_termination_listener(lambda _: lost.set())
        watcher = await database.connect()
        try:
            pid = opened.connection.get_server_pid()
            await watcher.execute("SELECT pg_terminate_backend($1)", pid)
            await lost.wait()
        finally:
            await watcher.close()
        await change(term_id, "Lost")
