"""An alert that nobody takes care of is told step by step."""

import asyncio

import pytest

from core import database
from core.access import Role
from core.errors import Forbidden, Invalid
from core.settings import MailSettings
from monitoring import notices
from monitoring.notices import NewStep
from tests import factories
from tests.monitoring.mailed import (
    alert,
    subscribed,
    tell,
)
from tests.postbox import Postbox

pytestmark = pytest.mark.usefixtures("db")


async def test_an_alert_that_nobody_takes_care_of_climbs_step_by_step(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    admin = await subscribed(Role.admin, school, "admin@school.example", at_once=False)
    await subscribed(Role.technician, school, "tech@school.example", at_once=False)
    await notices.set_steps(
        admin.actor, school.id, [NewStep(10, role="technician"), NewStep(60, role="admin")]
    )
    alert_id = await alert(school, minutes_ago=20)
    await tell(settings)
    assert [mail["To"] for mail in box.mail] == ["tech@school.example"]
    await database.execute("UPDATE alert SET raised_at = now() - interval '2 hours'")
    await tell(settings)
    assert [mail["To"] for mail in box.mail] == ["tech@school.example", "admin@school.example"]
    await tell(settings)
    assert len(box.mail) == 2
    assert await database.fetch_value("SELECT escalated_to FROM alert WHERE id = $1", alert_id) == 2


async def test_an_alert_that_somebody_takes_care_of_climbs_no_further(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    admin = await subscribed(Role.admin, school, "admin@school.example", at_once=False)
    await notices.set_steps(admin.actor, school.id, [NewStep(10, role="admin")])
    await alert(school, minutes_ago=20)
    await database.execute(
        "UPDATE alert SET acknowledged_at = now(), acknowledged_by = $1", admin.id
    )
    await tell(settings)
    assert box.mail == []


async def test_thirty_two_workers_at_once_promise_each_mail_once() -> None:
    school = await factories.school()
    admin = await subscribed(Role.admin, school, "admin@school.example")
    await notices.set_steps(admin.actor, school.id, [NewStep(1, role="admin")])
    for _ in range(5):
        await alert(school)
    await asyncio.gather(*(notices.enqueue_notices() for _ in range(32)))
    await notices.enqueue_notices()
    counted = await database.fetch_value(
        "SELECT jsonb_object_agg(kind, n) FROM (SELECT kind, count(*) AS n FROM alert_notice"
        " GROUP BY 1) k"
    )
    assert counted == {"raised": 5, "escalated": 5}


async def test_thirty_two_admins_at_once_leave_one_of_their_ladders_whole() -> None:
    school = await factories.school()
    admin = await factories.person(Role.admin, school)
    ladders = [
        [NewStep(number, role="technician"), NewStep(number + 100, role="admin")]
        for number in range(1, 33)
    ]
    await asyncio.gather(*(notices.set_steps(admin.actor, school.id, ladder) for ladder in ladders))
    kept = [step.after_minutes for step in await notices.list_steps(admin.actor, school.id)]
    assert kept in [[step.after_minutes for step in ladder] for ladder in ladders]


async def test_every_wrong_step_is_named() -> None:
    school = await factories.school()
    admin = await factories.person(Role.admin, school)
    stranger = await factories.person(Role.technician, await factories.school())
    with pytest.raises(Invalid) as refused:
        await notices.set_steps(
            admin.actor,
            school.id,
            [NewStep(60), NewStep(30, role="admin"), NewStep(90, person_id=stranger.id)],
        )
    fields = [error.field for error in refused.value.errors]
    assert fields == ["steps.1.after_minutes", "steps.2.person_id"]
    technician = await factories.person(Role.technician, school)
    with pytest.raises(Forbidden):
        await notices.set_steps(technician.actor, school.id, [])
