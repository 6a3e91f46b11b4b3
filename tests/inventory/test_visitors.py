"""Faults reported by visitors: bounded under 32 hands, decided once, and nothing personal is kept."""

import asyncio
from datetime import timedelta

import pytest

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from inventory import codes, repairs, visitors
from inventory.visitors.reporting import MOST_OF_A_THING, MOST_OF_AN_ADDRESS, VisitorWords
from inventory.visitors.reports import delete_old_reports
from tests import factories
from tests.factories import MadeAsset, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
SECRET = "a key of the installation"


async def _labelled(school: MadeSchool) -> tuple[MadeAsset, str]:
    made = await factories.asset(school)
    await codes.give_codes([made.tag])
    code: str = await database.fetch_value("SELECT code FROM label_code WHERE asset = $1", made.id)
    return made, code


async def _report(code: str, what: str, address: str = "192.0.2.7", contact: str = "") -> None:
    await visitors.report_as_visitor(
        code, VisitorWords(what, contact), address=address, secret=SECRET
    )


def _kinds(results: list[object]) -> list[str]:
    return sorted({type(one).__name__ for one in results})


async def test_of_32_reports_at_once_three_wait_for_a_thing() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    _, code = await _labelled(school)
    results = await asyncio.gather(
        *(_report(code, f"Broken {n}", f"192.0.2.{n}") for n in range(32)), return_exceptions=True
    )
    assert _kinds(results) == ["Conflict", "NoneType"]
    assert await visitors.count_waiting(technician.actor) == MOST_OF_A_THING


async def test_of_32_reports_from_one_address_twenty_pass() -> None:
    school = await factories.school()
    labelled = [(await _labelled(school))[1] for _ in range(32)]
    results = await asyncio.gather(
        *(_report(code, "Broken") for code in labelled), return_exceptions=True
    )
    assert _kinds(results) == ["NoneType", "TooMany"]
    stored = await database.fetch_value("SELECT count(*) FROM visitor_report")
    assert stored == MOST_OF_AN_ADDRESS
    with pytest.raises(TooMany):
        await _report(labelled[-1], "Still broken", "192.0.2.7")
    await _report(labelled[-1], "Still broken", "192.0.2.8")


async def test_the_same_words_twice_are_one_report() -> None:
    school = await factories.school()
    _, code = await _labelled(school)
    for _ in range(5):
        await _report(code, "The lamp is dark")
    assert await database.fetch_value("SELECT count(*) FROM visitor_report") == 1


async def test_one_of_32_decides_and_it_is_one_work_order() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made, code = await _labelled(school)
    await _report(code, "The lamp is dark", contact="office 12")
    (report,) = (await visitors.list_visitor_reports(technician.actor)).items
    assert (report.asset_tag, report.what, report.contact) == (
        made.tag,
        "The lamp is dark",
        "office 12",
    )
    verbs = (visitors.accept, visitors.dismiss)
    results = await asyncio.gather(
        *(verbs[n % 2](technician.actor, report.id) for n in range(32)), return_exceptions=True
    )
    won = [one for one in results if isinstance(one, visitors.VisitorReport)]
    assert len(won) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 31
    orders = await database.fetch_value("SELECT count(*) FROM work_order")
    assert orders == (won[0].work_order_id is not None)
    assert won[0].contact == ("" if won[0].work_order_id is None else "office 12")


async def test_the_contact_of_an_accepted_report_stands_beside_its_order_for_a_month() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    _, code = await _labelled(school)
    await _report(code, "The lamp is dark", contact="office 12")
    (report,) = (await visitors.list_visitor_reports(technician.actor)).items
    done = await visitors.accept(technician.actor, report.id)
    assert done.work_order_id is not None
    order = await repairs.get_work_order(technician.actor, done.work_order_id)
    assert (order.summary, order.keeps_in_service) == ("The lamp is dark", True)
    entries = await repairs.list_entries(technician.actor, order.id)
    assert "office 12" not in str([entry.wording for entry in entries])
    assert await visitors.find_contacts(technician.actor, order.id) == ["office 12"]
    helper = await factories.person("student_helper", school)
    assert await visitors.find_contacts(helper.actor, order.id) == []
    history = await database.fetch_value(
        "SELECT string_agg(a::text, '') FROM audit_event a WHERE a::text LIKE '%visitor_report%'"
    )
    assert history and "office 12" not in history
    await _report(code, "The plug is loose", contact="office 13")
    await database.execute(
        "UPDATE visitor_report SET reported_at = $1", clock.now() - timedelta(days=29)
    )
    await delete_old_reports()
    assert (
        await database.fetch_value("SELECT count(*) FROM visitor_report WHERE contact <> ''") == 2
    )
    await database.execute(
        "UPDATE visitor_report SET reported_at = $1", clock.now() - timedelta(days=31)
    )
    await delete_old_reports()
    assert (
        await database.fetch_value("SELECT count(*) FROM visitor_report WHERE contact <> ''") == 0
    )


async def test_who_has_no_part_in_repairs_neither_sees_nor_decides() -> None:
    school, other = await factories.school(), await factories.school()
    stranger = await factories.person("technician", other)
    helper = await factories.person("student_helper", school)
    technician = await factories.person("technician", school)
    _, code = await _labelled(school)
    await _report(code, "The lamp is dark")
    (report,) = (await visitors.list_visitor_reports(technician.actor)).items
    for who, refused in ((stranger, NotFound), (helper, Forbidden)):
        assert (await visitors.list_visitor_reports(who.actor)).items == []
        with pytest.raises(refused):
            await visitors.dismiss(who.actor, report.id)


async def test_a_school_that_takes_none_and_what_left_the_books_get_no_reports() -> None:
    school = await factories.school()
    ended = await factories.asset(school, lifecycle="disposed")
    await codes.give_codes([ended.tag])
    gone = await database.fetch_value("SELECT code FROM label_code WHERE asset = $1", ended.id)
    _, code = await _labelled(school)
    await database.execute(
        "UPDATE school SET takes_visitor_reports = false WHERE id = $1", school.id
    )
    with pytest.raises(Conflict):
        await _report(code, "The lamp is dark")
    await database.execute(
        "UPDATE school SET takes_visitor_reports = true WHERE id = $1", school.id
    )
    with pytest.raises(Conflict):
        await _report(gone, "The lamp is dark")
    with pytest.raises(NotFound):
        await _report("2" * 12, "The lamp is dark")
    for wrong in ("", "  \n", "x" * 401):
        with pytest.raises(Invalid):
            await _report(code, wrong)


async def test_addresses_are_forgotten_after_a_day_and_decisions_after_a_term() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    _, code = await _labelled(school)
    await _report(code, "The lamp is dark")
    await _report(code, "Nonsense")
    (newest, _) = (await visitors.list_visitor_reports(technician.actor)).items
    await visitors.dismiss(technician.actor, newest.id)
    await database.execute(
        "UPDATE visitor_report SET reported_at = $1", clock.now() - timedelta(days=2)
    )
    await database.execute(
        "UPDATE visitor_report SET decided_at = $1 WHERE decided_at IS NOT NULL",
        clock.now() - timedelta(days=91),
    )
    await delete_old_reports()
    assert await database.fetch_value("SELECT count(*) FROM visitor_report") == 1
    assert await database.fetch_value("SELECT count(sender) FROM visitor_report") == 0
