"""Lesson periods of a school's day: entered by its admins, never two at one time."""

import asyncio
from datetime import time

import httpx
import pytest

from core import database, lesson_periods
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.lesson_periods import NewPeriod, PeriodFacts
from core.query import OfSchool
from tests import factories
from tests.conftest import Stack

FIRST = (1, "第一节", time(8), time(8, 45))
SECOND = (2, "第二节", time(8, 55), time(9, 40))


async def test_periods_are_read_in_the_order_of_the_day_by_their_school_alone(db: Stack) -> None:
    school, other = await factories.school(), await factories.school()
    admin = (await factories.person("admin", school)).actor
    second = await lesson_periods.create_period(admin, NewPeriod(*SECOND, school_id=school.id))
    first = await lesson_periods.create_period(admin, NewPeriod(*FIRST, school_id=school.id))
    teacher = (await factories.person("teacher", school)).actor
    listed = await lesson_periods.list_periods(teacher, OfSchool(school.id))
    assert listed.items == [first, second]
    stranger = (await factories.person("admin", other)).actor
    assert (await lesson_periods.list_periods(stranger)).items == []
    with pytest.raises(NotFound):
        await lesson_periods.get_period(stranger, first.id)
    with pytest.raises(Forbidden):
        await lesson_periods.delete_period(teacher, first.id)
    assert await lesson_periods.delete_period(admin, first.id) == first
    # The same times at another school are no matter.
    await lesson_periods.create_period(stranger, NewPeriod(*SECOND, school_id=other.id))


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ((3, "Third", time(8, 44), time(8, 50)), Conflict, "starts"),
        ((3, "第一节", time(10), time(11)), Conflict, "name"),
        ((1, "Third", time(10), time(11)), Conflict, "position"),
        ((3, "Third", time(11), time(10)), Invalid, "ends"),
        ((3, " ", time(10), time(11)), Invalid, "name"),
        ((3, "S" * 41, time(10), time(11)), Invalid, "name"),
    ],
    ids=["shares a minute", "same name", "same place", "upside down", "no name", "long name"],
)
async def test_a_period_that_cannot_be_is_refused_by_its_field(
    db: Stack,
    facts: tuple[int, str, time, time],
    refusal: type[Conflict | Invalid],
    field: str,
) -> None:
    school = await factories.school()
    admin = (await factories.person("admin", school)).actor
    await lesson_periods.create_period(admin, NewPeriod(*FIRST, school_id=school.id))
    with pytest.raises(refusal) as refused:
        await lesson_periods.create_period(admin, NewPeriod(*facts, school_id=school.id))
    assert refused.value.field == field
    second = await lesson_periods.create_period(admin, NewPeriod(*SECOND, school_id=school.id))
    with pytest.raises(refusal):
        await lesson_periods.update_period(admin, second.id, PeriodFacts(*facts))
    assert await lesson_periods.get_period(admin, second.id) == second


async def test_of_32_periods_at_one_time_one_is_added_through_every_door(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))

    async def add(number: int) -> int:
        body = {"name": f"P{number}", "position": number % 30 + 1}
        if number % 2:
            typed = {**body, "starts": "08:00", "ends": "08:45", "school_id": school.id}
            answer = await client.post("/lesson-periods/new", data=typed)
            return {303: 201}.get(answer.status_code, answer.status_code)
        sent = {**body, "starts": "08:00:00", "ends": "08:45:00", "school": school.code}
        return (await client.post("/api/v1/lesson-periods", json=sent)).status_code

    answers = await asyncio.gather(*(add(number) for number in range(32)))
    assert sorted(answers) == [201] + [409] * 31
    assert await database.fetch_value("SELECT count(*) FROM lesson_period") == 1


async def test_a_refused_period_comes_back_with_what_was_typed(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    typed = {"school_id": school.id, "position": 1, "starts": "08:00", "ends": "08:45"}
    first = await client.post("/lesson-periods/new", data={**typed, "name": "First"})
    assert first.status_code == 303
    answer = await client.post("/lesson-periods/new", data={**typed, "name": "Once more"})
    assert answer.status_code == 409
    assert 'value="Once more"' in answer.text
    assert 'value="08:45"' in answer.text
    assert "08:00–08:45" in (await client.get("/lesson-periods")).text
