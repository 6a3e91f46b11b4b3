"""A repeated request is done once."""

import asyncio

import msgspec
import pytest

from core import database, idempotency
from core.errors import Conflict
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")


class Answer(msgspec.Struct):
    id: int


@pytest.fixture
async def school(db: object) -> MadeSchool:
    return await factories.school()


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
            idempotency.once(someone.actor, "k1", "place", Answer, lambda: _add_place(school))
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
        await idempotency.once(someone.actor, "k1", "place", Answer, refuse)
    assert await database.fetch_value("SELECT count(*) FROM place") == 0
    await idempotency.once(someone.actor, "k1", "place", Answer, lambda: _add_place(school))
    assert await database.fetch_value("SELECT count(*) FROM place") == 1


async def test_a_key_serves_one_kind_of_request_of_one_person(
    school: MadeSchool, someone: MadePerson
) -> None:
    await idempotency.once(someone.actor, "k1", "place", Answer, lambda: _add_place(school))
    with pytest.raises(Conflict):
        await idempotency.once(someone.actor, "k1", "other", Answer, lambda: _add_place(school))
    another = await factories.person("teacher", school)
    await idempotency.once(another.actor, "k1", "place", Answer, lambda: _add_place(school))
    assert await database.fetch_value("SELECT count(*) FROM place") == 2


async def test_without_a_key_each_request_stands_alone(
    school: MadeSchool, someone: MadePerson
) -> None:
    for _ in range(2):
        await idempotency.once(someone.actor, None, "place", Answer, lambda: _add_place(school))
    assert await database.fetch_value("SELECT count(*) FROM place") == 2
