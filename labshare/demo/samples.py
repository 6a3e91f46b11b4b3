"""A week of readings behind each monitored device, so that its charts begin with something."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from labshare.demo.calendar import ZONE, YearBehind
from labshare.demo.devices import Device
from labshare.demo.rows import copy, random_for
from monitoring.samples import prepare_days

DAYS = 7
EVERY = timedelta(minutes=15)
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


async def add_samples(year: YearBehind, devices: list[Device]) -> None:
    """The week's samples; a computer has some only for the hours of lessons."""
    begins = (year.at - timedelta(days=DAYS)).replace(minute=0, second=0, microsecond=0)
    await prepare_days(begins.astimezone(UTC).date(), year.at.astimezone(UTC).date())
    rows = [
        (device.id, curve.metric, curve.instance, at, value)
        for device in devices
        if device.walk
        for curve in _curves(device.walk)
        for at, value in _values(year, device, curve, begins)
    ]
    await copy("sample", ("device", "metric", "instance", "at", "value"), rows)


def _curves(walk: str) -> tuple[Curve, ...]:
    if walk.startswith("pc-"):
        return LINUX if int(walk[-2:]) % 3 == 0 else WINDOWS
    return CURVES.get(walk, ())


def _values(
    year: YearBehind, device: Device, curve: Curve, begins: datetime
) -> Iterator[tuple[datetime, float]]:
    chance = random_for(f"samples:{device.walk}:{curve.metric}:{curve.instance}")
    shift, at = chance.uniform(0, math.pi), begins
    while at < year.at - EVERY:
        if device.asset.kind != "computer" or _is_lesson_time(at):
            swing = math.sin(at.timestamp() / DAY_SECONDS * math.tau * 4 + shift)
            value = curve.middle + curve.by * (0.7 * swing + 0.3 * chance.uniform(-1, 1))
            value += curve.grows * ((at - year.at) / timedelta(days=1))
            yield at, round(max(value, 0.0), 1)
        at += EVERY


def _is_lesson_time(at: datetime) -> bool:
    local = at.astimezone(ZONE)
    return local.weekday() < 5 and local.hour in LESSON_HOURS
