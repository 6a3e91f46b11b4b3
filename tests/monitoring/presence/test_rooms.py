"""Rooms as people see them, and the calls that wake them."""

import asyncio
import random
from datetime import UTC, date, datetime, time
from ipaddress import ip_network

import msgspec
import pytest

from core import database, places
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from monitoring.devices.networks import grants
from monitoring.presence import magic_packets, rooms, seating, waking
from monitoring.presence.magic_packets import Sleeper
from monitoring.presence.rooms import SeatState
from monitoring.presence.seating import SeatPlace
from monitoring.presence.waking import NewWakePlan, _Due
from monitoring.snmp import Address
from tests import factories, factories_monitoring
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
LOOPBACK = (ip_network("127.0.0.0/8"),)


async def room_with(of: MadeSchool, states: list[str]) -> tuple[int, list[int]]:
    """A room with one computer for each of ``states``."""
    place_id = await factories.place(of)
    made = []
    for number, state in enumerate(states, start=1):
        asset = await factories.asset(of)
        await database.execute(
            "UPDATE asset SET place = $2, name = $3 WHERE id = $1",
            asset.id,
            place_id,
            f"PC {number:02}",
        )
        one = await factories_monitoring.device(
            of, Address(f"127.0.3.{number}", 161), asset=asset, may_sleep=True
        )
        await database.execute(
            "UPDATE device SET state = $2, mac = $3 WHERE id = $1",
            one.id,
            state,
            f"02:00:5e:10:00:{number:02x}",
        )
        made.append(one.id)
    return place_id, made


async def keeper(of: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, of)


async def test_a_seat_says_what_somebody_at_the_door_would_see() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["up", "down", "down", "unknown", "up", "up"])
    await database.execute("UPDATE device SET may_sleep = false WHERE id = $1", made[2])
    await database.execute("UPDATE device SET paused_at = now() WHERE id = $1", made[4])
    await database.execute(
        "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)"
        " VALUES ($1, $2, 'disk_full', 'C:', 'warning', '{\"template\": \"full\"}', now())",
        school.id,
        made[5],
    )
    room = await rooms.get_room(technician.actor, place_id)
    states = {seat.device_id: seat.state for seat in room.seats}
    expected = ["on", "off", "fault", "unknown", "paused", "fault"]
    assert [states[one].value for one in made] == expected
    assert room.count(SeatState.fault) == 2


async def test_computers_are_seated_in_rows_and_moved_one_by_one() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["up"] * 5)
    room = await seating.seat_in_rows(technician.actor, place_id, 2)
    plan = [[seat.device_id if seat else None for seat in row] for row in room.rows]
    assert plan == [[made[0], made[1]], [made[2], made[3]], [made[4], None]]
    moved = await seating.seat(technician.actor, place_id, [SeatPlace(made[4], 3, 2)])
    assert moved.rows[2][0] is None
    away = await seating.seat(technician.actor, place_id, [SeatPlace(made[4])])
    assert [seat.device_id for seat in away.loose] == [made[4]]


async def test_what_cannot_be_seated_changes_nothing() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["up"] * 2)
    _, elsewhere = await room_with(await factories.school(), ["up"])
    with pytest.raises(Invalid) as refused:
        await seating.seat(
            technician.actor,
            place_id,
            [SeatPlace(made[0], 1, 1), SeatPlace(made[1], 1, 1), SeatPlace(elsewhere[0], 2, 1)],
        )
    fields = [error.field for error in refused.value.errors]
    assert fields == ["seats.1.row", "seats.2.device_id"]
    assert len((await rooms.get_room(technician.actor, place_id)).loose) == 2


async def test_thirty_two_who_move_seats_at_once_leave_nobody_on_anothers_lap() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["up"] * 8)
    chance = random.Random(7)

    async def move() -> None:
        row, column = chance.randint(1, 2), chance.randint(1, 4)
        await seating.seat(
            technician.actor, place_id, [SeatPlace(chance.choice(made), row, column)]
        )

    moved = await asyncio.gather(*(move() for _ in range(32)), return_exceptions=True)
    assert {type(one) for one in moved} <= {type(None), Invalid}
    doubled = await database.fetch_value(
        "SELECT count(*) FROM (SELECT FROM device WHERE seat_row IS NOT NULL"
        " GROUP BY seat_row, seat_column HAVING count(*) > 1) d"
    )
    assert doubled == 0


async def test_a_teacher_sees_and_wakes_the_room_but_moves_no_seat() -> None:
    school = await factories.school()
    teacher = await factories.person(Role.teacher, school)
    stranger = await factories.person(Role.admin, await factories.school())
    place_id, made = await room_with(school, ["down"])
    assert (await waking.wake_room(teacher.actor, place_id)).called == 1
    with pytest.raises(Forbidden):
        await seating.seat(teacher.actor, place_id, [SeatPlace(made[0], 1, 1)])
    for refused in (
        rooms.get_room(stranger.actor, place_id),
        waking.wake_room(stranger.actor, place_id),
        waking.wake_device(stranger.actor, made[0]),
    ):
        with pytest.raises(NotFound):
            await refused


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Sleeper]:
    """Who was called by the packets that left."""
    sleepers: list[Sleeper] = []

    async def note(these: list[Sleeper]) -> int:
        sleepers.extend(these)
        return len(these)

    monkeypatch.setattr(magic_packets, "send", note)
    return sleepers


async def test_a_room_is_called_by_the_broadcast_of_its_network_and_looked_at_soon(
    called: list[Sleeper],
) -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["down", "up", "down"])
    await database.execute("UPDATE device SET mac = NULL WHERE id = $1", made[2])
    woken = await waking.wake_room(technician.actor, place_id)
    assert woken.called == 1
    assert len(woken.unknown) == 1
    payload = await database.fetch_value("SELECT payload FROM outbox")
    assert payload == {"device_ids": [made[0]]}
    await waking.sender(LOOPBACK)(payload)
    assert called == [Sleeper("02:00:5e:10:00:01", "127.255.255.255")]


async def test_nothing_leaves_for_a_network_that_the_installation_may_ask_no_more(
    called: list[Sleeper],
) -> None:
    school = await factories.school()
    place_id, _ = await room_with(school, ["down"])
    await waking.wake_room((await keeper(school)).actor, place_id)
    payload = await database.fetch_value("SELECT payload FROM outbox")
    await waking.sender((ip_network("10.0.0.0/8"),))(payload)
    assert called == []
    await waking.sender(LOOPBACK)(payload)
    assert len(called) == 1


async def test_a_call_that_waits_dies_with_the_network_of_the_school(
    called: list[Sleeper],
) -> None:
    """Given, called, taken away: the packet that the worker comes to afterwards does not leave."""
    school, other = await factories.school("NEAR"), await factories.school("FAR")
    for code, cidr in ((school.code, "127.0.0.0/8"), (other.code, "10.0.0.0/8")):
        everywhere = (ip_network("0.0.0.0/0"),)
        await grants.grant(everywhere, code, cidr, is_shared=False)
    place_id, made = await room_with(school, ["down", "down"])
    await waking.wake_room((await keeper(school)).actor, place_id)
    payload = await database.fetch_value("SELECT payload FROM outbox")
    await database.execute("UPDATE device SET removed_at = now() WHERE id = $1", made[1])
    await waking.sender(LOOPBACK)(payload)
    assert [one.mac for one in called] == ["02:00:5e:10:00:01"]
    called.clear()
    await grants.revoke(school.code, "127.0.0.0/8")
    await waking.sender(LOOPBACK)(payload)
    assert called == []


async def test_a_room_that_is_given_up_is_woken_no_more() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, _ = await room_with(school, ["down"])
    await waking.plan(technician.actor, NewWakePlan(place_id, list(range(1, 8)), time(7, 40)))
    await database.execute(
        "UPDATE wake_plan SET last_run_on = NULL,"
        " wake_at = date_trunc('minute', now() AT TIME ZONE 'Asia/Shanghai')::time"
    )
    await database.execute("UPDATE place SET retired_at = now() WHERE id = $1", place_id)
    assert await waking.run_due_plans() == 0
    await database.execute("UPDATE place SET retired_at = NULL WHERE id = $1", place_id)
    assert await waking.run_due_plans() == 1


async def test_a_computer_whose_card_nobody_knows_cannot_be_woken() -> None:
    school = await factories.school()
    technician = await keeper(school)
    _, made = await room_with(school, ["down"])
    await database.execute("UPDATE device SET mac = NULL WHERE id = $1", made[0])
    with pytest.raises(Conflict):
        await waking.wake_device(technician.actor, made[0])


DAYS = [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("at", "last_run_on", "is_due"),
    [
        ("2026-11-23T07:39:59+08:00", None, False),
        ("2026-11-23T07:40:00+08:00", None, True),
        ("2026-11-23T08:00:00+08:00", None, True),
        ("2026-11-23T08:00:01+08:00", None, False),  # the lesson has begun
        ("2026-11-23T07:40:00+08:00", date(2026, 11, 23), False),
        ("2026-11-23T07:40:00+08:00", date(2026, 11, 20), True),
        ("2026-11-22T07:40:00+08:00", None, False),  # a Sunday
    ],
)
def test_a_plan_is_due_by_the_schools_clock_and_once_a_day(
    at: str, last_run_on: date | None, is_due: bool
) -> None:
    due = _Due(1, 1, DAYS, time(7, 40), last_run_on, "Asia/Shanghai")
    assert due.is_due(datetime.fromisoformat(at).astimezone(UTC)) is is_due


async def test_only_computers_that_are_not_on_and_can_be_called_count_as_wakeable() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, made = await room_with(school, ["up", "down", "down", "down"])
    await database.execute("UPDATE device SET mac = NULL WHERE id = $1", made[1])
    switch = await factories.asset_model("network")
    await database.execute(
        "UPDATE asset SET model = $2 WHERE id = (SELECT asset FROM device WHERE id = $1)",
        made[2],
        switch,
    )
    room = await rooms.get_room(technician.actor, place_id)
    assert room.wakeable == 1
    assert (await waking.wake_room(technician.actor, place_id)).called == 1


async def test_computers_that_nobody_monitors_are_in_the_room_too() -> None:
    school = await factories.school()
    place_id, _ = await room_with(school, ["up"])
    silent = await factories.asset(school, place=place_id)
    await factories.asset(school, place=place_id, model=await factories.asset_model("book"))
    await factories.asset(school, place=place_id, lifecycle="disposed")
    room = await rooms.get_room((await keeper(school)).actor, place_id)
    assert [one.asset_tag for one in room.unwatched] == [silent.tag]


async def test_thirty_two_workers_wake_a_room_once() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, _ = await room_with(school, ["down"])
    now = datetime.fromisoformat(
        str(await database.fetch_value("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::text"))
    )
    made = await waking.plan(technician.actor, NewWakePlan(place_id, list(range(1, 8)), now.time()))
    await database.execute("UPDATE wake_plan SET last_run_on = NULL WHERE id = $1", made.id)
    ran = await asyncio.gather(*(waking.run_due_plans() for _ in range(32)))
    assert sum(ran) == 1
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 1


async def test_a_room_has_one_plan_a_time_however_many_try() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, _ = await room_with(school, ["down"])
    new = NewWakePlan(place_id, [1], time(7, 40))
    tried = await asyncio.gather(
        *(waking.plan(technician.actor, new) for _ in range(32)), return_exceptions=True
    )
    assert [type(one) for one in tried if not isinstance(one, Invalid)] == [waking.WakePlan]
    with pytest.raises(Invalid):
        await waking.plan(technician.actor, msgspec.structs.replace(new, weekdays=[0, 8]))


async def test_rooms_are_listed_with_their_counts() -> None:
    school = await factories.school()
    technician = await keeper(school)
    place_id, _ = await room_with(school, ["up", "up", "down"])
    (found,) = await rooms.list_rooms(technician.actor)
    assert (found.place_id, found.devices, found.on, found.off) == (place_id, 3, 2, 1)


async def test_a_room_is_named_with_its_building_also_for_what_stands_in_its_cabinets() -> None:
    school = await factories.school()
    technician = await keeper(school)
    building = await factories.place(school, "building")
    room = await factories.place(school, parent=building)
    cabinet = await factories.place(school, "cabinet", room)
    asset = await factories.asset(school)
    await database.execute("UPDATE asset SET place = $2 WHERE id = $1", asset.id, cabinet)
    await factories_monitoring.device(school, Address("127.0.3.1", 161), asset=asset)
    path = (await places.get_place(technician.actor, room)).path
    assert path.startswith("building ")
    (found,) = await rooms.list_rooms(technician.actor)
    assert (found.place_id, found.name, found.devices) == (room, path, 1)


MANY = """
WITH room AS (
    INSERT INTO place (school, kind, name) SELECT $1, 'room', 'Many ' || n
      FROM generate_series(1, 300) n RETURNING id),
numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM room),
thing AS (
    INSERT INTO asset (school, title_holder, tag, model, lifecycle, condition, place)
    SELECT a.school, a.title_holder, 'MANY-' || n, a.model, a.lifecycle, a.condition,
           (SELECT id FROM numbered WHERE numbered.n = 1 + many.n % 300)
      FROM generate_series(1, 3000) AS many(n), asset a WHERE a.id = $2 RETURNING id, school)
INSERT INTO device (school, asset, address, port, method, created_at, next_poll_at)
SELECT school, id, '127.4.' || id / 250 || '.' || id % 250 + 1, 161, 'ping', now(), now() FROM thing
"""


async def test_three_hundred_rooms_are_listed_at_once_whatever_the_statistics_say() -> None:
    school = await factories.school()
    technician = await keeper(school)
    await factories_monitoring.network(school)
    asset = await factories.asset(school)
    # As after a large import: the planner still believes in a few rows.
    await database.execute("ANALYZE place, asset, device, alert")
    await database.execute(MANY, school.id, asset.id)
    listed = await rooms.list_rooms(technician.actor)
    assert {one.devices for one in listed if one.name.startswith("Many")} == {10}
