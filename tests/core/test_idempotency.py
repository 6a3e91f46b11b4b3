"""A repeated request is done once."""

import asyncio
import signal
import sys
from contextlib import suppress

import msgspec
import pytest

from core import database, idempotency, passwords
from core.errors import Conflict, say
from tests import factories
from tests.conftest import Stack
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


class Answer(msgspec.Struct):
    id: int


@pytest.fixture
async def someone(school: MadeSchool) -> MadePerson:
    return await factories.person("teacher", school)


async def _add_place(school: MadeSchool) -> Answer:
    return Answer(await factories.place(school))


async def test_32_repetitions_do_it_once_and_all_hear_the_same(
    school: MadeSchool, someone: MadePerson
) -> None:
    answers = await asyncio.gather(
        *(
            idempotency.once(
                someone.actor, "k1", "place", Answer, lambda: _add_place(school), given=None
            )
            for _ in range(32)
        )
    )
    assert len({answer.id for answer in answers}) == 1
    assert await database.fetch_value("SELECT count(*) FROM place") == 1


async def test_a_refused_request_may_be_tried_again_with_its_key(
    school: MadeSchool, someone: MadePerson
) -> None:
    async def refuse() -> Answer:
        await factories.place(school)
        raise ValueError("the phone's battery died")

    with pytest.raises(ValueError, match="battery"):
        await idempotency.once(someone.actor, "k1", "place", Answer, refuse, given=None)
    assert await database.fetch_value("SELECT count(*) FROM place") == 0
    await idempotency.once(
        someone.actor, "k1", "place", Answer, lambda: _add_place(school), given=None
    )
    assert await database.fetch_value("SELECT count(*) FROM place") == 1


async def test_a_key_serves_one_kind_of_request_of_one_person(
    school: MadeSchool, someone: MadePerson
) -> None:
    await idempotency.once(
        someone.actor, "k1", "place", Answer, lambda: _add_place(school), given=None
    )
    with pytest.raises(Conflict):
        await idempotency.once(
            someone.actor, "k1", "other", Answer, lambda: _add_place(school), given=None
        )
    another = await factories.person("teacher", school)
    await idempotency.once(
        another.actor, "k1", "place", Answer, lambda: _add_place(school), given=None
    )
    assert await database.fetch_value("SELECT count(*) FROM place") == 2


async def test_without_a_key_each_request_stands_alone(
    school: MadeSchool, someone: MadePerson
) -> None:
    for _ in range(2):
        await idempotency.once(
            someone.actor, None, "place", Answer, lambda: _add_place(school), given=None
        )
    assert await database.fetch_value("SELECT count(*) FROM place") == 2


async def test_work_outside_of_the_database_is_done_before_the_transaction(
    someone: MadePerson, school: MadeSchool
) -> None:
    async def invite() -> Answer:
        await passwords.hash_password("a long password")
        return await _add_place(school)

    answers = await asyncio.gather(
        *(
            idempotency.once(someone.actor, "k1", "invite", Answer, invite, given=None)
            for _ in range(32)
        )
    )
    assert len({answer.id for answer in answers}) == 1
    assert await database.fetch_value("SELECT count(*) FROM place") == 1


async def test_work_outside_of_the_database_is_refused_once_something_was_changed(
    someone: MadePerson, school: MadeSchool
) -> None:
    async def add_and_wait() -> Answer:
        made = await _add_place(school)
        await passwords.hash_password("a long password")
        return made

    with pytest.raises(RuntimeError, match="inside of a transaction"):
        await idempotency.once(someone.actor, "k1", "add", Answer, add_and_wait, given=None)
    assert await database.fetch_value("SELECT count(*) FROM place") == 0


async def test_what_is_prepared_stays_and_is_not_prepared_again(
    someone: MadePerson, school: MadeSchool
) -> None:
    prepared: list[int] = []

    async def prepare() -> None:
        prepared.append(await factories.place(school, "cabinet"))

    for _ in range(2):
        await idempotency.once(
            someone.actor,
            "k1",
            "add",
            Answer,
            lambda: _add_place(school),
            given=None,
            before=prepare,
        )
    assert len(prepared) == 1
    assert await database.fetch_value("SELECT count(*) FROM place") == 2


async def test_a_refused_part_is_taken_back_and_the_rest_is_done(
    someone: MadePerson, school: MadeSchool
) -> None:
    async def add_two() -> Answer:
        async with database.transaction(someone.actor):
            made = await _add_place(school)
        with suppress(Conflict), database.refusing({"place_one_name": say("Taken")}):
            async with database.transaction(someone.actor):
                await _add_place(school)
                raise Conflict(say("Refused"))
        return made

    made = await idempotency.once(someone.actor, "k1", "add", Answer, add_two, given=None)
    assert await database.fetch_column(int, "SELECT id FROM place") == [made.id]


async def test_a_request_whose_process_is_killed_is_done_by_its_repetition(
    db: Stack, someone: MadePerson, school: MadeSchool
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.killed_request", db.dsn, str(someone.id), str(school.id)
    )
    assert await process.wait() == -signal.SIGKILL
    assert await database.fetch_value("SELECT count(*) FROM idempotency_key") == 0
    answers = [
        await idempotency.once(
            someone.actor, "k1", "place", Answer, lambda: _add_place(school), given=None
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert await database.fetch_value("SELECT count(*) FROM place") == 1
