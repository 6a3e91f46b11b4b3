"""Charts from every source against the raw samples, with gaps, bars and marks."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from core import clock, database
from core.errors import Invalid
from core.settings import Settings
from monitoring.history import rollups
from monitoring.history.charts import Chart, chart
from monitoring.history.lines import with_gaps
from monitoring.history.samples import SAMPLES
from monitoring.history.spans import LENGTHS, Span, Window, source_of, window
from tests import factories, factories_history
from tests import factories_monitoring as made
from tests.factories_history import Sample

pytestmark = pytest.mark.usefixtures("db")

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPANS: tuple[Span, ...] = get_args(Span)
SETTINGS = Settings()


@pytest.fixture(autouse=True)
async def no_old_partitions(db: object) -> None:
    for part in await SAMPLES.parts():
        await database.execute(f"DROP TABLE {part.name}")


async def sampled(metric: str, days: float, *, seed: int = 5, instances: int = 2) -> list[Sample]:
    """A device with so many days of samples behind it, an hour of every day missing."""
    device = (await made.device(await factories.school())).id
    chance, now = random.Random(seed), clock.now()
    samples = [
        sample
        for number in range(instances)
        for sample in factories_history.wandering(
            device, metric, f"part {number}", now - timedelta(days=days), now,
            every=timedelta(minutes=11), chance=chance,
        )
        if sample[3].hour != 4
    ]  # fmt: skip
    await factories_history.keep(samples)
    return samples


def drawn(found: Chart, instance: str) -> dict[int, tuple[float, float, float]]:
    """Of one line: (mean, low, high) at each moment that has them."""
    [line] = [one for one in found.series if one.label == instance]
    return {
        int(x): (mean, low, high)
        for x, mean, low, high in zip(found.x, line.values, line.low, line.high, strict=True)
        if mean is not None and low is not None and high is not None
    }


def by_hand(
    samples: list[Sample], found: Chart, instance: str, step: timedelta
) -> dict[int, tuple[object, float, float]]:
    groups: dict[int, list[float]] = {}
    since = found.since.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    if found.source == "days":
        since = since.replace(hour=0)
    seconds = step.total_seconds()
    begins = found.since if found.source == "samples" else since
    for _, _, name, at, value in samples:
        if name == instance and begins <= at < found.until:
            moment = since.timestamp() + (at - since).total_seconds() // seconds * seconds
            groups.setdefault(int(moment), []).append(value)
    return {
        moment: (pytest.approx(sum(v) / len(v), abs=0.001), min(v), max(v))
        for moment, v in groups.items()
    }


STEPS: dict[Span, timedelta] = {
    "day": timedelta(minutes=5),
    "week": timedelta(hours=1),
    "month": timedelta(hours=2),
    "year": timedelta(days=1),
}


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("is_rolled", [True, False])
async def test_a_chart_shows_what_was_sampled_rolled_up_or_not(span: Span, is_rolled: bool) -> None:
    samples = await sampled("cpu_load", days=9)
    if is_rolled:
        await rollups.roll_up()
    found = await chart(samples[0][0], "cpu_load", span, settings=SETTINGS)
    assert (found.kind, found.time, found.until - found.since) == ("line", True, LENGTHS[span])
    for instance in ("part 0", "part 1"):
        assert drawn(found, instance) == by_hand(samples, found, instance, STEPS[span])


async def test_a_year_is_drawn_from_days_when_the_samples_are_gone() -> None:
    samples = await sampled("cpu_load", days=3)
    await rollups.roll_up()
    hours_until = await rollups.rolled_until("hours Asia/Shanghai")
    assert hours_until
    await database.execute("DELETE FROM sample WHERE at < $1", hours_until)
    await database.execute(
        "DELETE FROM sample_hour WHERE hour < (SELECT until FROM rolled WHERE name LIKE 'days %')"
    )
    found = await chart(samples[0][0], "cpu_load", "year", settings=SETTINGS)
    assert drawn(found, "part 1") == by_hand(samples, found, "part 1", timedelta(days=1))


@pytest.mark.parametrize(("span", "unit"), [("day", "hour"), ("week", "day"), ("year", "month")])
async def test_of_a_meter_the_growth_is_drawn(span: Span, unit: str) -> None:
    samples = await sampled("pages_printed", days=9, instances=1)
    await rollups.roll_up()
    found = await chart(samples[0][0], "pages_printed", span, settings=SETTINGS)
    grown: dict[str, float] = {}
    for (_, _, _, _, before), (_, _, _, at, value) in pairwise(samples):
        local = at.astimezone(SHANGHAI)
        name = {"hour": f"{local:%H}:00", "day": f"{local:%Y-%m-%d}", "month": f"{local:%Y-%m}"}
        first = found.since.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        if local >= (first if unit == "hour" else first.replace(hour=0)) or unit == "month":
            grown[name[unit]] = grown.get(name[unit], 0) + max(value - before, 0)
    [line] = found.series
    shown = {str(x): v for x, v in zip(found.x, line.values, strict=True) if v is not None}
    if span == "day":
        # The day's first and last hour have the same name; the others say it.
        shown.pop(str(found.x[0]), None), grown.pop(str(found.x[0]), None)
    assert (found.kind, found.time) == ("bars", False)
    assert {name: value for name, value in shown.items() if value} == pytest.approx(
        {name: value for name, value in grown.items() if value}
    )


async def test_pages_of_a_weekend_without_visits_are_not_lost() -> None:
    device = (await made.device(await factories.school())).id
    now = clock.now()
    await factories_history.keep(
        [(device, "pages_printed", "", now - timedelta(days=days), value)
         for days, value in ((6, 100.0), (5, 130.0), (2, 170.0), (1, 20.0), (0.01, 25.0))]
    )  # fmt: skip
    for rolled in (False, True):
        if rolled:
            await rollups.roll_up()
        found = await chart(device, "pages_printed", "week", settings=SETTINGS)
        # 30 and 40 printed; then the counter began anew, which adds nothing; then 5.
        assert sum(value or 0 for value in found.series[0].values) == 75


def test_a_gap_is_a_moment_without_values() -> None:
    assert with_gaps([0, 10, 20, 90, 100], 10, 1.5) == [0, 10, 20, 30, 90, 100]
    assert with_gaps([0, 60, 120, 180, 300], 10, 2.5) == [0, 60, 120, 180, 300], "visits every 60"
    assert with_gaps([0, 60, 120, 180, 360], 10, 2.5) == [0, 60, 120, 180, 190, 360]
    assert with_gaps([], 10, 1.5) == []
    assert with_gaps([5], 10, 1.5) == [5]


async def test_hours_in_which_a_computer_was_off_are_a_gap() -> None:
    samples = await sampled("cpu_load", days=6, instances=1)
    await rollups.roll_up()
    found = await chart(samples[0][0], "cpu_load", "week", settings=SETTINGS)
    empty = [x for x, v in zip(found.x, found.series[0].values, strict=True) if v is None]
    hours = {datetime.fromtimestamp(int(x), UTC).hour for x in empty}
    assert 4 in hours
    assert len(empty) >= 5


async def test_the_five_highest_of_many_parts_are_drawn() -> None:
    device = (await made.device(await factories.school())).id
    now = clock.now()
    await factories_history.keep(
        (device, "if_in_rate", f"port {n}", now - timedelta(minutes=m), float(n))
        for n in range(30)
        for m in range(1, 20)
    )
    found = await chart(device, "if_in_rate", "day", settings=SETTINGS)
    assert [one.label for one in found.series] == [f"port {n}" for n in range(25, 30)]
    only = await chart(device, "if_in_rate", "day", settings=SETTINGS, instance="port 3")
    assert [one.label for one in only.series] == ["port 3"]
    none = await chart(device, "cpu_load", "day", settings=SETTINGS)
    assert (none.x, none.series) == ([], [])


async def test_alerts_and_maintenance_of_the_span_are_marked() -> None:
    school = await factories.school()
    device = await made.device(school)
    keeper = await factories.person("technician", school)
    now = clock.now()
    for raised, cleared in ((3, 2), (40, 30), (1, None)):
        await database.execute(
            "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at,"
            " cleared_at) VALUES ($1, $2, 'disk_full', $5, 'warning',"
            ' \'{"template": "Full", "params": {}}\', $3, $4)',
            school.id,
            device.id,
            now - timedelta(hours=raised),
            now - timedelta(hours=cleared) if cleared else None,
            str(raised),
        )
    await factories_history.maintenance(
        school, keeper.id, starts_at=now - timedelta(hours=5), ends_at=now - timedelta(hours=4)
    )
    found = await chart(device.id, "disk_used", "day", settings=SETTINGS)
    told = [(m.kind, m.since - now, m.until and m.until - now) for m in found.marks]
    assert told == [
        ("maintenance", -timedelta(hours=5), -timedelta(hours=4)),
        ("alert", -timedelta(hours=3), -timedelta(hours=2)),
        ("alert", -timedelta(hours=1), None),
    ]


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_ago", "length_days", "source"),
    [
        (1, 1, "samples"), (2, 2, "samples"), (29, 1, "samples"), (31, 1, "hours"),
        (7, 7, "hours"), (30, 30, "hours"), (399, 1, "hours"), (401, 1, "days"),
        (365, 365, "days"), (3000, 30, "days"),
    ],
)  # fmt: skip
def test_a_chart_is_drawn_from_what_is_still_kept(
    days_ago: int, length_days: int, source: str
) -> None:
    since = NOW - timedelta(days=days_ago)
    asked = Window(since, since + timedelta(days=length_days), "Asia/Shanghai")
    assert source_of(asked, NOW, SETTINGS) == source


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOW, NOW),
        (NOW, NOW - timedelta(days=1)),
        (NOW - timedelta(days=4000), NOW),
        (datetime.min.replace(tzinfo=UTC), NOW),
        (None, datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_time_that_is_none_is_refused(since: datetime | None, until: datetime) -> None:
    with pytest.raises(Invalid):
        window("day", NOW, "Asia/Shanghai", since=since, until=until)


def test_a_time_without_an_offset_is_one_of_the_schools_clock() -> None:
    eight, ten = map(datetime.fromisoformat, ("2026-03-02T08:00:00", "2026-03-02T10:00:00"))
    asked = window("day", NOW, "Asia/Shanghai", since=eight, until=ten)
    assert asked.since == datetime(2026, 3, 2, tzinfo=UTC)
    assert asked.length == timedelta(hours=2)


def test_the_last_moment_there_is_begins_no_chart() -> None:
    with pytest.raises(Invalid):
        window("day", NOW, "Asia/Shanghai", since=datetime.max, until=None)  # noqa: DTZ901
