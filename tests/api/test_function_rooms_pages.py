"""The pages of function rooms: from a list over the gap to things that come, once through every door."""

import asyncio
import re
from uuid import uuid4

import httpx
import pytest

from core import database
from inventory import rooms
from tests import factories, factories_rooms

pytestmark = pytest.mark.usefixtures("db")


async def test_from_the_example_over_a_pasted_list_to_a_room_with_a_gap_that_is_closed(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    await factories.signed_in(client, admin)
    room, thing = await factories.place(school), await factories.asset(school)

    async def see(path: str) -> str:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text[:1500])
        return answer.text

    assert f"/function-rooms/{room}" in await see(f"/places/{room}")
    assert "/function-rooms" in await see("/assets")
    assert "No room follows a list" in await see("/function-rooms")
    assert "Example, not a standard" in await see("/room-standards/new?example=on")
    form = {
        "title": "Computer room",
        "room_kind": "computer",
        "source": "Guide of the county",
        "school": school.code,
        "key": str(uuid4()),
        "what_0": "Computer",
        "quantity_0": "many",
        "per_seats_0": "1",
        "kind_0": "computer",
        "pasted": "Robot kit\t2\t\tRobot kit\tp. 7\nSwitch, 1, , Nothing known\n",
    }
    refused = await client.post("/room-standards/new", data=form)
    assert refused.status_code == 422
    for text in ("Write a whole number", "No model has this name", "Guide of the county", "p. 7"):
        assert text in refused.text
    form |= {"quantity_0": "1", "pasted": "Robot kit\t2\t\tRobot kit\tp. 7\nCamera, 1, , A020205"}
    made = await client.post("/room-standards/new", data=form)
    assert made.status_code == 303, made.text[:2000]
    here = made.headers["location"]
    page = await see(here)
    for text in ("A020205", "p. 7"):
        assert text in page
    standard = int(re.findall(r"\d+", here)[-1])
    assert "Computer room" in await see("/room-standards")
    saved = await client.post(here, data={**form, "pasted": "", "revision": "1"})
    assert saved.status_code == 303, saved.text[:2000]
    refused = await client.post(here, data={**form, "pasted": "", "revision": "1"})
    assert refused.status_code == 409
    chosen = {"standard_id": str(standard), "seats": "2"}
    assert (await client.post(f"/function-rooms/{room}", data=chosen)).status_code == 303
    page = await see(f"/function-rooms/{room}")
    assert "Missing: 2" in page
    plan = f"/function-rooms/{room}/plan"
    assert plan in page
    assert "Missing in all rooms together" in await see("/function-rooms")
    assert "Guide" not in (await client.get("/function-rooms.csv")).text
    page = await see(plan)
    assert thing.tag in page
    assert "Stands in no room" in page
    refused = await client.post(plan, data={"key": str(uuid4())})
    assert refused.status_code == 422
    done = await client.post(plan, data={"key": str(uuid4()), "tags": thing.tag})
    assert done.headers["location"] == f"/function-rooms/{room}"
    assert "Missing: 1" in await see(f"/function-rooms/{room}")
    assert (await client.post(f"/function-rooms/{room}/clear")).status_code == 303
    assert (await client.post(f"/room-standards/{standard}/retire")).status_code == 303


async def test_of_32_plans_of_one_thing_through_both_doors_one_counts(
    client: httpx.AsyncClient,
) -> None:
    here, there = await factories.school(), await factories.school()
    admin = await factories.person("admin", here, there)
    made = [await factories_rooms.room(admin, here) for _ in range(2)]
    thing = await factories.asset(there)
    bearer = await factories.bearer(admin)
    await factories.signed_in(client, admin)

    async def plan(number: int) -> httpx.Response:
        place = made[number // 2 % 2].place_id
        if number % 2:
            form = {"key": str(uuid4()), "tags": thing.tag, "kind": "gift"}
            return await client.post(f"/function-rooms/{place}/plan", data=form)
        return await client.post(
            f"/api/v1/function-rooms/{place}/plan", json={"tags": [thing.tag]}, headers=bearer
        )

    answers = await asyncio.gather(*(plan(number) for number in range(32)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[1:] == [409] * 31
    assert codes[0] in (200, 303)
    assert all(thing.tag in one.text for one in answers if one.status_code == 409)
    assert await database.fetch_value("SELECT count(*) FROM transfer") == 1
    assert await database.fetch_value("SELECT count(*) FROM room_transfer") == 1
    coming = [
        (await rooms.get_function_room(admin.actor, one.place_id)).needs[0].coming for one in made
    ]
    assert sorted(coming) == [0, 1]
