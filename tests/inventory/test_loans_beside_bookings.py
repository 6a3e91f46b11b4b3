"""One rule for hand-outs and renewals: what others have booked by then, never one's own bookings."""

import asyncio
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

import pytest

from core import clock, database
from core.errors import Conflict, Problem
from inventory import custody, repairs
from inventory.custody import Due, Holder
from inventory.custody.booked import Meeting
from inventory.holds import blocks, bookings
from inventory.holds.blocks import NewBlock
from inventory.holds.bookings import NewBooking
from inventory.holds.listing import get_hold
from tests import factories, factories_holds, factories_repairs
from tests.factories_holds import BookingWorld as World
from tests.factories_holds import booking_world

pytestmark = pytest.mark.usefixtures("db")
SPELLINGS = ("五(2)班", "五（2）班", "五2班", "五年级二班", "5(2)")


@pytest.fixture
async def world() -> World:
    return await booking_world()


def _day(days: int) -> date:
    return clock.today(factories_holds.ZONE) + timedelta(days=days)


async def _booked(world: World, days: int = 0, **facts: Any) -> int:
    """A booking of the teacher for one whole day."""
    asked = NewBooking(day=_day(days), **facts)
    return (await bookings.book(world.teacher.actor, asked)).items[0].id


async def _kits(world: World, count: int) -> tuple[dict[str, Any], list[str]]:
    """So many of a model, and how it is asked for."""
    model = await factories.asset_model("robot_kit")
    tags = [(await factories.asset(world.school, model=model)).tag for _ in range(count)]
    return {"model_id": model, "school_id": world.school.id}, tags


def _refused(problem: Problem) -> list[tuple[int | None, str]]:
    return [(error.index, error.code) for error in problem.errors]


async def test_ones_own_bookings_never_refuse_ones_own_hand_out(world: World) -> None:
    asked, (first, second) = await _kits(world, 2)
    of_asset = [await _booked(world, days, tag=first) for days in (0, 1)]
    of_class = await _booked(world, 2, tag=first, group="5B")
    of_model = await _booked(world, 0, **asked)
    who = Holder(person_id=world.teacher.id)
    technician = world.technician.actor
    await custody.hand_out(technician, [first], who, due_on=_day(3))
    # The next one is fulfilled, the others are kept: with what one holds already.
    kept = [await get_hold(technician, one) for one in (*of_asset, of_class, of_model)]
    assert [one.closed_as for one in kept] == ["fulfilled", None, None, None]
    assert [one.trouble for one in kept[1:]] == [None, None, None]
    await custody.hand_out(technician, [second], who, due_on=_day(3))
    await custody.renew(technician, [first], Due(_day(9)))


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_class_gets_what_is_booked_for_it_however_it_is_written(
    world: World, spelling: str
) -> None:
    asked, tags = await _kits(world, 2)
    held = await _booked(world, tag=tags[0], group=SPELLINGS[0])
    await _booked(world, 1, tag=tags[0], group=SPELLINGS[1])
    await _booked(world, **asked, group=SPELLINGS[2])
    technician, who = world.technician.actor, Holder(group=spelling)
    assert await custody.check_hand_out(technician, tags, who) == ()
    await custody.hand_out(technician, tags, who)
    fulfilled = await get_hold(technician, held)
    assert fulfilled.closed_as == "fulfilled"
    group: int = await database.fetch_value("SELECT id FROM borrower_group")
    assert fulfilled.group_id == group


async def test_a_booking_is_of_the_class_of_its_own_school_year(world: World) -> None:
    made = await factories.asset(world.school)
    held = await _booked(world, tag=made.tag, group="五(2)班")
    await database.execute(
        "INSERT INTO borrower_group (school, name, year)"
        " SELECT $1, '五(2)班', school_year(current_date) - n FROM generate_series(0, 1) n",
        world.school.id,
    )
    now, before = await database.fetch_column(
        int, "SELECT id FROM borrower_group ORDER BY year DESC"
    )
    technician = world.technician.actor
    assert (await get_hold(technician, held)).group_id == now
    (error,) = await custody.check_hand_out(technician, [made.tag], Holder(group_id=before))
    assert "booked for 五(2)班" in str(error.message)
    assert await custody.check_hand_out(technician, [made.tag], Holder(group_id=now)) == ()


async def test_each_row_that_others_have_booked_is_named_with_whom_and_until_when(
    world: World,
) -> None:
    asked, kits = await _kits(world, 3)
    await _booked(world, **asked, quantity=2, group="7A")
    single, free = (
        (await factories.asset(world.school)).tag,
        (await factories.asset(world.school)).tag,
    )
    await _booked(world, 1, tag=single)
    rows = [free, single, *kits]
    due = Due(_day(1))
    technician, who = world.technician.actor, Holder(group="6A")
    with pytest.raises(Conflict) as refused:
        await custody.hand_out(technician, rows, who, due_on=due.due_on)
    # Two of the three kits are booked, so one may go.
    assert _refused(refused.value) == [(1, "booked"), (3, "booked"), (4, "booked")]
    said = [str(error.message) for error in refused.value.errors]
    assert f"booked for {world.teacher.name} until" in said[0]
    assert all("booked, for 7A until" in one for one in said[1:])
    assert await custody.check_hand_out(technician, rows, who, due) == refused.value.errors
    # Whose they are is not known before somebody says who gets them.
    assert await custody.check_hand_out(technician, rows) == ()
    await custody.hand_out(technician, [free, kits[0]], who, due_on=due.due_on)


async def test_what_is_kept_from_everybody_is_told_before_anybody_is_named(world: World) -> None:
    made = await factories.asset(world.school)
    await blocks.block(world.technician.actor, NewBlock(kind="exam", tags=[made.tag], day=_day(1)))
    (error,) = await custody.check_hand_out(world.technician.actor, [made.tag])
    assert (error.index, error.code) == (0, "booked") and "exam" in str(error.message)


async def test_a_wrong_booking_is_told_together_with_the_refused_rows(world: World) -> None:
    tags = [(await factories.asset(world.school)).tag for _ in range(3)]
    booked = [await _booked(world, tag=tag, group="7A") for tag in tags]
    meeting = Meeting(booking_id=booked[0])
    with pytest.raises(Conflict) as refused:
        await custody.hand_out(
            world.technician.actor, tags[1:], Holder(group="6A"), meeting=meeting
        )
    assert _refused(refused.value) == [(0, "booked"), (1, "booked"), (None, "not_booked")]
    with pytest.raises(Problem) as unknown:
        await custody.hand_out(
            world.technician.actor,
            tags[1:],
            Holder(group="6A"),
            meeting=Meeting(booking_id=10**9),
        )
    assert _refused(unknown.value) == [(0, "booked"), (1, "booked"), (None, "not_found")]


async def test_a_booking_takes_as_many_as_it_asks_for_and_more_go_along(world: World) -> None:
    asked, kits = await _kits(world, 4)
    held = await _booked(world, **asked, quantity=3)
    who, meeting = Holder(group="6A"), Meeting(booking_id=held)
    await custody.hand_out(world.technician.actor, kits, who, due_on=_day(0), meeting=meeting)
    assert (await get_hold(world.technician.actor, held)).closed_as == "fulfilled"
    counted: int = await database.fetch_value(
        "SELECT count(*) FROM custody WHERE booking = $1", held
    )
    assert counted == 3


async def _lent(world: World, tags: list[str], days: int, who: Holder | None = None) -> None:
    who = who or Holder(person_id=world.technician.id)
    await custody.hand_out(world.technician.actor, tags, who, due_on=_day(days))


async def test_a_renewal_asks_only_for_the_time_that_it_adds(world: World) -> None:
    """Bookings that are over block nothing, nor do repairs."""
    made = await factories.asset(world.school)
    tag, technician = made.tag, world.technician.actor
    for days in (-2, 5):
        await _hold(world, made.id, days)
    await _lent(world, [tag], 1)
    await database.execute("UPDATE custody SET due_at = now() - interval '3 days'")
    await custody.renew(technician, [tag], Due(_day(2)))
    order = await factories_repairs.order(made)
    await custody.renew(technician, [tag], Due(_day(3)))
    await repairs.complete(technician, order.id, resolution="Mended")
    with pytest.raises(Conflict) as refused:
        await custody.renew(technician, [tag], Due(_day(9)))
    assert f"{tag}: booked for {world.teacher.name} until" in str(refused.value.message)
    # A day for what was lent for good takes nothing from anybody.
    other = await factories.asset(world.school)
    await _hold(world, other.id, 5)
    knowingly = Meeting(overrides_bookings=True)
    await custody.hand_out(technician, [other.tag], Holder(group="5B"), meeting=knowingly)
    await custody.renew(technician, [other.tag], Due(_day(9)))


async def _hold(world: World, asset_id: int, days: int) -> None:
    """A booking of the teacher of one day from now or from before."""
    since = clock.now() + timedelta(days=days)
    await database.execute(
        "INSERT INTO hold (school, kind, asset, quantity, starts_at, ends_at, person, group_name,"
        " purpose, made_at, version) VALUES (:school, 'booking', :asset, 1, :since, :until,"
        " :person, '', '', now(), 1)",
        school=world.school.id,
        asset=asset_id,
        since=since,
        until=since + timedelta(days=1),
        person=world.teacher.id,
    )


@pytest.mark.parametrize("is_own", [False, True])
async def test_each_row_that_is_not_renewed_says_who_has_booked_it(
    world: World, is_own: bool
) -> None:
    asked, kits = await _kits(world, 3)
    single, free = (
        (await factories.asset(world.school)).tag,
        (await factories.asset(world.school)).tag,
    )
    rows = [free, single, *kits]
    await _lent(world, rows, 1)
    await database.execute("UPDATE school SET renewal_days = 20")
    await _booked(world, 5, tag=single, group="7A")
    await _booked(world, 6, **asked, quantity=2, group="7B")
    technician, due = world.technician.actor, Due(_day(20))
    work = custody.renew_own(technician, rows) if is_own else custody.renew(technician, rows, due)
    with pytest.raises(Conflict) as refused:
        await work
    assert _refused(refused.value) == [(1, "booked"), (3, "booked"), (4, "booked")]
    said = [str(error.message) for error in refused.value.errors]
    assert "booked for 7A until" in said[0] and "for 7B until" in said[1]
    assert await custody.check_renew(technician, rows, due) == refused.value.errors
    assert await custody.check_renew(technician, rows) == ()
    await custody.renew(technician, [free, kits[0]], due)


async def test_the_database_itself_refuses_what_was_never_looked_at(world: World) -> None:
    """Whoever writes custody without the service meets the same rule."""
    made = await factories.asset(world.school)
    await _booked(world, 5, tag=made.tag)
    await _lent(world, [made.tag], 1)
    with pytest.raises(Exception, match="held by then"):
        await database.execute("UPDATE custody SET due_at = due_at + interval '9 days'")
    await database.execute("UPDATE custody SET due_at = due_at + interval '1 day'")
    await database.execute("UPDATE hold SET person = $1", world.technician.id)
    await database.execute("UPDATE custody SET due_at = due_at + interval '9 days'")


async def test_32_renewals_and_bookings_never_wait_for_each_other_for_good(world: World) -> None:
    """Each takes the calendars of its models in one order, however its list stands."""
    models = [await factories.asset_model("robot_kit") for _ in range(2)]
    tags = [
        [(await factories.asset(world.school, model=model)).tag for model in models]
        for _ in range(16)
    ]
    for pair in tags:
        await _lent(world, pair, 1)
    ask = {"model_id": models[0], "school_id": world.school.id}
    work: list[Coroutine[Any, Any, Any]] = [
        custody.renew(world.technician.actor, pair if n % 2 else pair[::-1], Due(_day(2)))
        for n, pair in enumerate(tags)
    ]
    work += [_booked(world, 9 + n, **ask) for n in range(16)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [one for one in results if isinstance(one, BaseException)] == []
