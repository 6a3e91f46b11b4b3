"""A school's calendar: public holidays taken over, and what the school does otherwise."""

import asyncio
from datetime import date

import httpx
import pytest

from core import database, school_days, terms
from core.access import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.school_days import DayFacts, DayFilters, NewDay, PublicHolidays
from core.terms import NewTerm
from tests import factories
from tests.conftest import Stack

SPORTS = date(2026, 10, 23)


async def _admin() -> tuple[Actor, int]:
    school = await factories.school()
    return (await factories.person("admin", school)).actor, school.id


async def _days(actor: Actor, year: int = 2026) -> dict[date, tuple[str, bool]]:
    page = await school_days.list_days(actor, DayFilters(year=year), limit=100)
    return {one.day: (one.name, one.is_taught) for one in page.items}


async def test_a_year_taken_over_has_its_holidays_and_the_weekends_with_lessons(db: Stack) -> None:
    """2026 as the State Council announced it: rest from 1 to 7 October, lessons on 20 September."""
    admin, school = await _admin()
    taken = await school_days.take_public_holidays(admin, PublicHolidays(school, 2026))
    days = await _days(admin)
    assert days[date(2026, 10, 1)] == ("国庆节", False)
    assert days[date(2026, 10, 7)][1] is False
    assert days[date(2026, 9, 20)] == (school_days.EXCHANGED, True)
    assert (taken.free, taken.taught) == (
        sum(not taught for _, taught in days.values()),
        sum(taught for _, taught in days.values()),
    )


async def test_a_year_not_yet_announced_has_the_holidays_that_the_law_names(db: Stack) -> None:
    admin, school = await _admin()
    taken = await school_days.take_public_holidays(admin, PublicHolidays(school, 2090))
    assert taken.taught == 0
    assert (await _days(admin, 2090))[date(2090, 10, 1)] == ("国庆节", False)


async def test_what_the_school_wrote_stays_and_the_rest_is_as_the_calendar_says_now(
    db: Stack,
) -> None:
    admin, school = await _admin()
    asked = PublicHolidays(school, 2026)
    await school_days.create_day(admin, NewDay(date(2026, 10, 1), "校庆", school_id=school))
    await school_days.take_public_holidays(admin, asked)
    page = await school_days.list_days(admin, DayFilters(year=2026), limit=100)
    exchanged = next(one for one in page.items if one.day == date(2026, 9, 20))
    written = DayFacts(exchanged.day, exchanged.name, True, 1)
    assert not (await school_days.update_day(admin, exchanged.id, written)).is_public
    # As if the calendar had known less when the year was taken over first.
    await database.execute(
        "UPDATE school_day SET day = '2026-10-14' WHERE day = '2026-10-07' AND school = $1", school
    )
    await school_days.take_public_holidays(admin, asked)
    days = await _days(admin)
    assert days[date(2026, 10, 1)] == ("校庆", False)
    assert date(2026, 10, 14) not in days
    assert date(2026, 10, 7) in days
    assert (await school_days.get_day(admin, exchanged.id)).as_weekday == 1
    events = await database.fetch_value("SELECT count(*) FROM audit_event")
    await school_days.take_public_holidays(admin, asked)
    # What is as it was writes no history.
    assert await database.fetch_value("SELECT count(*) FROM audit_event") == events


async def test_lessons_follow_the_week_the_terms_and_the_calendar(db: Stack) -> None:
    admin, school = await _admin()
    saturday, monday = date(2026, 10, 24), date(2026, 10, 26)
    assert await school_days.find_lessons_from(school, saturday) == monday
    await terms.create_term(
        admin, NewTerm("秋", date(2026, 9, 1), date(2027, 1, 20), school_id=school)
    )
    await school_days.take_public_holidays(admin, PublicHolidays(school, 2026))
    find = school_days.find_lessons_from
    assert await find(school, date(2026, 10, 1)) == date(2026, 10, 8)
    assert await find(school, date(2026, 9, 20)) == date(2026, 9, 20)
    await school_days.create_day(admin, NewDay(monday, "Sports day", school_id=school))
    assert await find(school, saturday) == date(2026, 10, 27)
    assert await find(school, date(2026, 8, 3)) == date(2026, 9, 1)
    assert await find(school, date(2027, 1, 21)) is None
    assert await find(school, date(9999, 12, 31)) is None


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        (DayFacts(SPORTS, "Again"), Conflict, "day"),
        (DayFacts(date(26, 10, 23), "Typed short"), Invalid, "day"),
        (DayFacts(date(2026, 11, 1), " "), Invalid, "name"),
        (DayFacts(date(2026, 11, 1), "No lessons", False, 3), Invalid, "as_weekday"),
    ],
    ids=["twice", "year", "no name", "weekday without lessons"],
)
async def test_a_day_that_cannot_be_is_refused_by_its_field(
    db: Stack, facts: DayFacts, refusal: type[Conflict | Invalid], field: str
) -> None:
    admin, school = await _admin()
    await school_days.create_day(admin, NewDay(SPORTS, "Sports day", school_id=school))
    new = NewDay(facts.day, facts.name, facts.is_taught, facts.as_weekday, school_id=school)
    with pytest.raises(refusal) as refused:
        await school_days.create_day(admin, new)
    assert refused.value.field == field


async def test_the_calendar_is_its_schools_alone_and_its_admins_write_it(db: Stack) -> None:
    admin, school = await _admin()
    stranger, _ = await _admin()
    day = await school_days.create_day(admin, NewDay(SPORTS, "Sports day", school_id=school))
    teacher = (await factories.person("teacher", factories.MadeSchool(school, "", "", ""))).actor
    assert await school_days.get_day(teacher, day.id) == day
    for refused in (
        school_days.delete_day(teacher, day.id),
        school_days.take_public_holidays(teacher, PublicHolidays(school, 2026)),
    ):
        with pytest.raises(Forbidden):
            await refused
    with pytest.raises(NotFound):
        await school_days.get_day(stranger, day.id)
    assert await school_days.delete_day(admin, day.id) == day


async def test_of_32_who_add_one_day_one_succeeds_and_a_year_is_taken_over_once_beside_them(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))

    async def add(number: int) -> int:
        body = {"day": "2026-10-23", "name": f"D{number}"}
        if number % 4 == 0:
            typed = {"school_id": school.id, "year": 2026}
            answer = await client.post("/school-days/public-holidays", data=typed)
        elif number % 2:
            answer = await client.post("/school-days/new", data=body | {"school_id": school.id})
        else:
            sent = body | {"school": school.code}
            answer = await client.post("/api/v1/school-days", json=sent)
        return {303: 201}.get(answer.status_code, answer.status_code)

    answers = await asyncio.gather(*(add(number) for number in range(32)))
    assert sorted(answers) == [201] * 9 + [409] * 23
    assert await database.fetch_value(
        "SELECT count(*) = count(DISTINCT day) FROM school_day WHERE school = $1", school.id
    )


async def test_a_refused_day_comes_back_with_what_was_typed(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("admin", school))
    typed = {"school_id": school.id, "day": "2099-10-23", "name": "Sports day"}
    assert (await client.post("/school-days/new", data=typed)).status_code == 303
    answer = await client.post(
        "/school-days/new", data=typed | {"name": "Once more", "is_taught": "on", "as_weekday": "3"}
    )
    assert answer.status_code == 409
    assert 'value="Once more"' in answer.text
    assert 'value="3" selected' in answer.text
    assert "Sports day" in (await client.get("/school-days?year=2099")).text
