"""The steps of a work order: who may take them, from where, and who comes first."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from core import database
from core.access import Role
from core.clock import now
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import repairs
from inventory.repairs import Action, WorkOrderFilter
from tests import factories, factories_repairs
from tests.factories import MadePerson, MadeSchool
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")

STEPS = {
    Action.take: lambda actor, order: repairs.take(actor, order),
    Action.assign: lambda actor, order: repairs.assign(actor, order, assignee_id=actor.person_id),
    Action.wait_for_parts: lambda actor, order: repairs.wait_for_parts(actor, order),
    Action.resume: lambda actor, order: repairs.resume(actor, order),
    Action.complete: lambda actor, order: repairs.complete(actor, order, resolution="New cable"),
    Action.cancel: lambda actor, order: repairs.cancel(actor, order, reason="A loose plug"),
}
# Which step leads where from each state; what is not here is refused.
ALLOWED = {
    "open": {
        "take": "assigned",
        "assign": "assigned",
        "wait_for_parts": "waiting_parts",
        "complete": "completed",
        "cancel": "cancelled",
    },
    "assigned": {
        "assign": "assigned",
        "wait_for_parts": "waiting_parts",
        "complete": "completed",
        "cancel": "cancelled",
    },
    "waiting_parts": {"resume": "assigned", "complete": "completed", "cancel": "cancelled"},
    "completed": {},
    "cancelled": {},
}
WAY_TO = {
    "open": [],
    "assigned": [Action.take],
    "waiting_parts": [Action.wait_for_parts],
    "completed": [Action.complete],
    "cancelled": [Action.cancel],
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("action", list(Action))
async def test_only_the_listed_steps_exist(
    state: str, action: Action, school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    for step in WAY_TO[state]:
        await STEPS[step](technician.actor, order.id)
    before = await repairs.get_work_order(technician.actor, order.id)
    assert (action in repairs.actions_for(technician.actor, before)) == (action in ALLOWED[state])
    if action in ALLOWED[state]:
        after = await STEPS[action](technician.actor, order.id)
        assert (after.state, after.version) == (ALLOWED[state][action], before.version + 1)
    else:
        with pytest.raises(Conflict):
            await STEPS[action](technician.actor, order.id)


async def test_of_parallel_steps_from_one_version_one_wins(school: MadeSchool) -> None:
    crew = [await factories.person(Role.technician, school) for _ in range(8)]
    order = await factories_repairs.order(await factories.asset(school))
    results = await asyncio.gather(
        *(repairs.take(one.actor, order.id, version=order.version) for one in crew),
        return_exceptions=True,
    )
    [winner] = [r for r in results if isinstance(r, repairs.WorkOrder)]
    losers = [r for r in results if isinstance(r, Conflict)]
    assert len(losers) == 7
    assert all(winner.assignee in str(loser) for loser in losers)


async def test_a_stale_page_changes_nothing(school: MadeSchool, technician: MadePerson) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.take(technician.actor, order.id)
    with pytest.raises(Conflict, match=technician.name):
        await repairs.complete(
            technician.actor, order.id, resolution="New cable", version=order.version
        )


async def test_the_asset_returns_when_its_last_order_closes(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    first = await factories_repairs.order(asset, fault="screen")
    second = await factories_repairs.order(asset, fault="keyboard")
    await repairs.complete(technician.actor, first.id, resolution="New cable")
    assert await factories_repairs.lifecycle_of(asset) == "in_repair"
    await repairs.cancel(technician.actor, second.id, reason="Works after all")
    assert await factories_repairs.lifecycle_of(asset) == "in_service"


async def test_orders_closed_at_once_give_the_asset_back_once(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    orders = [await factories_repairs.order(asset, fault=f"fault {n}") for n in range(6)]
    await asyncio.gather(
        *(repairs.complete(technician.actor, order.id, resolution="Done") for order in orders)
    )
    assert await factories_repairs.lifecycle_of(asset) == "in_service"
    assert await database.fetch_value("SELECT count(*) FROM asset_step") == 2


async def test_an_asset_moved_on_meanwhile_is_left_where_it_is(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    await factories.step(asset, "lost")
    await repairs.cancel(technician.actor, order.id, reason="It cannot be found")
    assert await factories_repairs.lifecycle_of(asset) == "lost"


async def test_completion_notes_the_condition(school: MadeSchool, technician: MadePerson) -> None:
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    await repairs.complete(
        technician.actor, order.id, resolution="Runs, one key dead", condition="degraded"
    )
    condition = await database.fetch_value("SELECT condition FROM asset WHERE id = $1", asset.id)
    assert condition == "degraded"


async def test_a_closed_order_cannot_be_changed_in_the_database_either(
    school: MadeSchool, technician: MadePerson
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.complete(technician.actor, order.id, resolution="New cable")
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("UPDATE work_order SET resolution = 'Other' WHERE id = $1", order.id)


async def test_closing_says_how_it_ended(school: MadeSchool, technician: MadePerson) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    with pytest.raises(Invalid) as refused:
        await repairs.complete(technician.actor, order.id, resolution="  ")
    assert refused.value.field == "resolution"


@pytest.mark.parametrize("role", [Role.teacher, Role.student_helper, Role.auditor])
@pytest.mark.parametrize("action", list(Action))
async def test_only_technicians_and_admins_move_an_order(
    role: Role, action: Action, school: MadeSchool, technician: MadePerson
) -> None:
    who = await factories.person(role, school)
    order = await factories_repairs.order(await factories.asset(school))
    if role is not Role.auditor:
        assert await _report(who, order)
    with pytest.raises(Forbidden):
        await STEPS[action](who.actor, order.id)
    assert repairs.actions_for(who.actor, order) == []


async def _report(who: MadePerson, order: repairs.WorkOrder) -> repairs.Reported:
    return await repairs.report_fault(who.actor, order.asset_tag, "Seen too")


async def test_nobody_moves_another_schools_order(school: MadeSchool) -> None:
    stranger = await factories.person(Role.technician, await factories.school())
    order = await factories_repairs.order(await factories.asset(school))
    for step in STEPS.values():
        with pytest.raises((NotFound, Forbidden)) as refused:
            await step(stranger.actor, order.id)
        assert refused.type is NotFound


async def test_work_is_given_to_those_who_repair_at_the_school(
    school: MadeSchool, technician: MadePerson
) -> None:
    helper = await factories.person(Role.student_helper, school)
    teacher = await factories.person(Role.teacher, school)
    stranger = await factories.person(Role.technician, await factories.school())
    order = await factories_repairs.order(await factories.asset(school))
    given = await repairs.assign(technician.actor, order.id, assignee_id=helper.id)
    assert given.assignee == helper.name
    for who in (teacher, stranger):
        with pytest.raises(Invalid):
            await repairs.assign(technician.actor, order.id, assignee_id=who.id)


async def test_resuming_keeps_whoever_had_the_work(
    school: MadeSchool, technician: MadePerson
) -> None:
    other = await factories.person(Role.technician, school)
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.take(other.actor, order.id)
    await repairs.wait_for_parts(technician.actor, order.id)
    assert (await repairs.resume(technician.actor, order.id)).assignee == other.name


async def test_downtime_runs_to_the_closing_or_to_now(
    school: MadeSchool, technician: MadePerson
) -> None:
    asset = await factories.asset(school)
    closed = await factories_repairs.past_order(
        asset, now() - timedelta(hours=5), now() - timedelta(hours=2)
    )
    running = await factories_repairs.past_order(asset, now() - timedelta(minutes=90), None)
    order = await repairs.get_work_order(technician.actor, closed)
    assert order.downtime_seconds == pytest.approx(3 * 3600, abs=PATIENCE_SECONDS)
    order = await repairs.get_work_order(technician.actor, running)
    assert order.downtime_seconds == pytest.approx(90 * 60, abs=PATIENCE_SECONDS)


async def test_lists_keep_to_what_the_reader_may_see(
    school: MadeSchool, technician: MadePerson
) -> None:
    teacher = await factories.person(Role.teacher, school)
    stranger = await factories.person(Role.technician, await factories.school())
    own = await repairs.report_fault(
        teacher.actor, (await factories.asset(school)).tag, "No picture"
    )
    other = await factories_repairs.order(await factories.asset(school))

    async def seen_by(who: MadePerson) -> set[int]:
        page = await repairs.list_work_orders(who.actor, WorkOrderFilter())
        return {order.id for order in page.items}

    assert await seen_by(technician) == {own.work_order_id, other.id}
    assert await seen_by(teacher) == {own.work_order_id}
    assert await seen_by(stranger) == set()
    with pytest.raises(NotFound):
        await repairs.get_work_order(teacher.actor, other.id)


async def test_a_list_is_narrowed_and_paged(school: MadeSchool, technician: MadePerson) -> None:
    room = await factories.place(school)
    cabinet = await factories.place(school, "cabinet", room)
    inside = await factories_repairs.order(await factories.asset(school, place=cabinet))
    outside = await factories_repairs.order(await factories.asset(school))
    await repairs.take(technician.actor, outside.id)
    done = await factories_repairs.order(await factories.asset(school))
    await repairs.complete(technician.actor, done.id, resolution="Done")

    async def found(**narrowed: object) -> list[int]:
        page = await repairs.list_work_orders(
            technician.actor,
            WorkOrderFilter(**narrowed),  # type: ignore[arg-type]
        )
        return [order.id for order in page.items]

    assert await found() == [done.id, outside.id, inside.id]
    assert await found(place_id=room) == [inside.id]
    assert await found(mine=True) == [outside.id]
    assert await found(state="unfinished") == [outside.id, inside.id]
    assert await found(state="completed") == [done.id]
    assert await found(tag=outside.asset_tag.lower()) == [outside.id]
    assert await found(q=inside.asset_tag) == [inside.id]
    assert await found(q="stays DARK", severity="critical") == []
    first = await repairs.list_work_orders(technician.actor, WorkOrderFilter(), limit=2)
    rest = await repairs.list_work_orders(
        technician.actor, WorkOrderFilter(), limit=2, cursor=first.next_cursor
    )
    assert [o.id for o in first.items + rest.items] == [done.id, outside.id, inside.id]
    assert rest.next_cursor is None


async def test_the_gravest_and_oldest_come_first_in_what_to_do(
    school: MadeSchool, technician: MadePerson
) -> None:
    ids = []
    for severity in ("normal", "critical", "low", "critical"):
        asset = await factories.asset(school)
        order = await repairs.open_work_order(
            factories_repairs.worker(school.id),
            asset_id=asset.id,
            source="alert",
            fault="x",
            summary="x",
            severity=severity,  # type: ignore[arg-type]
        )
        ids.append(order.id)
    urgent = await repairs.list_most_urgent(technician.actor)
    assert [o.id for o in urgent] == [ids[1], ids[3], ids[0], ids[2]]
