"""Monitored things: assets bound to the simulated agents, and computers of an older watch."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.database import execute, fetch_value
from core.settings import Settings
from labshare import simulated_devices
from labshare.demo.calendar import YearBehind, share_of_use
from labshare.demo.catalogue import (
    AIO22,
    DT280,
    DT310,
    LASER,
    NAS2,
    PROJECTOR,
    SWITCH24,
    UPS3,
    Model,
)
from labshare.demo.equipment import Asset
from labshare.demo.make_walks import names
from labshare.demo.monitored import Device
from labshare.demo.rooms import parents_of, seats_of
from labshare.demo.rows import copy, random_for, reserve
from labshare.demo.school import School
from labshare.engines.ports import LOOPBACK, LOOPBACK_NETWORK
from monitoring.devices.credential_encryption import CredentialCipher, Secrets

# How a walk's name tells what it is: the part before the hyphen, and the part after it.
MODELS: dict[str, Model] = {
    "pc": DT280,
    "printer": LASER,
    "switch": SWITCH24,
    "ups": UPS3,
    "controller": PROJECTOR,
    "projector": PROJECTOR,
    "nas": NAS2,
}
ROOMS = {
    "pc-301": ("LB", "计算机教室一"),
    "pc-302": ("LB", "计算机教室二"),
    "pc-201": ("HG", "计算机教室一"),
    "printer-office": ("LB", "教务处"),
    "printer-301": ("LB", "教师办公室"),
    "printer-201": ("HG", "教师办公室"),
    "switch-301": ("LB", "网络机房"),
    "switch-201": ("HG", "网络机房"),
    "ups-301": ("LB", "网络机房"),
    "controller-201": ("HG", "计算机教室一"),
    "printer-brother": ("LB", "阅览室"),
    "projector-epson": ("LB", "多媒体教室"),
    "nas-synology": ("LB", "网络机房"),
}
# Computers that an older collector watched until yesterday: their hours of use are kept.
DESKTOPS = (DT280, DT310, AIO22)
FORMERLY_WATCHED = 300
IDLE_SHARE, IDLE_DAYS = 0.1, 45


async def add_devices(year: YearBehind, settings: Settings, assets: list[Asset]) -> list[Device]:
    """Bind the simulated agents, and keep the older computers' devices as removed ones."""
    cipher = CredentialCipher.of(settings)
    free = [a for a in assets if a.lifecycle == "in_service"]
    bound = dict(_bindings(free))
    taken = {asset.id for asset in bound.values()}
    desktops = [a for a in free if a.model in DESKTOPS and a.id not in taken]
    former = random_for("devices").sample(desktops, FORMERLY_WATCHED)
    ids = iter(await reserve("device", len(bound) + len(former)))
    devices = [Device(next(ids), asset, walk) for walk, asset in bound.items()]
    devices += [Device(next(ids), asset) for asset in former]
    credentials = await _add_credentials(year, cipher, bound, former)
    port = find_port(settings)
    await _add_networks(year, sorted({school_id for school_id, _ in credentials}))
    began = year.moment(year.first, 8 * 60)
    parents, seats = parents_of(devices), seats_of(devices)
    await copy(
        "device",
        ("id", "school", "asset", "address", "port", "credential", "interval_seconds",
         "created_at", "next_poll_at", "removed_at", "parent", "seat_row", "seat_column"),
        [
            (d.id, d.asset.school.id, d.asset.id, LOOPBACK if d.walk else _address(number),
             port if d.walk else 161, credentials[d.asset.school.id, d.walk], None,
             max(began, d.asset.came_at), year.at,
             None if d.walk else year.moment(year.days_ago(1), 18 * 60), parents.get(d.id),
             *seats.get(d.id, (None, None)))
            for number, d in enumerate(devices)
        ],
    )  # fmt: skip
    return devices


async def _add_networks(year: YearBehind, school_ids: list[int]) -> None:
    """Where the simulated agents are: this machine."""
    for school_id in school_ids:
        await execute(
            "INSERT INTO network (school, name, cidr, created_at) VALUES ($1, $2, $3, $4)",
            school_id,
            "本机模拟设备",
            str(LOOPBACK_NETWORK),
            year.moment(year.first, 8 * 60),
        )


def find_port(settings: Settings) -> int:
    """Where the simulated agents listen, chosen here if they were never started."""
    try:
        return simulated_devices.find_port(settings.data)
    except FileNotFoundError:
        simulated_devices.program(settings.data)
        return simulated_devices.find_port(settings.data)


async def follow_agents(settings: Settings) -> None:
    """Point the devices at the port that the simulated agents have now."""
    await execute(
        "UPDATE device SET port = $1, next_poll_at = now()"
        " WHERE address = $2 AND removed_at IS NULL AND port <> $1",
        find_port(settings),
        LOOPBACK,
    )


def _bindings(assets: list[Asset]) -> Iterator[tuple[str, Asset]]:
    free = list(assets)
    for name in names():
        kind = name.split("-")[0]
        school, room = ROOMS.get(name) or ROOMS[name.rpartition("-")[0]]
        found = next(
            asset
            for place in (True, False)
            for asset in free
            if asset.school.code == school
            and asset.model[0] == MODELS[kind][0]
            and (not place or (asset.model == MODELS[kind] and _is_in(asset, room)))
        )
        free.remove(found)
        yield name, found


def _is_in(asset: Asset, room: str) -> bool:
    school: School = asset.school
    return asset.place == school.places[room]


async def _add_credentials(
    year: YearBehind, cipher: CredentialCipher, bound: dict[str, Asset], former: list[Asset]
) -> dict[tuple[int, str | None], int]:
    """One community for each agent, and one for each school's older watch."""
    wanted: dict[tuple[int, str | None], str] = {
        (asset.school.id, walk): walk for walk, asset in bound.items()
    }
    wanted |= {(asset.school.id, None): "原采集程序" for asset in former}
    made: dict[tuple[int, str | None], int] = {}
    for (school_id, walk), name in sorted(wanted.items(), key=lambda one: (one[0][0], one[1])):
        made[school_id, walk] = await fetch_value(
            "INSERT INTO credential (school, name, version, user_name, context, sealed, created_at)"
            " VALUES ($1, $2, '2c', '', '', $3, $4) RETURNING id",
            school_id,
            name,
            cipher.encrypt(Secrets(community=walk or "public"), owner=school_id),
            year.moment(year.first, 8 * 60),
        )
    return made


def _address(number: int) -> str:
    return f"10.20.{number // 200}.{number % 200 + 20}"


async def add_power(year: YearBehind, devices: list[Device]) -> None:
    """When the computers were on during the year behind, one row a boot."""
    rows = sorted(
        (
            (d.asset.school.id, d.id, d.asset.id, started_at, ended_at)
            for d in devices
            if d.asset.kind == "computer"
            for started_at, ended_at in _sessions(year, d)
        ),
        key=lambda row: (row[3], row[1]),
    )
    columns = ("school", "device", "asset", "started_at", "ended_at")
    await copy("power_session", columns, rows)


def _sessions(year: YearBehind, device: Device) -> Iterator[tuple[datetime, datetime]]:
    chance = random_for(f"power:{device.asset.tag}")
    keenness = chance.uniform(0.35, 0.95)
    is_idle = device.walk is None and chance.random() < IDLE_SHARE
    days = 365 - (IDLE_DAYS if is_idle else 0)
    for number in range(days):
        day = year.first + timedelta(days=number)
        if chance.random() > keenness * share_of_use(day):
            continue
        hours = list(_hours(chance))
        begins = year.moment(day, hours[0][0])
        if begins > device.asset.came_at and not _was_in_repair(device.asset, begins):
            for first, last in hours:
                yield year.moment(day, first), year.moment(day, last)


def _hours(chance: random.Random) -> Iterator[tuple[int, int]]:
    """From which minute to which: a morning, an afternoon, both, or the day through."""
    morning = (chance.randint(470, 530), chance.randint(690, 715))
    afternoon = (chance.randint(825, 870), chance.randint(960, 1065))
    kind = chance.random()
    if kind < 0.55:
        yield morning[0], afternoon[1]
    elif kind < 0.7:
        yield morning
        yield afternoon
    else:
        yield morning if kind < 0.85 else afternoon


def _was_in_repair(asset: Asset, at: datetime) -> bool:
    moments = [(when, to_state) for _, to_state, when, _ in asset.steps if when <= at]
    return bool(moments) and moments[-1][1] == "in_repair"
