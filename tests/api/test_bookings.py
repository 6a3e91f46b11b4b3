"""Booking by pages and JSON: in three taps, by 32 at once, and read by a phone's calendar."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import httpx
import msgspec
import pytest
from icalendar import Calendar
from litestar import Litestar

from core import database
from inventory import assets
from inventory.holds import bookings, changing
from inventory.holds.bookings import NewBooking
from tests import factories, factories_holds
from tests.api.office import Office, office_of
from tests.factories_holds import monday

DAY = monday() + timedelta(days=3)


async def _kits(office: Office, count: int) -> factories.MadeAsset:
    model = await factories.asset_model("robot_kit", "Rover")
    made = [await factories.asset(office.school, model=model) for _ in range(count)]
    return made[0]


async def test_a_teacher_finds_sees_and_books_in_three_taps(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "teacher")
    await factories_holds.lessons(office.school)
    made = await _kits(office, 2)
    found = await office.see("/book?q=Rover")
    week = _link(found, f"/book/models/{office.school.id}/{made.model_id}")
    calendar = await office.see(f"{week}?day={DAY}")
    assert "2 of 2 free" in calendar
    form_at = next(one for one in _links(calendar, "/bookings/new") if f"day={DAY}" in one)
    form = await office.see(form_at)
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    lesson = re.search(r"lesson_id=(\d+)", form_at)
    assert lesson
    sent = {**typed, "day": str(DAY), "lesson_id": lesson[1], "quantity": "1"}
    answer = await office.send("/bookings/new", **sent)
    assert answer.status_code == 303, answer.text
    assert "1 of 2 free" in await office.see(f"{week}?day={DAY}")
    for page in ("/", "/bookings?mine=on"):
        assert "1 × Maker Rover" in await office.see(page)
    assert "Maker Rover" in await office.see(f"/bookings/week?day={DAY}")


def _links(page: str, path: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'href="({path}[^"]*)"', page)]


def _link(page: str, path: str) -> str:
    return _links(page, path)[0]


@pytest.mark.parametrize("kind", ["asset", "model"])
async def test_32_who_press_at_once_by_form_and_json_leave_one_booking(
    client: httpx.AsyncClient, kind: str
) -> None:
    office = await office_of(client, "teacher")
    made = await _kits(office, 1)
    facts = {"model_id": made.model_id, "school_id": made.school_id, "day": str(DAY)}
    if kind == "asset":
        facts = {"tag": made.tag, "day": str(DAY)}
    # Programs name a school by its code.
    body = {("school" if k == "school_id" else k): v for k, v in facts.items()}
    body |= {"school": office.school.code} if kind == "model" else {}
    token = await factories.bearer(office.who)
    answers = await asyncio.gather(
        *(
            client.post("/bookings/new", data=facts)
            if n % 2
            else client.post("/api/v1/bookings", json=body, headers=token)
            for n in range(32)
        )
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in (201, 303) and codes[1:] == [409] * 31
    assert await database.fetch_value("SELECT count(*) FROM hold") == 1


@pytest.mark.parametrize("key", [{}, {"idempotency-key": "pressed twice"}])
async def test_a_refusal_says_what_stands_in_the_way(
    client: httpx.AsyncClient, key: dict[str, str]
) -> None:
    office = await office_of(client, "teacher")
    made = await _kits(office, 2)
    token = {**await factories.bearer(office.who), **key}
    first = NewBooking(tag=made.tag, day=DAY, group="七(3)班")
    await bookings.book(office.who.actor, first)
    for facts, said in (
        ({"tag": made.tag}, "booked for 七(3)班"),
        ({"model_id": made.model_id, "school": office.school.code, "quantity": 2}, "1 of 2"),
    ):
        body = {**facts, "day": str(DAY)}
        answer = await client.post("/api/v1/bookings", json=body, headers=token)
        assert (answer.status_code, answer.json()["code"]) == (409, "taken")
        assert said in answer.json()["detail"]


async def test_a_refused_week_names_its_dates_and_takes_the_rest(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "teacher")
    await factories_holds.term(office.school, monday(0), 4)
    made = await _kits(office, 1)
    other = await factories.person("teacher", office.school)
    taken = NewBooking(tag=made.tag, day=DAY + timedelta(days=7), group="七(3)班")
    await bookings.book(other.actor, taken)
    typed = {"tag": made.tag, "day": str(DAY), "weekly": "on", "purpose": "Robots"}
    refused = await office.send("/bookings/new", **typed)
    assert refused.status_code == 409
    assert "七(3)班" in refused.text and 'value="Robots"' in refused.text
    assert 'name="skip_taken"' in refused.text
    done = await office.send("/bookings/new", **typed, skip_taken="on")
    assert done.status_code == 303
    assert await database.fetch_value("SELECT count(*) FROM hold WHERE purpose = 'Robots'") == 2


async def test_a_pupil_who_helps_reads_the_class_and_not_the_teacher(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "student_helper")
    await factories_holds.lessons(office.school)
    made = await _kits(office, 1)
    teacher = await factories.person("teacher", office.school)
    (held,) = (
        await bookings.book(teacher.actor, NewBooking(tag=made.tag, day=DAY, purpose="Aunt"))
    ).items
    for path in (
        f"/book/assets/{made.tag}?day={DAY}",
        "/bookings",
        f"/bookings?q={teacher.name}",
        f"/bookings/{held.id}",
        "/api/v1/bookings",
        f"/api/v1/bookings/{held.id}",
        f"/api/v1/bookings/week?tag={made.tag}&day={DAY}",
        f"/api/v1/bookings/availability?tag={made.tag}&day={DAY}",
    ):
        page = await office.see(path)
        named = page.replace(f"?q={teacher.name}", "").replace(f'value="{teacher.name}"', "")
        assert teacher.name not in named or "q=" in path, path
        assert "Aunt" not in page, path
    found = await client.get("/api/v1/bookings", params={"q": teacher.name})
    assert found.json()["items"] == []


async def test_a_phone_reads_a_private_calendar_until_it_is_revoked(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "teacher")
    made = await _kits(office, 1)
    room = await factories.place(office.school)
    for thing in ({"tag": made.tag}, {"place_id": room}):
        await bookings.book(
            office.who.actor, NewBooking(**thing, day=DAY, group="五(2)班; A, B", purpose="Aunt")
        )
    own, of_room = [
        re.search(r"/ical/[\w-]{43}\.ics", (await office.send("/calendars", **chosen)).text)
        for chosen in ({}, {"place_id": str(room)})
    ]
    assert own and of_room
    stranger = httpx.AsyncClient(transport=client._transport, base_url=client.base_url)
    answer = await stranger.get(own[0])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert len(events) == 2
    assert {str(one["description"]) for one in events} == {"Aunt"}
    assert all("五(2)班; A, B" in str(one["summary"]) for one in events)
    shared = Calendar.from_ical((await stranger.get(of_room[0])).text).walk("VEVENT")
    said = " ".join(str(value) for one in shared for value in one.values())
    assert "五(2)班" in said and "Aunt" not in said and office.who.name not in said
    secret = own[0].split("/")[-1].removesuffix(".ics")
    assert not await database.fetch_value(
        "SELECT EXISTS (SELECT FROM calendar_feed f WHERE to_jsonb(f)::text LIKE '%' || $1 || '%')",
        secret,
    )
    assert secret not in await office.see("/calendars")
    feed_id = await database.fetch_value("SELECT min(id) FROM calendar_feed")
    await office.send(f"/calendars/{feed_id}/revoke")
    assert (await stranger.get(own[0])).status_code == 404
    assert (await stranger.get("/ical/guessed.ics")).status_code == 404


async def test_a_private_address_is_below_that_of_the_installation(
    client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await office_of(client, "teacher")
    settings = msgspec.structs.replace(app.state.settings, base_url="http://labshare.school.cn")
    monkeypatch.setattr(app.state, "settings", settings)
    shown = await office.send("/calendars")
    assert "http://labshare.school.cn/ical/" in shown.text


async def test_a_refused_change_says_why_and_loses_nothing(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "teacher")
    lessons = await factories_holds.lessons(office.school)
    made = await _kits(office, 1)
    other = await factories.person("teacher", office.school)
    against = await bookings.book(
        other.actor, NewBooking(tag=made.tag, day=DAY, lesson_id=lessons[2], group="七(3)班")
    )
    sent = await office.send("/bookings/new", tag=made.tag, day=str(DAY), lesson_id=str(lessons[1]))
    page = sent.headers["location"]
    assert page.startswith("/bookings/") and "Cancel this booking" in await office.see(page)
    typed = {"day": str(DAY), "lesson_id": str(lessons[2]), "purpose": "Robots", "quantity": "1"}
    refused = await office.send(page, **typed)
    assert refused.status_code == 409
    beside = re.search(r'id="day-error">(.*?)</p>', refused.text, re.S)
    assert beside and "七(3)班" in beside[1]
    assert 'value="Robots"' in refused.text
    assert f'<option value="{lessons[2]}" selected>' in refused.text
    # The lessons go to other times: the booking keeps its own until somebody says otherwise.
    await database.execute("UPDATE lesson_period SET starts = starts + interval '1 minute'")
    form = await office.see(page)
    assert 'name="keeps_hours"' in form and '<option value="">08:00–08:45</option>' in form
    assert (await office.send(page, day=str(DAY), keeps_hours="on")).status_code == 303
    assert "08:45" in await office.see(page)
    cancelled = await office.send(f"{page}/cancel")
    assert cancelled.status_code == 303
    again = await office.send(f"{page}/cancel")
    assert again.status_code == 409 and 'role="alert"' in again.text
    # What has gone to another school has no week here, but its booking can still be read.
    elsewhere = await factories.school()
    keeper = await factories.person("technician", office.school, elsewhere)
    await changing.cancel_booking(other.actor, against.hold_id)
    await assets.change_school(keeper.actor, [made.tag], elsewhere.id)
    assert "Its week" not in await office.see(page)


async def test_rooms_and_lessons_of_several_schools_are_told_apart(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    who = await factories.person("technician", school, other)
    await factories.signed_in(client, who)
    office = Office(client, school, who)
    for one in (school, other):
        await factories_holds.lessons(one, 2)
        await factories.place(one)
    await database.execute(
        "INSERT INTO place (school, kind, name)"
        " SELECT $1, 'room', 'Room ' || n FROM generate_series(1, 100) n",
        other.id,
    )
    for page, groups in (("/blocks/new", 6), ("/calendars", 2)):
        form = await office.see(page)
        assert "Room 100</option>" in form, page
        assert form.count("<optgroup") == groups, page
    assert "first 100 rooms" in await office.see("/book")


async def test_only_bookings_are_handed_out(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "technician")
    made = await _kits(office, 1)
    sent = await office.send("/blocks/new", kind="exam", tags=made.tag, day=str(DAY))
    assert sent.status_code == 303
    await office.send("/bookings/new", tag=made.tag, day=str(DAY + timedelta(days=1)))
    for day, is_booking in ((DAY, False), (DAY + timedelta(days=1), True)):
        listed = await office.see(f"/bookings?day={day}")
        assert made.tag in listed and ("Hand out</a>" in listed) == is_booking


async def test_what_a_school_has_none_of_gets_no_rule(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "technician")
    made = await factories.asset(await factories.school())
    sent = await office.send(
        f"/book/models/{made.model_id}/lending", school_id=str(office.school.id), is_lent="on"
    )
    assert sent.status_code == 404
    assert await database.fetch_value("SELECT count(*) FROM lending_rule") == 0


async def test_the_desk_begins_with_a_booking_and_gives_others_only_knowingly(
    client: httpx.AsyncClient,
) -> None:
    office = await office_of(client, "technician")
    made = await _kits(office, 1)
    teacher = await factories.person("teacher", office.school)
    booked = await bookings.book(teacher.actor, NewBooking(tag=made.tag, day=DAY, group="5B"))
    held = booked.items[0]
    form = await office.see(f"/custody/hand-out?tag={made.tag}&booking_id={held.id}")
    assert 'name="booking_id"' in form and 'value="5B"' in form and f'value="{DAY}"' in form
    refused = await office.send("/custody/hand-out", tags=made.tag, group="6A")
    assert refused.status_code == 409
    assert "booked for 5B" in refused.text and 'name="overrides_bookings"' in refused.text
    done = await office.send(
        "/custody/hand-out", tags=made.tag, group="6A", overrides_bookings="on"
    )
    assert done.status_code == 303
    assert "still handed out" in await office.see(f"/bookings/{held.id}")
