"""When the monitored devices answered during the year behind: nearly always, and sometimes not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.database import execute
from labshare.demo.calendar import YearBehind
from labshare.demo.monitored import Device
from labshare.demo.rows import copy, random_for

# From one outage to the next, and how long one lasts at most.
DAYS_BETWEEN = {"switch": 120, "ups": 200, "printer": 25, "controller": 40, "pc": 30}
MOST_HOURS = {"switch": 3, "ups": 1, "printer": 20, "controller": 12, "pc": 30}
UNKNOWN_SHARE = 0.1

Spans = Iterator[tuple[str, datetime, datetime]]


async def add_states(year: YearBehind, devices: list[Device]) -> None:
    """The states up to now, in the place of the one that began when the demo was made."""
    watched = [device for device in devices if device.walk]
    await execute(
        "DELETE FROM state_span WHERE device = any($1::bigint[])", [d.id for d in watched]
    )
    rows: list[tuple[object, ...]] = [
        (device.asset.school.id, device.id, state, starts_at, ends_at)
        for device in watched
        for state, starts_at, ends_at in _spans(year, device)
    ]
    rows += [(d.asset.school.id, d.id, "unknown", year.at, None) for d in watched]
    await copy("state_span", ("school", "device", "state", "started_at", "ended_at"), rows)


def _spans(year: YearBehind, device: Device) -> Spans:
    assert device.walk
    kind = device.walk.split("-")[0]
    chance = random_for(f"states:{device.walk}")
    at = max(year.moment(year.first, 8 * 60), device.asset.came_at)
    while at < year.at:
        lasts = timedelta(days=DAYS_BETWEEN.get(kind, 60) * chance.uniform(0.3, 1.7))
        yield "up", at, min(at + lasts, year.at)
        at += lasts
        if at < year.at:
            silence = timedelta(hours=MOST_HOURS.get(kind, 4) * chance.uniform(0.05, 1))
            state = "unknown" if chance.random() < UNKNOWN_SHARE else "down"
            yield state, at, min(at + silence, year.at)
            at += silence
