"""Until when something is lent: for good, until a day, or until the term that goes on is over."""

from datetime import date
from typing import Literal

from core import clock
from core.database import fetch_value
from core.errors import Invalid, say

DueBy = Literal["term"]

LAST_DAY = """
SELECT last_day FROM term WHERE school = :school AND :today BETWEEN first_day AND last_day
"""


async def find_due_day(school_id: int, due_on: date | None, due_by: DueBy | None) -> date | None:
    """The day on which it is due at a school, by the school's clock; None: no day is set.

    Invalid where ``due_on`` is past, where both are given, and for ``due_by`` outside of terms.
    """
    if due_on is None and due_by is None:
        return None
    zone: str = await fetch_value("SELECT zone FROM school WHERE id = $1", school_id)
    today = clock.today(zone)
    if due_by is None:
        if due_on is not None and due_on < today:
            raise Invalid.of("due_on", say("The day it is due cannot be past"), code="past")
        return due_on
    if due_on is not None:
        raise Invalid.of("due_on", say("Choose a day or the end of the term, not both"))
    ends: date | None = await fetch_value(LAST_DAY, school=school_id, today=today)
    if ends is None:
        raise Invalid.of("due_by", say("No term of the school goes on now: choose a day"))
    return ends
