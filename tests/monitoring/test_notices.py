"""Mail about alerts: owed once, sent in the reader's language, never after the trouble is over."""

import asyncio

import pytest

from core import database, leases
from core.access import Actor, Role
from core.errors import Forbidden, Invalid, NotFound
from core.settings import MailSettings
from monitoring import notices
from monitoring.notices import NewSubscription, sending
from tests import factories
from tests.monitoring.mailed import (
    PAPER,
    alert,
    clear,
    subscribed,
    tell,
)
from tests.postbox import Postbox

pytestmark = pytest.mark.usefixtures("db")


async def test_an_alert_is_told_once_and_its_end_once(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "tech@school.example")
    alert_id = await alert(school)
    assert [await tell(settings), await tell(settings)] == [1, 0]
    await clear(alert_id)
    assert [await tell(settings), await tell(settings)] == [1, 0]
    raised, over = box.mail
    assert raised["To"] == "tech@school.example"
    assert "一号交换机" in raised["Subject"]
    assert f"https://labshare.example/alerts/{alert_id}" in raised.get_content()
    assert raised["Message-ID"] != over["Message-ID"]


async def test_what_is_over_before_its_mail_left_is_not_told_at_all(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "tech@school.example")
    alert_id = await alert(school)
    await notices.enqueue_notices()
    await clear(alert_id)
    assert await tell(settings) == 0
    assert box.mail == []


@pytest.mark.parametrize(
    ("why", "severity", "minutes_ago", "least", "days_ago"),
    [
        ("it may clear within moments", "critical", 0.1, "warning", 2),
        ("it is only a warning", "warning", 5, "critical", 2),
        ("it is older than the wish to hear", "critical", 5, "warning", 0),
        ("it is no news any more", "critical", 3 * 24 * 60, "warning", 9),
    ],
)
async def test_some_alerts_are_not_told(
    why: str,
    severity: str,
    minutes_ago: float,
    least: str,
    days_ago: int,
    postbox: tuple[Postbox, MailSettings],
) -> None:
    _, settings = postbox
    school = await factories.school()
    await subscribed(
        Role.admin, school, "a@school.example", days_ago=days_ago, least_severity=least
    )
    await alert(school, minutes_ago=minutes_ago, severity=severity)
    assert await tell(settings) == 0, why


async def test_who_left_the_school_hears_no_more(postbox: tuple[Postbox, MailSettings]) -> None:
    box, settings = postbox
    school = await factories.school()
    gone = await subscribed(Role.technician, school, "gone@school.example")
    await subscribed(Role.technician, school, "here@school.example")
    await database.execute("UPDATE membership SET valid_until = now() WHERE person = $1", gone.id)
    await alert(school)
    await tell(settings)
    assert [mail["To"] for mail in box.mail] == ["here@school.example"]


async def test_nobody_hears_of_another_school(postbox: tuple[Postbox, MailSettings]) -> None:
    _, settings = postbox
    ours, theirs = await factories.school(), await factories.school()
    technician = await subscribed(Role.technician, ours, "tech@school.example")
    await alert(theirs)
    assert await tell(settings) == 0
    with pytest.raises(NotFound):
        await notices.subscribe(technician.actor, theirs.id, NewSubscription("a@b.example"))


async def test_many_at_once_come_as_one_mail(postbox: tuple[Postbox, MailSettings]) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "tech@school.example")
    for _ in range(7):
        await alert(school)
    assert await tell(settings) == 1
    assert "7" in box.mail[0]["Subject"]
    assert box.mail[0].get_content().count("一号交换机") == 7


async def test_what_the_server_refuses_for_ever_is_kept_with_its_answer_and_the_rest_is_sent(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "550@school.example")
    await subscribed(Role.technician, school, "tech@school.example")
    await alert(school)
    assert [await tell(settings), await tell(settings)] == [1, 0]
    assert [mail["To"] for mail in box.mail] == ["tech@school.example"]
    trouble = await database.fetch_value("SELECT trouble FROM alert_notice WHERE sent_at IS NULL")
    assert trouble.startswith("550")


async def test_a_mailbox_that_takes_nothing_now_keeps_nobody_else_waiting(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    full = await subscribed(Role.technician, school, "450@school.example")
    await subscribed(Role.technician, school, "tech@school.example")
    await alert(school)
    assert [await tell(settings), await tell(settings)] == [1, 0]
    assert [mail["To"] for mail in box.mail] == ["tech@school.example"]
    waiting = await database.fetch_value("SELECT person FROM alert_notice WHERE sent_at IS NULL")
    assert waiting == full.id


async def test_a_mailbox_that_takes_nothing_is_asked_ever_more_slowly_and_given_up_after_days(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    _, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "450@school.example")
    await alert(school)
    await tried_often()
    for attempt in (OFTEN + 1, OFTEN + 2):
        assert [await tell(settings), await tell(settings)] == [0, 0]
        assert await waits_after(attempt), "asked once, and not again before its wait is over"
        await database.execute("UPDATE alert_notice SET due_at = now()")
    await database.execute("UPDATE alert_notice SET created_at = now() - interval '6 days'")
    assert await tell(settings) == 0
    trouble = await database.fetch_value("SELECT trouble FROM alert_notice")
    assert "not here" in trouble, "given up, with the server's answer"


async def test_a_mail_that_cannot_be_written_stops_nobody_elses(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    one, other = await factories.school(), await factories.school()
    await subscribed(Role.technician, one, "first@school.example")
    await subscribed(Role.technician, other, "second@school.example")
    # No computer knows the time there.
    await database.execute("UPDATE school SET zone = 'Nowhere/Land' WHERE id = $1", one.id)
    await alert(one)
    await alert(other)
    await tried_often()
    assert [await tell(settings), await tell(settings)] == [1, 0]
    assert [mail["To"] for mail in box.mail] == ["second@school.example"]
    assert await waits_after(OFTEN + 1)


# The first waits are seconds, which a busy computer may need for the test itself.
OFTEN = 10


async def tried_often() -> None:
    """Enqueue what is due, as if it had been tried many times already."""
    await notices.enqueue_notices()
    await database.execute("UPDATE alert_notice SET attempts = $1", OFTEN)


async def waits_after(attempt: int) -> bool:
    """Whether the notice that is not sent was tried so often, and waits for long."""
    return bool(
        await database.fetch_value(
            "SELECT attempts = $1 AND due_at > now() + interval '5 minutes' AND trouble IS NULL"
            " FROM alert_notice WHERE sent_at IS NULL",
            attempt,
        )
    )


async def test_thirty_two_senders_at_once_send_each_mail_once(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    for number in range(5):
        await subscribed(Role.technician, school, f"tech{number}@school.example")
    await alert(school)
    await notices.enqueue_notices()
    sent = await asyncio.gather(*(notices.send_notices(settings, PAPER) for _ in range(32)))
    assert sum(sent) == len(box.mail) == len({mail["To"] for mail in box.mail}) == 5


async def test_what_a_killed_sender_held_is_sent_after_its_lease(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    _, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "tech@school.example")
    await alert(school)
    await notices.enqueue_notices()
    assert await leases.claim(sending._Claim, sending.QUEUE)
    assert await tell(settings) == 0
    await database.execute("UPDATE alert_notice SET due_at = now() - interval '1 second'")
    assert await tell(settings) == 1


async def test_who_leaves_while_the_server_is_away_is_told_no_more(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    _, settings = postbox
    school = await factories.school()
    gone = await subscribed(Role.technician, school, "gone@school.example")
    await alert(school)
    await notices.enqueue_notices()
    await database.execute("UPDATE membership SET valid_until = now() WHERE person = $1", gone.id)
    assert await notices.send_notices(settings, PAPER) == 0


@pytest.mark.parametrize("email", ["a@[b", "x,y@b", "(@b", "tech@", "tech"])
async def test_what_is_no_address_is_refused_before_it_stops_the_mail_of_all(email: str) -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    with pytest.raises(Invalid):
        await notices.subscribe(technician.actor, school.id, NewSubscription(email))


async def test_a_server_that_is_away_loses_nothing(postbox: tuple[Postbox, MailSettings]) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "tech@school.example")
    await alert(school)
    away = MailSettings("127.0.0.1", 9, settings.sender, "none")
    assert await tell(away) == 0
    assert await tell(settings) == 1
    assert len(box.mail) == 1


async def test_a_system_actor_has_no_mail() -> None:
    school = await factories.school()
    with pytest.raises(Forbidden):
        await notices.subscribe(
            Actor.system("monitoring", [school.id]), school.id, NewSubscription("a@b.example")
        )
