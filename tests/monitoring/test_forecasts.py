"""What will be empty or full, and when: lines through noise, refills and gaps."""

from datetime import timedelta
from math import inf
from random import Random

import pytest

from core import clock, database
from core.errors import say
from inventory import repairs
from monitoring.alerting import alerts, forecasts
from monitoring.alerting.forecasts.lines import Point, days_left, since_refill
from monitoring.history.samples import DAYS, HOURS
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack


def falling(first: float, a_day: float, days: int) -> list[Point]:
    return [(float(day), first - a_day * day) for day in range(days)]


@pytest.mark.parametrize(
    ("points", "rising", "expected"),
    [
        (falling(90, 2, 20), False, 26.0),  # 52 % left on day 19
        (falling(90, 2, 4), False, None),  # four points say nothing
        ([(0.0, 90.0), (0.1, 89.0), (0.2, 88.0), (0.3, 87.0), (0.4, 86.0)], False, None),
        (falling(90, 0, 20), False, inf),
        (falling(90, -0.5, 20), False, inf),  # it rises
        (falling(90, 0.05, 20), False, inf),  # less than two percent in all: noise
        (falling(10, -1, 20), True, 71.0),  # a disk, 29 % on day 19
        (falling(60, 1, 20), True, inf),  # files are being deleted
        # A new cartridge on day 10: only what comes after it counts.
        (falling(20, 2, 10) + [(10.0 + d, 100.0 - d) for d in range(10)], False, 91.0),
        ([*falling(20, 2, 10), (10.0, 100.0), (11.0, 99.0)], False, inf),
        ([(float(d), 3.0 - 0.5 * d) for d in range(7)], False, 0.0),
    ],
)
def test_when_a_level_reaches_its_end(
    points: list[Point], rising: bool, expected: float | None
) -> None:
    found = days_left(points, points[-1][0], is_rising=rising)
    assert found == (expected if expected in (None, inf) else pytest.approx(expected, abs=0.01))


@pytest.mark.parametrize("seed", range(20))
def test_noise_and_single_wild_values_move_it_little(seed: int) -> None:
    dice = Random(seed)
    points = [(day, value + dice.uniform(-1, 1)) for day, value in falling(80, 1.5, 30)]
    for _ in range(4):
        spoiled = dice.randrange(30)
        points[spoiled] = (points[spoiled][0], points[spoiled][1] - dice.uniform(0, 4))
    found = days_left(points, 29.0, is_rising=False)
    assert found == pytest.approx((80 - 1.5 * 29) / 1.5, rel=0.15)


def test_only_the_last_refill_counts() -> None:
    points = [*falling(50, 5, 5), (5.0, 90.0), (6.0, 80.0), (7.0, 100.0), (8.0, 99.0)]
    assert since_refill(points, is_rising=False) == [(7.0, 100.0), (8.0, 99.0)]


async def keep_levels(device_id: int, metric: str, instance: str, levels: list[float]) -> None:
    """One whole day each, the last of them yesterday."""
    today = clock.now().date()
    first = today - timedelta(days=len(levels))
    await DAYS.prepare(first, today)
    for number, level in enumerate(levels):
        await database.execute(
            "INSERT INTO sample_day (day, device, metric, instance, low, mean, high, count)"
            " VALUES ($1, $2, $3, $4, $5, $5, $5, 24)",
            first + timedelta(days=number),
            device_id,
            metric,
            instance,
            level,
        )


async def keep_level_now(device_id: int, metric: str, instance: str, level: float) -> None:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    await HOURS.prepare(hour.date(), hour.date())
    await database.execute(
        "INSERT INTO sample_hour (hour, device, metric, instance, low, mean, high, count)"
        " VALUES ($1, $2, $3, $4, $5, $5, $5, 60)",
        hour,
        device_id,
        metric,
        instance,
        level,
    )


async def test_the_hourly_job_tells_in_time_and_takes_it_back_after_the_refill(db: Stack) -> None:
    school = await factories.school()
    worker = made.worker_of(school)
    printer = await made.device(school, profile="printer")
    server = await made.device(school, profile="host")
    await database.execute("UPDATE device SET state = 'up'")
    await keep_levels(printer.id, "supply_level", "Black", [60 - 2 * day for day in range(20)])
    await keep_levels(printer.id, "supply_level", "Cyan", [90 - day / 2 for day in range(20)])
    await keep_levels(server.id, "disk_used", "C:", [60 + day for day in range(25)])

    soon = await forecasts.of_device(printer.id)
    assert [(one.instance, round(one.days)) for one in soon] == [("Black", 10)]
    assert await forecasts.look_ahead() == 2
    assert await forecasts.look_ahead() == 0, "it is told once"
    orders = (await repairs.list_work_orders(worker, repairs.WorkOrderFilter())).items
    words = sorted(str(order.wording).partition(": ")[2] for order in orders)
    assert words[0].startswith("Black will be empty in about ")
    assert words[1].startswith("disk C: will be full in about 1")
    assert all(order.keeps_in_service for order in orders)

    await keep_level_now(printer.id, "supply_level", "Black", 100)
    await forecasts.look_ahead()
    places = await alerts.open_keys([printer.id, server.id])
    assert places == {server.id: {("disk_full_soon", "C:")}}


async def test_what_is_low_already_is_not_foretold(db: Stack) -> None:
    school = await factories.school()
    printer = await made.device(school, profile="printer")
    await database.execute("UPDATE device SET state = 'up'")
    await keep_levels(printer.id, "supply_level", "Black", [60 - 2 * day for day in range(20)])
    await forecasts.look_ahead()
    low = alerts.Finding("supply_low", "Black", "warning", say("P-1: Black is running out"))
    await alerts.raise_alert(made.worker_of(school), printer.id, low)
    await forecasts.look_ahead()
    assert (await alerts.open_keys([printer.id]))[printer.id] == {("supply_low", "Black")}
