"""Mail about alerts: owed once, sent in the reader's language, never after the trouble is over."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from core import database, leases
from core.access import Actor, Role
from core.errors import Forbidden, Invalid, NotFound, say
from core.settings import MailSettings
from labshare.stationery import FaceStationery
from monitoring import notices
from monitoring.notices import NewStep, NewSubscription, sending
from monitoring.notices.digests import due_at
from tests import factories, factories_monitoring
from tests.factories import MadePerson, MadeSchool
from tests.postbox import Postbox
from tests.postbox import running as postbox_server

pytestmark = pytest.mark.usefixtures("db")

PAPER = FaceStationery("https://labshare.example")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def postbox() -> AsyncIterator[tuple[Postbox, MailSettings]]:
    async with postbox_server() as server:
        yield server


async def alert(
    of: MadeSchool, *, minutes_ago: float = 5, severity: str = "critical", instance: str = ""
) -> int:
    device = await factories_monitoring.device(of)
    created: int = await database.fetch_value(
        "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)"
        " VALUES ($1, $2, 'unreachable', $3, $4, $5, now() - make_interval(secs => $6)) RETURNING id",
        of.id,
        device.id,
        instance,
        severity,
        msgspec.json.encode(say("{device} does not answer", device="一号交换机")).decode(),
        minutes_ago * 60,
    )
    return created


async def clear(alert_id: int) -> None:
    await database.execute("UPDATE alert SET cleared_at = now() WHERE id = $1", alert_id)


async def subscribed(
    role: Role, of: MadeSchool, email: str, *, days_ago: int = 2, **how: object
) -> MadePerson:
    person = await factories.person(role, of)
    new = msgspec.convert({"email": email, "at_once": True, **how}, NewSubscription)
    await notices.subscribe(person.actor, of.id, new)
    await database.execute(
        "UPDATE alert_subscription SET created_at = now() - make_interval(days => $2)"
        " WHERE person = $1",
        person.id,
        days_ago,
    )
    return person


async def tell(settings: MailSettings) -> int:
    await notices.enqueue_notices()
    return await notices.send_notices(settings, PAPER)


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


@pytest.mark.parametrize(
    ("digest", "hour", "now", "due"),
    [
        ("daily", 7, "2026-11-25T07:00", "2026-11-25T07:00"),
        ("daily", 7, "2026-11-25T06:59", "2026-11-24T07:00"),
        ("daily", 0, "2026-11-25T00:00", "2026-11-25T00:00"),
        ("weekly", 7, "2026-11-23T06:59", "2026-11-16T07:00"),
        ("weekly", 7, "2026-11-23T07:00", "2026-11-23T07:00"),
        ("weekly", 23, "2026-11-29T23:30", "2026-11-23T23:00"),
        ("weekly", 7, "2026-12-01T08:00", "2026-11-30T07:00"),
    ],
)
def test_a_digest_is_due_by_the_schools_clock(digest: str, hour: int, now: str, due: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)

    kind = msgspec.convert(digest, notices.digests.Digest)
    assert due_at(kind, hour, at(now).astimezone(UTC), SHANGHAI) == at(due)


async def test_a_missed_digest_goes_out_once_with_what_is_open_and_what_is_over(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    hour = (datetime.now(SHANGHAI) - timedelta(hours=1)).hour
    await subscribed(
        Role.technician, school, "t@school.example", at_once=False, digest="daily", digest_hour=hour
    )
    await alert(school, minutes_ago=600)
    await clear(await alert(school, minutes_ago=300))
    assert await notices.send_digests(settings, PAPER) == 1
    assert await notices.send_digests(settings, PAPER) == 0
    (mail,) = box.mail
    assert mail.get_content().count("一号交换机") == 2


async def test_a_quiet_day_sends_nothing_and_a_quiet_week_says_so(
    postbox: tuple[Postbox, MailSettings],
) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "day@school.example", digest="daily", days_ago=9)
    await subscribed(Role.technician, school, "week@school.example", digest="weekly", days_ago=9)
    assert await notices.send_digests(settings, PAPER) == 1
    assert [mail["To"] for mail in box.mail] == ["week@school.example"]


async def test_a_system_actor_has_no_mail() -> None:
    school = await factories.school()
    with pytest.raises(Forbidden):
        await notices.subscribe(
            Actor.system("monitoring", [school.id]), school.id, NewSubscription("a@b.example")
        )
