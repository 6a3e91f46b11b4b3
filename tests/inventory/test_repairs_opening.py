"""Opening work orders, and what it does to the asset."""

import asyncio

import asyncpg
import pytest

from core import audit, clock, database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound, say
from inventory import repairs
from inventory.repairs import outages
from tests import factories, factories_repairs

pytestmark = pytest.mark.usefixtures("db")


async def test_a_new_order_puts_the_asset_in_repair() -> None:
    asset = await factories.asset(await factories.school())
    order = await factories_repairs.order(asset)
    assert (order.state, order.asset_state) == ("open", "in_repair")
    steps = await database.fetch_value(
        "SELECT array_agg(from_state || ' ' || to_state || ' ' || reason) FROM asset_step"
    )
    assert steps == [f"in_service in_repair WO-{order.id}"]


async def test_an_asset_not_in_service_keeps_its_state() -> None:
    asset = await factories.asset(await factories.school(), lifecycle="triage")
    assert (await factories_repairs.order(asset)).asset_state == "triage"


async def test_thirty_two_openings_of_one_fault_make_one_order() -> None:
    school = await factories.school()
    teacher = await factories.person(Role.teacher, school)
    asset = await factories.asset(school)
    openings = [
        repairs.report_fault(teacher.actor, asset.tag, "No picture")
        if n % 2
        else factories_repairs.order(asset)
        for n in range(32)
    ]
    await asyncio.gather(*openings)  # type: ignore[arg-type]
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 1
    assert await database.fetch_value("SELECT count(*) FROM asset_step") == 1


async def test_a_fault_that_was_mended_may_come_again() -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    first = await factories_repairs.order(asset)
    await repairs.complete(technician.actor, first.id, resolution="New cable")
    assert (await factories_repairs.order(asset)).id != first.id


async def test_an_opening_shares_the_callers_transaction() -> None:
    asset = await factories.asset(await factories.school())

    async def open_then_fail() -> None:
        async with database.transaction(factories_repairs.worker(asset.school_id)):
            await factories_repairs.order(asset)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await open_then_fail()
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 0
    assert await factories_repairs.lifecycle_of(asset) == "in_service"


async def test_what_has_left_the_books_is_not_repaired() -> None:
    asset = await factories.asset(await factories.school(), lifecycle="disposed")
    with pytest.raises(Conflict, match=asset.tag):
        await factories_repairs.order(asset)


async def test_a_workers_summary_stays_a_sentence_with_values() -> None:
    asset = await factories.asset(await factories.school())
    order = await repairs.open_work_order(
        factories_repairs.worker(asset.school_id),
        asset_id=asset.id,
        source="alert",
        fault="supply_low/1",
        summary=say("{reading} is at {value} %", reading=say("Toner"), value=4),
    )
    assert order.wording == say("{reading} is at {value} %", reading=say("Toner"), value=4)
    assert order.opened_by == ""


async def test_a_second_report_joins_the_first_as_an_entry() -> None:
    school = await factories.school()
    one, two = [await factories.person(Role.teacher, school) for _ in range(2)]
    asset = await factories.asset(school)
    first = await repairs.report_fault(one.actor, asset.tag.lower(), "No picture")
    second = await repairs.report_fault(two.actor, asset.tag, "It smells of smoke")
    assert (first.is_new, second.is_new) == (True, False)
    assert first.work_order_id == second.work_order_id
    [entry] = await repairs.list_entries(two.actor, second.work_order_id)
    assert (entry.by, entry.found) == (two.name, "It smells of smoke")


@pytest.mark.parametrize("what", ["", "   ", "x" * 401])
async def test_a_report_says_what_is_wrong_in_a_sentence(what: str) -> None:
    school = await factories.school()
    asset = await factories.asset(school)
    teacher = await factories.person(Role.teacher, school)
    with pytest.raises(Invalid) as refused:
        await repairs.report_fault(teacher.actor, asset.tag, what)
    assert refused.value.field == "what"


async def test_a_fault_of_another_school_cannot_be_reported() -> None:
    teacher = await factories.person(Role.teacher, await factories.school())
    asset = await factories.asset(await factories.school())
    with pytest.raises(NotFound):
        await repairs.report_fault(teacher.actor, asset.tag, "No picture")


async def test_an_auditor_only_reads() -> None:
    school = await factories.school()
    auditor = await factories.person(Role.auditor, school)
    asset = await factories.asset(school)
    with pytest.raises(Forbidden):
        await repairs.report_fault(auditor.actor, asset.tag, "No picture")
    order = await factories_repairs.order(asset)
    assert (await repairs.get_work_order(auditor.actor, order.id)).id == order.id
    with pytest.raises(Forbidden):
        await repairs.comment(auditor.actor, order.id, "Seen")


async def test_history_names_the_reporter() -> None:
    school = await factories.school()
    teacher = await factories.person(Role.teacher, school)
    asset = await factories.asset(school)
    reported = await repairs.report_fault(teacher.actor, asset.tag, "No picture")
    [change] = await audit.list_history("work_order", reported.work_order_id)
    assert change.actor_name == teacher.name


async def test_32_parallel_changes_of_use_leave_no_two_outages_at_once() -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    order = await factories_repairs.order(asset)
    await asyncio.gather(
        *(repairs.set_usable(technician.actor, order.id, is_usable=bool(n % 2)) for n in range(32))
    )
    open_outages = await database.fetch_value(
        "SELECT count(*) FROM work_order_outage WHERE ended_at IS NULL"
    )
    now = await repairs.get_work_order(technician.actor, order.id)
    assert open_outages == (0 if now.keeps_in_service else 1)
    assert now.asset_state == ("in_service" if now.keeps_in_service else "in_repair")
    await repairs.set_usable(technician.actor, order.id, is_usable=False)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await outages.begin(order.id, school.id, clock.now())
