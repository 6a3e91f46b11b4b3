"""Terms of a school: entered by its admins, never two on one day."""

import asyncio
from datetime import date

import httpx
import pytest

from core import database, terms
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.query import OfSchool
from core.terms import NewTerm, TermFacts
from tests import factories
from tests.conftest import Stack

AUTUMN = (date(2026, 9, 1), date(2027, 1, 20))
SPRING = (date(2027, 2, 22), date(2027, 7, 5))


async def test_terms_are_read_latest_first_by_their_school_alone(db: Stack) -> None:
    school, other = await factories.school(), await factories.school()
    admin = (await factories.person("admin", school)).actor
    autumn = await terms.create_term(admin, NewTerm(" Autumn  2026", *AUTUMN, school_id=school.id))
    spring = await terms.create_term(admin, NewTerm("Spring", *SPRING, school_id=school.id))
    assert autumn.name == "Autumn 2026"
    teacher = (await factories.person("teacher", school)).actor
    assert (await terms.list_terms(teacher, OfSchool(school.id))).items == [spring, autumn]
    stranger = (await factories.person("admin", other)).actor
    assert (await terms.list_terms(stranger)).items == []
    with pytest.raises(NotFound):
        await terms.get_term(stranger, autumn.id)
    with pytest.raises(Forbidden):
        await terms.delete_term(teacher, autumn.id)
    assert await terms.delete_term(admin, autumn.id) == autumn
    assert (await terms.list_terms(teacher)).items == [spring]


@pytest.mark.parametrize(
    ("name", "first_day", "last_day", "refusal", "field"),
    [
        ("Spring", date(2027, 1, 20), date(2027, 7, 5), Conflict, "first_day"),
        ("Autumn", *SPRING, Conflict, "name"),
        (" ", *SPRING, Invalid, "name"),
        ("S" * 121, *SPRING, Invalid, "name"),
        ("Spring", date(1, 1, 1), date(2027, 7, 5), Invalid, "first_day"),
        ("Spring", date(2027, 2, 22), date(9999, 12, 31), Invalid, "last_day"),
        ("Spring", date(2027, 7, 5), date(2027, 2, 22), Invalid, "last_day"),
        ("Spring", date(2027, 2, 22), date(2028, 2, 23), Invalid, "last_day"),
    ],
    ids=[
        "shares a day",
        "same name",
        "no name",
        "long name",
        "no year",
        "no end",
        "upside down",
        "too long",
    ],
)
async def test_a_term_that_cannot_be_is_refused_by_its_field(
    db: Stack,
    name: str,
    first_day: date,
    last_day: date,
    refusal: type[Conflict | Invalid],
    field: str,
) -> None:
    school = await factories.school()
    admin = (await factories.person("admin", school)).actor
    await terms.create_term(admin, NewTerm("Autumn", *AUTUMN, school_id=school.id))
    with pytest.raises(refusal) as refused:
        await terms.create_term(admin, NewTerm(name, first_day, last_day, school_id=school.id))
    assert refused.value.field == field
    spring = await terms.create_term(admin, NewTerm("Other", *SPRING, school_id=school.id))
    with pytest.raises(refusal):
        await terms.update_term(admin, spring.id, TermFacts(name, first_day, last_day))
    assert await terms.get_term(admin, spring.id) == spring


async def test_of_32_terms_at_once_that_share_a_day_one_is_added_through_every_door(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    person = await factories.person("admin", school)
    await factories.signed_in(client, person)

    async def add(number: int) -> int:
        body = {
            "name": f"T{number}",
            "first_day": "2026-09-01",
            "last_day": f"2027-01-{number + 1:02}",
        }
        if number % 2:
            answer = await client.post("/terms/new", data={**body, "school_id": school.id})
            return {303: 201}.get(answer.status_code, answer.status_code)
        answer = await client.post("/api/v1/terms", json={**body, "school": school.code})
        return answer.status_code

    answers = await asyncio.gather(*(add(number % 28) for number in range(32)))
    assert sorted(answers) == [201] + [409] * 31
    assert await database.fetch_value("SELECT count(*) FROM term") == 1


async def test_a_refused_term_comes_back_with_what_was_typed(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    person = await factories.person("admin", school)
    await factories.signed_in(client, person)
    typed = {"school_id": school.id, "first_day": "2026-09-01", "last_day": "2027-01-20"}
    assert (await client.post("/terms/new", data={**typed, "name": "Autumn"})).status_code == 303
    answer = await client.post("/terms/new", data={**typed, "name": "Once more"})
    assert answer.status_code == 409
    assert 'value="Once more"' in answer.text
    assert 'value="2027-01-20"' in answer.text
    page = await client.get("/terms")
    assert "Autumn" in page.text


async def test_a_term_is_taken_out_only_after_a_question(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    person = await factories.person("admin", school)
    await factories.signed_in(client, person)
    term = await terms.create_term(person.actor, NewTerm("Autumn", *AUTUMN, school_id=school.id))
    page = (await client.get(f"/terms/{term.id}")).text
    question, _, button = page.partition(f'action="/terms/{term.id}/delete"')
    assert question.rindex('<details class="confirm"') > question.rindex("</form>")
    assert 'type="submit"' in button
    assert (await client.post(f"/terms/{term.id}/delete")).status_code == 303
    assert (await client.get(f"/terms/{term.id}")).status_code == 404
