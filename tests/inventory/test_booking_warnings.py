"""Who booked what cannot be had is told once, and once more when it can."""

from datetime import timedelta

import pytest

from core import database
from core.settings import Settings
from inventory import repairs
from inventory.holds import bookings, warnings
from inventory.holds.bookings import NewBooking
from tests import factories, factories_holds, factories_repairs
from tests.factories_holds import monday

pytestmark = pytest.mark.usefixtures("db")
QUEUED = "SELECT payload ->> 'trouble' FROM outbox WHERE topic = 'booking_trouble' ORDER BY id"


async def test_a_repair_that_meets_a_booking_is_told_once_and_its_end_as_well() -> None:
    school = await factories.school()
    teacher = await factories.person("teacher", school)
    technician = await factories.person("technician", school)
    await factories_holds.lessons(school)
    made, other = await factories.asset(school), await factories.asset(school)
    for tag in (made.tag, other.tag):
        await bookings.book(teacher.actor, NewBooking(tag=tag, day=monday() + timedelta(days=1)))
    await warnings.enqueue_warnings(Settings())
    assert await database.fetch_column(str | None, QUEUED) == []
    order = await factories_repairs.order(made)
    for _ in range(2):
        await warnings.enqueue_warnings(Settings())
    assert await database.fetch_column(str | None, QUEUED) == ["repair"]
    await repairs.complete(technician.actor, order.id, resolution="Mended")
    for _ in range(2):
        await warnings.enqueue_warnings(Settings())
    assert await database.fetch_column(str | None, QUEUED) == ["repair", None]
