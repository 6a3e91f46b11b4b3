"""Maintenance plans: what is due, one order for each plan, asset and day, and what it is no part of."""

import asyncio
from datetime import timedelta

import pytest

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import custody, maintenance, repairs, transfers
from inventory.holders import Holder
from inventory.maintenance import Completions, PlanFacts, PlannedThing, ThingFilters, ThingState
from inventory.models import AssetKind
from inventory.repairs import WorkOrder, WorkOrderFilter
from inventory.transfers import NewReceipt, ReceivedLine, Sending
from tests import (
    factories,
    factories_collector,
    factories_maintenance,
    factories_repairs,
    factories_transfers,
    factories_usage,
)
from tests.factories import MadePerson, MadeSchool
from tests.factories_maintenance import today

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)


@pytest.fixture
async def school() -> MadeSchool:
    return await factories.school()


@pytest.fixture
async def keeper(school: MadeSchool) -> MadePerson:
    return await factories.person("technician", school)


async def things_of(keeper: MadePerson, plan_id: int) -> dict[str, PlannedThing]:
    return {one.tag: one for one in (await maintenance.list_things(keeper.actor, plan_id)).items}


async def orders_of(keeper: MadePerson, plan_id: int) -> list[WorkOrder]:
    wanted = WorkOrderFilter(plan_id=plan_id)
    return (await repairs.list_work_orders(keeper.actor, wanted)).items


async def test_32_runs_open_one_order_for_each_asset_that_is_there_and_name_the_rest(
    school: MadeSchool, keeper: MadePerson
) -> None:
    room = await factories.place(school)
    cabinet = await factories.place(school, "cabinet", room)
    here, inside = [await factories.asset(school, place=one) for one in (room, cabinet)]
    lent, broken, gone, lost = [await factories.asset(school, place=room) for _ in range(4)]
    await factories.asset(school)
    holder = Holder(person_id=keeper.id)
    await custody.hand_out(keeper.actor, [lent.tag], holder, due_on=today() + 3 * DAY)
    await factories_repairs.order(broken)
    await factories.step(gone, "retired")
    await factories.step(lost, "lost")
    for one in (here, inside):
        await factories_usage.created(one, clock.now() - 100 * DAY)
    made = await factories_maintenance.plan(keeper, school, place=room, since=2 * DAY)
    found = await asyncio.gather(
        *(maintenance.open_all_due() for _ in range(16)),
        *(maintenance.open_due(keeper.actor, made.id) for _ in range(16)),
    )
    opened = [one if isinstance(one, int) else one.opened for one in found]
    assert sum(opened) == 2
    things = await things_of(keeper, made.id)
    assert {tag: one.state for tag, one in things.items()} == {
        here.tag: ThingState.open,
        inside.tag: ThingState.open,
        lent.tag: ThingState.out,
        broken.tag: ThingState.not_in_service,
    }
    assert things[here.tag].is_overdue
    assert things[here.tag].due_on == today() - 2 * DAY
    assert things[lent.tag].out_until == today() + 3 * DAY
    plan = await maintenance.get_plan(keeper.actor, made.id)
    assert (plan.open_orders, plan.overdue, plan.completed) == (2, 2, 0)
    orders = await orders_of(keeper, made.id)
    assert [one.asset_tag for one in orders] == [inside.tag, here.tag]
    assert {(one.plan, one.checklist, str(one.wording)) for one in orders} == {
        ("Clean the fans", "Open it\nBlow it out", "Maintenance: Clean the fans")
    }
    # Nothing is broken: it stays in use, and counts neither as downtime nor as a repair.
    assert await factories_repairs.lifecycle_of(here) == "in_service"
    assert all(one.downtime_seconds == 0 and one.keeps_in_service for one in orders)
    # The next one comes so many days after this one was done, never beside it.
    done = Completions([one.id for one in orders], "Dusted", 5)
    assert (await maintenance.complete_planned(keeper.actor, made.id, done)).completed == 2
    with pytest.raises(Conflict):
        await maintenance.complete_planned(keeper.actor, made.id, done)
    assert await maintenance.open_all_due() == 0
    closed = (await orders_of(keeper, made.id))[0]
    assert (closed.state, closed.minutes, closed.resolution) == ("completed", 5, "Dusted")
    thing = (await things_of(keeper, made.id))[here.tag]
    assert (thing.state, thing.due_on) == (ThingState.waiting, today() + 30 * DAY)
    assert thing.last_done_on == today()
    # What helped against a fault is no planned work.
    fault = await factories_repairs.order(here, fault=closed.fault)
    assert not (await repairs.list_precedents(keeper.actor, fault.id)).items


async def test_hours_are_counted_since_the_last_time_and_what_is_not_measured_is_never_due(
    school: MadeSchool, keeper: MadePerson
) -> None:
    model = await factories.asset_model("projector")
    watched, little, unknown = [await factories.asset(school, model=model) for _ in range(3)]
    now = clock.now().replace(microsecond=0)
    for asset, hours in ((watched, 30), (little, 5)):
        device = await factories_usage.device(asset, since=now - 5 * DAY)
        await factories_usage.powered(
            asset, device, (now - timedelta(hours=hours + 1), now - timedelta(hours=1))
        )
    plan = await factories_maintenance.plan(keeper, school, model=model, hours=20, since=10 * DAY)
    things = await things_of(keeper, plan.id)
    assert {tag: (one.state, one.hours and round(one.hours, 3)) for tag, one in things.items()} == {
        watched.tag: (ThingState.due, 30),
        little.tag: (ThingState.waiting, 5),
        unknown.tag: (ThingState.unmeasured, None),
    }
    assert await maintenance.open_all_due() == 1
    assert await maintenance.open_all_due() == 0
    (order,) = await orders_of(keeper, plan.id)
    assert (order.asset_tag, order.due_on) == (watched.tag, today())
    await repairs.complete(keeper.actor, order.id, resolution="Lamp cleaned")
    assert await maintenance.open_all_due() == 0
    assert (await things_of(keeper, plan.id))[watched.tag].hours == 0
    counted = await maintenance.count_things(keeper.actor, plan.id)
    assert counted[ThingState.waiting] == 2
    assert counted[ThingState.unmeasured] == 1


async def test_who_may_write_a_plan_and_what_one_must_say(
    school: MadeSchool, keeper: MadePerson
) -> None:
    teacher = await factories.person("teacher", school)
    stranger = await factories.person("admin", await factories.school())
    plan = await factories_maintenance.plan(keeper, school, kind=AssetKind.computer)
    thing = await factories.asset(school)
    await factories_usage.created(thing, clock.now() - 2 * DAY)
    facts = PlanFacts("Anew", today(), kind=AssetKind.computer, every_days=7, revision=1)
    assert (await maintenance.get_plan(teacher.actor, plan.id)).title == "Clean the fans"
    for who, error in ((teacher, Forbidden), (stranger, NotFound)):
        for call in (
            maintenance.update_plan(who.actor, plan.id, facts),
            maintenance.pause_plan(who.actor, plan.id),
            maintenance.open_due(who.actor, plan.id),
        ):
            with pytest.raises(error):
                await call
    wrong = PlanFacts(
        " ", today(), kind=AssetKind.computer, model_id=1, every_days=1, every_hours=1
    )
    with pytest.raises(Invalid) as refused:
        await maintenance.update_plan(keeper.actor, plan.id, wrong)
    assert [one.field for one in refused.value.errors] == ["title", "kind", "every_days"]
    elsewhere = await factories.place(await factories.school())
    with pytest.raises(NotFound):
        await factories_maintenance.plan(keeper, school, place=elsewhere)
    changed = await maintenance.update_plan(keeper.actor, plan.id, facts)
    assert (changed.title, changed.every_days, changed.revision) == ("Anew", 7, 2)
    with pytest.raises(Conflict):
        await maintenance.update_plan(keeper.actor, plan.id, facts)
    await maintenance.pause_plan(keeper.actor, plan.id)
    assert await maintenance.open_all_due() == 0
    with pytest.raises(Conflict):
        await maintenance.open_due(keeper.actor, plan.id)
    await maintenance.resume_plan(keeper.actor, plan.id)
    due = ThingFilters(ThingState.due)
    assert len((await maintenance.list_things(keeper.actor, plan.id, due)).items) == 1
    assert await maintenance.open_all_due() == 1
    await maintenance.end_plan(keeper.actor, plan.id)
    for step in (maintenance.resume_plan, maintenance.open_due):
        with pytest.raises(Conflict):
            await step(keeper.actor, plan.id)
    assert not (await maintenance.list_plans(keeper.actor)).items
    with pytest.raises(Exception, match="paused or has ended"):
        await database.execute(
            "INSERT INTO work_order (school, asset, source, fault, summary, opened_at,"
            " asset_state_before, plan, due_on) VALUES ($1, $2, 'schedule', 'x', 'x', now(), '',"
            " $3, '2030-01-01')",
            school.id,
            thing.id,
            plan.id,
        )


async def test_readings_of_a_stick_count_as_hours_and_what_another_school_has_waits() -> None:
    pair = await factories_transfers.pair()
    (thing,) = await pair.things(1)
    key = await factories_collector.key(pair.gives, pair.sender)
    now = clock.now().replace(microsecond=0)
    for hours, at in ((100, now - 4 * DAY), (124, now - 2 * DAY)):
        await factories_collector.read(pair.gives, key, thing, hours, at=at, disk="WD-1")
    plan = await factories_maintenance.plan(
        pair.gives, pair.sender, model=thing.model_id, hours=20, since=30 * DAY
    )
    assert (await things_of(pair.gives, plan.id))[thing.tag].hours == pytest.approx(24)
    # A device that watched half of the time, and saw two hours in it, knows better.
    device = await factories_usage.device(thing, since=now - 3 * DAY)
    span = (now - timedelta(hours=70), now - timedelta(hours=68))
    await factories_usage.powered(thing, device, span)
    found = (await things_of(pair.gives, plan.id))[thing.tag]
    assert (found.state, found.hours) == (ThingState.waiting, pytest.approx(14))
    await database.execute("UPDATE device SET removed_at = now() WHERE id = $1", device)
    day = today() + 9 * DAY
    sent = await pair.sent([thing], kind=Sending.loan, due_on=day)
    assert (await things_of(pair.gives, plan.id))[thing.tag].state == ThingState.out
    lines = NewReceipt([ReceivedLine(thing.tag)])
    await transfers.receive_transfer(pair.gets.actor, sent.id, lines)
    lent = (await things_of(pair.gives, plan.id))[thing.tag]
    assert (lent.state, lent.out_until, lent.place) == (ThingState.out, day, "")
    assert await maintenance.open_all_due() == 0
