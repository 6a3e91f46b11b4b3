"""The period of the usage report's tests, and what they count in it.

The period is Monday 2 March to Wednesday 4 March 2026, three days in Shanghai (UTC+8): from
1 March 16:00 UTC to 4 March 16:00 UTC. ``on(day, hour)`` is a moment on the school's wall clock.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from inventory.usage import Period
from monitoring.usage.report import UsageFigures, usage
from tests import factories
from tests import factories_usage as made
from tests.factories import MadeAsset, MadePerson, MadeSchool

SHANGHAI = ZoneInfo("Asia/Shanghai")
PERIOD = Period(date(2026, 3, 2), date(2026, 3, 4))
LONG_AGO = datetime(2025, 9, 1, tzinfo=SHANGHAI)


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, tzinfo=SHANGHAI) + timedelta(days=day - 1)


async def asset_of(school: MadeSchool, since: datetime = LONG_AGO, **facts: object) -> MadeAsset:
    return await made.created(await factories.asset(school, **facts), since)  # type: ignore[arg-type]


async def totals(admin: MadePerson) -> UsageFigures:
    return (await usage(admin.actor, "school", PERIOD)).totals
