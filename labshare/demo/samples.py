"""A year of readings behind each monitored device: a week of samples, the rest by hour and by day."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from labshare.demo.calendar import ZONE, YearBehind, is_lesson_day
from labshare.demo.monitored import Device
from labshare.demo.rows import copy, random_for
from monitoring.history.meters import METERS
from monitoring.history.rollups import midnight, move_mark
from monitoring.history.samples import DAYS, HOURS, prepare_days

SAMPLE_DAYS = 7
HOUR_DAYS = 40
YEAR_DAYS = 365
EVERY = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROLLED = (
    "device", "metric", "instance", "low", "mean", "high", "first", "last", "grown", "count",
)  # fmt: skip
LESSON_HOURS = range(8, 17)
DAY_SECONDS = 86_400


class Curve(msgspec.Struct, frozen=True):
    """A value around ``middle`` that swings by ``by`` within a day and grows by ``grows`` a day."""

    metric: str
    instance: str
    middle: float
    by: float = 0.0
    grows: float = 0.0


HOST = (
    Curve("cpu_load", "", 27, 18), Curve("memory_used", "", 42, 9), Curve("processes", "", 141, 12),
)  # fmt: skip
WINDOWS = (*HOST, Curve("disk_used", "C:\\", 41, 0, 0.05))
LINUX = (*HOST, Curve("disk_used", "/", 33, 0, 0.02), Curve("temperature", "Core 0", 47, 5))
CURVES: dict[str, tuple[Curve, ...]] = {
    "printer-office": (
        Curve("pages_printed", "", 48_210, 0, 66),
        Curve("supply_level", "黑色碳粉盒", 6, 0, -1.4),
        Curve("supply_level", "感光鼓", 78, 0, -0.3),
        Curve("paper_level", "纸盒 1", 60, 25),
    ),
    "printer-301": (
        Curve("pages_printed", "", 7_088, 0, 21),
        Curve("paper_level", "纸盒 1", 64, 20),
    ),
    "printer-201": (
        Curve("pages_printed", "", 15_900, 0, 38),
        Curve("supply_level", "黑色墨水", 64, 0, -0.8),
        Curve("supply_level", "青色墨水", 41, 0, -0.5),
        Curve("supply_level", "品红墨水", 77, 0, -0.4),
    ),
    "printer-brother": (
        Curve("pages_printed", "", 31_005, 0, 44),
        Curve("supply_level", "Black toner", 23, 0, -1.1),
        Curve("supply_level", "Drum", 75, 0, -0.2),
    ),
    "projector-epson": (Curve("lamp_hours", "", 3_079, 0, 4),),
    "nas-synology": (
        Curve("disk_used", "/volume1", 64, 0, 0.12),
        Curve("temperature", "", 41, 3),
        Curve("disk_temperature", "硬盘 1", 36, 3),
        Curve("disk_temperature", "硬盘 2", 55, 3),
    ),
    "switch-301": (Curve("ports_up", "", 17, 2),),
    "switch-201": (Curve("ports_up", "", 5, 1),),
    "ups-301": (
        Curve("input_voltage", "", 226, 5),
        Curve("output_voltage", "", 221, 1),
        Curve("output_power", "", 540, 90),
        Curve("output_load", "", 34, 6),
        Curve("battery_charge", "", 100),
        Curve("battery_runtime", "", 34, 1),
        Curve("temperature", "", 26, 2),
    ),
}


class Course:
    """How one curve ran through the year; the same at every seeding."""

    def __init__(self, year: YearBehind, device: Device, curve: Curve) -> None:
        self.chance = random_for(f"samples:{device.walk}:{curve.metric}:{curve.instance}")
        self.shift = self.chance.uniform(0, math.pi)
        self.year, self.curve = year, curve
        self.is_meter = curve.metric in METERS
        self.only_in_lessons = device.asset.kind == "computer"
        self.left = self._growth_still_to_come() if self.is_meter else {}

    def is_on(self, at: datetime) -> bool:
        return not self.only_in_lessons or _is_lesson_time(at)

    def value(self, at: datetime) -> float:
        curve = self.curve
        if self.is_meter:
            return round(curve.middle - self._grows_after(at))
        swing = math.sin(at.timestamp() / DAY_SECONDS * math.tau * 4 + self.shift)
        value = curve.middle + curve.by * (0.7 * swing + 0.3 * self.chance.uniform(-1, 1))
        value += curve.grows * ((at - self.year.at) / DAY)
        if curve.metric == "supply_level":
            value %= 100  # what was empty was replaced
        return round(max(value, 0.0), 1)

    def _growth_still_to_come(self) -> dict[date, float]:
        """By day: how much the meter grew from its end to now."""
        left, total = {}, 0.0
        for ago in range(YEAR_DAYS + 2):
            day = self.year.days_ago(ago)
            left[day] = total
            total += self._grows_on(day)
        return left

    def _grows_on(self, day: date) -> float:
        return self.curve.grows * (1.4 if is_lesson_day(day) else 0.05)

    def _grows_after(self, at: datetime) -> float:
        local = at.astimezone(ZONE)
        opens, hours = LESSON_HOURS.start, len(LESSON_HOURS)
        gone = min(max((local.hour + local.minute / 60 - opens) / hours, 0), 1)
        return self.left[local.date()] + self._grows_on(local.date()) * (1 - gone)


async def add_samples(year: YearBehind, devices: list[Device]) -> None:
    """Samples of the last week, hours of the weeks before it, days of the year; a computer has some
    only for the hours of lessons."""
    begins = _midnight(year, SAMPLE_DAYS)
    await prepare_days(begins.astimezone(UTC).date(), year.at.astimezone(UTC).date())
    await HOURS.prepare(year.days_ago(HOUR_DAYS + 1), year.today)
    await DAYS.prepare(year.days_ago(YEAR_DAYS), year.today)
    courses = [
        (device.id, Course(year, device, curve))
        for device in devices
        if device.walk
        for curve in _curves(device.walk)
    ]
    await copy("sample", ("device", "metric", "instance", "at", "value"), _samples(courses, begins))
    await copy("sample_hour", ("hour", *ROLLED), _hours(courses, begins))
    await copy("sample_day", ("day", *ROLLED), _days(courses, begins))
    # From here on the roll-ups go on by themselves.
    await move_mark(f"hours {ZONE.key}", begins)
    await move_mark(f"days {ZONE.key}", begins)


def _curves(walk: str) -> tuple[Curve, ...]:
    if walk.startswith("pc-"):
        return LINUX if int(walk[-2:]) % 3 == 0 else WINDOWS
    return CURVES.get(walk, ())


def _samples(courses: list[tuple[int, Course]], begins: datetime) -> Iterator[tuple[object, ...]]:
    for device, course in courses:
        at = begins
        while at < course.year.at - EVERY:
            if course.is_on(at):
                yield device, course.curve.metric, course.curve.instance, at, course.value(at)
            at += EVERY


def _hours(courses: list[tuple[int, Course]], begins: datetime) -> Iterator[tuple[object, ...]]:
    for device, course in courses:
        hour = begins - HOUR_DAYS * DAY
        while hour < begins:
            if course.is_on(hour):
                values = [course.value(hour + n * EVERY) for n in range(HOUR // EVERY)]
                yield hour, device, *_rolled(course, values, len(values))
            hour += HOUR


def _days(courses: list[tuple[int, Course]], begins: datetime) -> Iterator[tuple[object, ...]]:
    for device, course in courses:
        for ago in range(YEAR_DAYS, SAMPLE_DAYS, -1):
            starts_at = _midnight(course.year, ago)
            moments = [at for n in range(24) if course.is_on(at := starts_at + n * HOUR)]
            if moments:
                # A few of the day's values tell its course; a meter needs its last one.
                values = [course.value(at) for at in (*moments[::3], moments[-1])]
                count = len(moments) * (HOUR // EVERY)
                yield course.year.days_ago(ago), device, *_rolled(course, values, count)


def _rolled(course: Course, values: list[float], count: int) -> tuple[object, ...]:
    mean = sum(values) / len(values)
    meter: tuple[float | None, ...] = (None, None, None)
    if course.is_meter:
        meter = (values[0], values[-1], values[-1] - values[0])
    numbers = (min(values), mean, max(values), *meter, count)
    return (course.curve.metric, course.curve.instance, *numbers)


def _midnight(year: YearBehind, days_ago: int) -> datetime:
    return midnight(year.days_ago(days_ago), ZONE.key)


def _is_lesson_time(at: datetime) -> bool:
    local = at.astimezone(ZONE)
    return is_lesson_day(local.date()) and local.hour in LESSON_HOURS
