"""What a borrower may renew himself: as often as the school allows, by the days that it sets."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core import clock, school_days
from core.errors import Conflict, say
from core.weekly_times import moment
from inventory.custody.due import LAST_SECOND, DueMoment

RENEWED_ENOUGH = Conflict(
    say("It cannot be renewed once more; ask at the desk"), code="renewed_enough"
)


class Renewable(msgspec.Struct):
    """A loan as far as its borrower may renew it; ``own_renewals`` are those by himself."""

    school_id: int
    zone: str
    due_at: datetime | None
    own_renewals: int
    renewals_most: int
    renewal_days: int


def find_obstacle(loan: Renewable) -> Conflict | None:
    """Why its borrower may not renew it: no day is set, it is overdue, or renewed enough."""
    if loan.due_at is None:
        return Conflict(say("No day is set for it, so there is nothing to renew"), code="no_due")
    if loan.due_at < clock.now():
        return Conflict(say("It is overdue: bring it to the desk"), code="overdue")
    if loan.own_renewals >= loan.renewals_most:
        return RENEWED_ENOUGH
    return None


async def find_next_due(loan: Renewable) -> DueMoment:
    """The end of the next day with lessons, so many days after the one it is due."""
    zone = ZoneInfo(loan.zone)
    assert loan.due_at is not None
    day = loan.due_at.astimezone(zone).date() + timedelta(days=loan.renewal_days)
    lessons = await school_days.find_lessons_from(loan.school_id, day)
    return DueMoment(moment(lessons or day, LAST_SECOND, zone))
