"""What is open and over, gathered once a day or once a week, by the school's clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from core.access import Role
from core.mail import Mail
from core.settings import MailSettings
from monitoring import notices
from monitoring.notices.digests import due_at
from tests import factories
from tests.monitoring.mailed import (
    PAPER,
    SHANGHAI,
    alert,
    clear,
    subscribed,
)
from tests.postbox import Postbox

pytestmark = pytest.mark.usefixtures("db")


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


async def test_a_digest_that_cannot_be_written_stops_none_behind_it(
    postbox: tuple[Postbox, MailSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, settings = postbox
    school = await factories.school()
    await subscribed(Role.technician, school, "first@school.example", digest="weekly", days_ago=9)
    await subscribed(Role.technician, school, "second@school.example", digest="weekly", days_ago=9)
    whole = notices.digests.written

    def written(subscriber: notices.digests.Subscriber, *more: Any) -> Mail:
        if subscriber.email.startswith("first"):
            raise ValueError("cannot be written")
        return whole(subscriber, *more)

    with monkeypatch.context() as broken:
        broken.setattr(notices.digests, "written", written)
        assert await notices.send_digests(settings, PAPER) == 1
    assert [mail["To"] for mail in box.mail] == ["second@school.example"]
    assert await notices.send_digests(settings, PAPER) == 1, "it was still due"
