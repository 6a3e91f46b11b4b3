"""Alerts and people who want mail about them, for the tests of notices."""

from zoneinfo import ZoneInfo

import msgspec

from core import database
from core.access import Role
from core.errors import say
from core.settings import MailSettings
from labshare.stationery import FaceStationery
from monitoring import notices
from monitoring.notices import NewSubscription
from tests import factories, factories_monitoring
from tests.factories import MadePerson, MadeSchool

PAPER = FaceStationery("https://labshare.example")
SHANGHAI = ZoneInfo("Asia/Shanghai")


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
