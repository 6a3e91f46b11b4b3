"""What is out is renewed by the desk, and so often by its borrower himself."""

import asyncio
from datetime import date, timedelta

import pytest

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, Problem
from inventory import custody
from inventory.custody import CustodyFilters, Due, Holder
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
ZONE = "Asia/Shanghai"


async def _lent(
    days: int | None = 3, *, of_borrower: bool = True
) -> tuple[MadeSchool, MadePerson, MadePerson, str]:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school)
    tag = (await factories.asset(school)).tag
    holder = Holder(person_id=teacher.id) if of_borrower else Holder(group="5B")
    due_on = None if days is None else clock.today(ZONE) + timedelta(days=days)
    await custody.hand_out(technician.actor, [tag], holder, due_on=due_on)
    return school, technician, teacher, tag


async def test_the_desk_renews_many_and_keeps_how() -> None:
    school, technician, teacher, tag = await _lent()
    other = (await factories.asset(school)).tag
    await custody.hand_out(technician.actor, [other], Holder(group="5B"))
    day = clock.today(ZONE) + timedelta(days=30)
    renewed = await custody.renew(technician.actor, [tag, other], Due(day))
    assert [(loan.due_on, loan.renewals) for loan in renewed] == [(day, 1)] * 2
    loan = next(one for one in renewed if one.tag == tag)
    (renewal,) = await custody.list_renewals(technician.actor, loan.id)
    assert (renewal.by, renewal.is_own, renewal.due_at) == (technician.name, False, loan.due_at)
    assert renewal.from_due_at is not None and renewal.from_due_at < renewal.due_at
    with pytest.raises(Forbidden):
        await custody.renew(teacher.actor, [tag], Due(day + timedelta(days=1)))


async def test_of_many_each_that_cannot_be_renewed_is_named_and_none_is() -> None:
    school, technician, _, tag = await _lent(days=60)
    idle = (await factories.asset(school)).tag
    late = (await factories.asset(school)).tag
    await custody.hand_out(technician.actor, [late], Holder(group="5B"))
    with pytest.raises(Problem) as refused:
        await custody.renew(
            technician.actor, [tag, late, idle], Due(clock.today(ZONE) + timedelta(days=30))
        )
    assert [(e.index, e.code) for e in refused.value.errors] == [
        (0, "not_later"),
        (2, "not_in_custody"),
    ]
    assert await database.fetch_value("SELECT count(*) FROM custody_renewal") == 0
    with pytest.raises(Invalid) as asked:
        await custody.renew(technician.actor, [late], Due())
    assert asked.value.field == "due_on"


async def test_a_borrower_renews_as_often_as_the_school_allows() -> None:
    school, _, teacher, tag = await _lent()
    await database.execute(
        "UPDATE school SET renewals_most = 2, renewal_days = 7 WHERE id = $1", school.id
    )
    for times in (1, 2):
        (loan,) = await custody.renew_own(teacher.actor, [tag])
        assert loan.renewals == times
        # On a day with lessons, a week later at least.
        assert loan.due_on is not None and loan.due_on.isoweekday() < 6
        assert loan.due_on >= clock.today(ZONE) + timedelta(days=3 + 7 * times)
    with pytest.raises(Conflict) as refused:
        await custody.renew_own(teacher.actor, [tag])
    assert refused.value.code == "renewed_enough"


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        ("UPDATE custody SET due_at = now() - interval '1 hour'", "overdue"),
        ("UPDATE custody SET due_at = NULL", "no_due"),
        ("UPDATE school SET renewals_most = 0", "renewed_enough"),
        ("UPDATE custody SET holder = handed_by", "not_in_custody"),
    ],
)
async def test_a_borrower_does_not_renew(prepare: str, code: str) -> None:
    _, _, teacher, tag = await _lent()
    await database.execute(prepare)
    with pytest.raises(Conflict) as refused:
        await custody.renew_own(teacher.actor, [tag])
    assert refused.value.code == code


async def test_what_somebody_has_booked_is_not_renewed() -> None:
    _, technician, teacher, tag = await _lent()
    await database.execute(
        "INSERT INTO hold (school, kind, asset, quantity, starts_at, ends_at, group_name, purpose,"
        " person, made_by, made_at, version) SELECT a.school, 'booking', a.id, 1,"
        " now() + interval '5 days', now() + interval '6 days', '', '', $2, $2, now(), 1"
        " FROM asset a WHERE a.tag = $1",
        tag,
        technician.id,
    )
    with pytest.raises(Conflict) as refused:
        await custody.renew_own(teacher.actor, [tag])
    assert refused.value.code == "booked"
    day = clock.today(ZONE) + timedelta(days=30)
    with pytest.raises(Conflict):
        await custody.renew(technician.actor, [tag], Due(day))


async def test_32_parallel_renewals_are_as_many_as_are_allowed() -> None:
    _, _, teacher, tag = await _lent()
    results = await asyncio.gather(
        *(custody.renew_own(teacher.actor, [tag]) for _ in range(32)), return_exceptions=True
    )
    done = [result for result in results if isinstance(result, list)]
    assert len(done) == 2
    assert all(isinstance(result, list | Conflict) for result in results)
    (loan,) = (await custody.list_custody(teacher.actor, CustodyFilters(mine=True))).items
    (last,) = [
        r for r in await custody.list_renewals(teacher.actor, loan.id) if r.due_at == loan.due_at
    ]
    assert (loan.renewals, last.is_own) == (2, True)


@pytest.mark.parametrize(
    ("due", "field"),
    [
        (Due(date(2101, 1, 1)), "due_on"),
        (Due(due_period_id=10**9), "due_period_id"),
        (Due(date(2099, 1, 1), "term"), "due_on"),
        (Due(due_by="term"), "due_by"),
    ],
)
async def test_a_moment_that_is_none_is_refused_at_its_field(due: Due, field: str) -> None:
    _, technician, _, tag = await _lent()
    with pytest.raises(Invalid) as refused:
        await custody.renew(technician.actor, [tag], due)
    assert refused.value.field == field


async def test_a_lesson_is_over_by_the_clock_of_its_school() -> None:
    school, technician, _, tag = await _lent()
    await database.execute("UPDATE school SET zone = 'Asia/Urumqi' WHERE id = $1", school.id)
    period = await database.fetch_value(
        "INSERT INTO lesson_period (school, position, name, starts, ends)"
        " VALUES ($1, 3, '第3节', '10:00', '10:45') RETURNING id",
        school.id,
    )
    day = clock.today("Asia/Urumqi") + timedelta(days=10)
    (loan,) = await custody.renew(technician.actor, [tag], Due(day, None, period))
    assert loan.due_at is not None
    assert (loan.due_at.hour, loan.due_at.minute) == (4, 45)
    assert (loan.due_on, loan.due_lesson) == (day, "第3节")
    yesterday = clock.today("Asia/Urumqi") - timedelta(days=1)
    with pytest.raises(Invalid, match="past"):
        await custody.renew(technician.actor, [tag], Due(yesterday, None, period))
