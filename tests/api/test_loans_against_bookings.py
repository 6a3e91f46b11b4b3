"""Of 32 who hand out, renew and book one thing at once, by form and JSON, one has it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import httpx
import pytest

from core import clock, database
from inventory import custody
from inventory.custody import Holder
from inventory.holds import bookings
from inventory.holds.bookings import NewBooking
from tests import factories
from tests.api.office import Office, office_of

ZONE = "Asia/Shanghai"
Send = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


def _day(days: int) -> date:
    return clock.today(ZONE) + timedelta(days=days)


async def _doors(office: Office, form: str, address: str, **facts: str) -> list[Send]:
    """The same asked by a form, and over JSON, which has a list of tags."""
    bearer = await factories.bearer(office.who)
    body = {name: [text] if name == "tags" else text for name, text in facts.items()}
    return [
        lambda: office.client.post(form, data=facts),
        lambda: office.client.post(address, json=body, headers=bearer),
    ]


async def _at_once(doors: list[Send]) -> list[int]:
    """The answers of 32 that come at the same moment, each door as often as the others."""
    answers = await asyncio.gather(*(doors[n % len(doors)]() for n in range(32)))
    return [answer.status_code for answer in answers]


def _won(codes: list[int]) -> int:
    assert set(codes) <= {200, 201, 303, 409, 422}, codes
    return sum(code < 400 for code in codes)


async def test_a_hand_out_or_a_booking_has_it(office: Office) -> None:
    tag = (await factories.asset(office.school)).tag
    lend = await _doors(
        office, "/custody/hand-out", "/api/v1/custody",
        tags=tag, group="6A", due_on=str(_day(2)),
    )  # fmt: skip
    book = await _doors(office, "/bookings/new", "/api/v1/bookings", tag=tag, day=str(_day(1)))
    assert _won(await _at_once(lend + book)) == 1


async def test_a_renewal_or_a_booking_has_it(office: Office) -> None:
    tag = (await factories.asset(office.school)).tag
    holder = Holder(group="6A")
    await custody.hand_out(office.who.actor, [tag], holder, due_on=_day(1))
    renew = await _doors(
        office, "/custody/renew", "/api/v1/custody/renewals", tags=tag, due_on=str(_day(9))
    )
    book = await _doors(office, "/bookings/new", "/api/v1/bookings", tag=tag, day=str(_day(5)))
    assert _won(await _at_once(renew + book)) == 1


async def test_of_32_hand_outs_to_its_class_one_fulfils_a_booking(office: Office) -> None:
    tag = (await factories.asset(office.school)).tag
    teacher = await factories.person("teacher", office.school)
    await bookings.book(teacher.actor, NewBooking(tag=tag, day=_day(0), group="五(2)班"))
    doors = [
        door
        for spelling in ("五2班", "五（2）班")
        for door in await _doors(
            office, "/custody/hand-out", "/api/v1/custody", tags=tag, group=spelling
        )
    ]
    assert _won(await _at_once(doors)) == 1
    ended = await database.fetch_column(str, "SELECT closed_as FROM hold")
    assert ended == ["fulfilled"]
    assert await database.fetch_value("SELECT count(*) FROM borrower_group") == 1


async def test_the_desk_tells_at_the_scan_what_the_hand_out_would_refuse(office: Office) -> None:
    tag = (await factories.asset(office.school)).tag
    teacher = await factories.person("teacher", office.school)
    await bookings.book(teacher.actor, NewBooking(tag=tag, day=_day(5), group="五(2)班"))
    bearer = await factories.bearer(office.who)

    async def problem(desk: str, **said: str) -> str | None:
        asked = {"text": tag, "desk": desk, **said}
        answer = await office.client.get("/api/v1/scans", params=asked, headers=bearer)
        found: str | None = answer.json()["items"][0]["problem"]
        return found

    booked = f"{tag}: booked for 五(2)班 until"
    other = {"who": "6A", "holder": "group"}
    assert booked in str(await problem("hand_out", **other))
    assert await problem("hand_out", **other, due_on=str(_day(2))) is None
    assert await problem("hand_out", **other, overrides_bookings="true") is None
    assert await problem("hand_out", who=teacher.name) is None
    assert await problem("hand_out", who="五2班", holder="group") is None
    # Before anybody is named it may be the one for whom it is booked.
    assert await problem("hand_out") is None
    assert booked not in await office.see(f"/custody/hand-out?tag={tag}")
    await custody.hand_out(office.who.actor, [tag], Holder(group="6A"), due_on=_day(2))
    await custody.take_back(office.who.actor, [tag])
    assert booked in await office.see(f"/custody/hand-out?tag={tag}&who=6A")
    await custody.hand_out(office.who.actor, [tag], Holder(group="6A"), due_on=_day(2))
    assert await problem("renew") is None
    assert booked in str(await problem("renew", due_on=str(_day(9))))


async def test_a_shortage_of_a_model_counts_over_the_whole_list_of_the_desk(office: Office) -> None:
    made = [await factories.asset(office.school)]
    made += [await factories.asset(office.school, model=made[0].model_id) for _ in range(3)]
    teacher = await factories.person("teacher", office.school)
    ask = {"model_id": made[0].model_id, "school_id": office.school.id, "quantity": 2}
    await bookings.book(teacher.actor, NewBooking(day=_day(1), **ask))
    bearer = await factories.bearer(office.who)
    so_far = {"desk": "hand_out", "who": "6A", "holder": "group", "due_on": str(_day(2))}
    tags = [one.tag for one in made]
    found = []
    for number, tag in enumerate(tags):
        asked = {**so_far, "text": tag, "listed": "\n".join(tags[:number])}
        answer = await office.client.get("/api/v1/scans", params=asked, headers=bearer)
        (scan,) = answer.json()["items"]
        found.append(scan["problem"] is None)
    # Two are left for those who have booked them.
    assert found == [True, True, False, False]
    # One that was taken out leaves its share to the others.
    asked = {**so_far, "text": tags[3], "listed": tags[0]}
    answer = await office.client.get("/api/v1/scans", params=asked, headers=bearer)
    assert answer.json()["items"][0]["problem"] is None
