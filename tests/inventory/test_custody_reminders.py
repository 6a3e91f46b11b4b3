"""Who holds something is reminded of it once before it is due, and once when it is overdue."""

import asyncio
from datetime import timedelta

import pytest

from core import account, clock, database, outbox
from core.errors import Invalid
from core.settings import Settings
from inventory import custody
from inventory.custody import Due, Holder, reminding
from labshare import stationery
from tests import factories, postbox

pytestmark = pytest.mark.usefixtures("db")


async def _deliver() -> list[tuple[str, str, str]]:
    async with postbox.running() as (box, settings):
        handlers = stationery.sending_handlers(Settings(mail=settings))
        while await outbox.deliver_due(handlers):
            pass
        return [(str(m["To"]), str(m["Subject"]), m.get_content()) for m in box.mail]


async def test_each_reminder_is_one_mail_to_who_holds_it() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school, locale="en")
    await database.execute(
        "UPDATE person SET reminder_email = 'wang@school.example' WHERE id = $1", teacher.id
    )
    tags = [(await factories.asset(school)).tag for _ in range(4)]
    day = clock.today("Asia/Shanghai") + timedelta(days=9)
    mine = Holder(person_id=teacher.id)
    await custody.hand_out(technician.actor, tags[:3], mine, due_on=day)
    await custody.hand_out(technician.actor, tags[3:], Holder(group="5B"), due_on=day)
    assert await reminding.enqueue_reminders() == 0
    await database.execute(
        "UPDATE custody SET due_at = now() + interval '20 hours',"
        " started_at = now() - interval '3 days'"
    )
    await asyncio.gather(*(reminding.enqueue_reminders() for _ in range(8)))
    await custody.take_back(technician.actor, [tags[2]])
    ((to, subject, text),) = await _deliver()
    assert (to, subject) == ("wang@school.example", "Equipment due back soon: 2")
    assert tags[0] in text and tags[1] in text and tags[2] not in text and tags[3] not in text
    await database.execute("UPDATE custody SET due_at = now() - interval '1 hour'")
    await reminding.enqueue_reminders()
    assert [subject for _, subject, _ in await _deliver()] == ["Overdue equipment: 2"]
    assert await reminding.enqueue_reminders() == 0
    # Renewed it is another time that it is due.
    await custody.renew(technician.actor, [tags[0]], Due(day))
    await database.execute("UPDATE custody SET due_at = now() - interval '2 hours'")
    assert await reminding.enqueue_reminders() == 1


async def test_nobody_is_reminded_of_a_lesson_when_it_is_handed_out() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    teacher = await factories.person("teacher", school)
    await database.execute("UPDATE person SET reminder_email = 'wang@school.example'")
    tag = (await factories.asset(school)).tag
    today = clock.today("Asia/Shanghai")
    await custody.hand_out(technician.actor, [tag], Holder(person_id=teacher.id), due_on=today)
    assert await reminding.enqueue_reminders() == 0


async def test_an_address_for_reminders_is_one() -> None:
    teacher = await factories.person("teacher", await factories.school())
    with pytest.raises(Invalid) as refused:
        await account.update_own(teacher.actor, name="Wang", locale="en", reminder_email="wang")
    assert refused.value.field == "reminder_email"
    await account.update_own(
        teacher.actor, name="Wang", locale="en", reminder_email=" w@s.example "
    )
    assert await account.get_reminder_email(teacher.actor) == "w@s.example"
    await account.update_own(teacher.actor, name="Wang", locale="zh_CN")
    assert await account.get_reminder_email(teacher.actor) == "w@s.example"
