"""Computers without a network that a technician has read with a stick: last term and last week."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

from core.database import fetch, fetch_value
from core.encryption import Cipher
from core.settings import Settings
from inventory import serials
from inventory.collector import PURPOSE
from inventory.collector.keys import LASTS, owner
from inventory.serials import SerialTrust
from labshare.demo.calendar import YearBehind
from labshare.demo.rows import copy, random_for, reserve
from labshare.demo.school import School

MACHINES = 24
DAYS_AGO = (118, 5)
# A fifth of the machines has had a new disk in between.
SWAPPED_EVERY = 5
UNWATCHED = """
SELECT a.id, a.tag, coalesce(a.serial_number, '') AS serial, m.brand, m.name AS model
  FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.school = $1 AND a.lifecycle = 'in_service' AND m.kind = 'computer'
   AND NOT EXISTS (SELECT FROM device d WHERE d.asset = a.id) AND a.created_at < $2
 ORDER BY a.id LIMIT $3
"""


class _Machine(msgspec.Struct):
    id: int
    tag: str
    serial: str
    brand: str
    model: str


async def add_readings(year: YearBehind, settings: Settings, school: School) -> None:
    """Two readings of each machine, signed as its file would sign them."""
    chance = random_for("collector")
    secret = chance.randbytes(32)
    made_at = year.moment(year.days_ago(DAYS_AGO[0] + 1), 9 * 60)
    by = school.people["technician"]
    key: int = await fetch_value(
        "INSERT INTO collector_key (school, sealed, made_by, made_at, expires_at)"
        " VALUES (:school, :sealed, :by, :made_at, :expires_at) RETURNING id",
        school=school.id,
        sealed=Cipher.of(settings, purpose=PURPOSE).encrypt(secret, owner=owner(school.id)),
        by=by,
        made_at=made_at,
        expires_at=made_at + LASTS,
    )
    machines = await fetch(_Machine, UNWATCHED, school.id, made_at, MACHINES)
    for number, machine in enumerate(machines):
        # Some have a serial number that nobody has written into the books yet.
        if number % 4 == 0 and serials.trust(machine.serial) is not SerialTrust.ok:
            machine.serial = f"PF3X{machine.id:05}"
    readings, disks = [], []
    ids = iter(await reserve("machine_reading", len(machines) * len(DAYS_AGO)))
    for number, machine in enumerate(machines):
        hours = chance.randint(2000, 15000)
        for turn, days_ago in enumerate(DAYS_AGO):
            at = year.moment(year.days_ago(days_ago), 16 * 60 + number)
            is_swapped = turn > 0 and number % SWAPPED_EVERY == SWAPPED_EVERY - 1
            disk = f"WD-WCAY{machine.id:06}{'N' if is_swapped else ''}"
            hours = 40 if is_swapped else hours + turn * chance.randint(60, 420)
            content = _signed(machine, key, at, disk, hours, secret)
            reading = next(ids)
            readings.append(
                (reading, school.id, machine.id, key, sha256(content.encode()).hexdigest(), content,
                 "", at, True, at, True, at + timedelta(hours=1), by)
            )  # fmt: skip
            disks.append(
                (reading, 0, disk, "WDC WD5000AAKX-08U6AA0", 500_107_862_016, hours, "smartctl")
            )
    await copy(
        "machine_reading",
        ("id", "school", "asset", "key", "digest", "content", "uuid", "machine_at", "is_clock_right",
         "read_at", "has_hours", "received_at", "received_by"),
        readings,
    )  # fmt: skip
    await copy(
        "disk_reading",
        ("reading", "position", "disk_serial", "model", "size_bytes", "hours", "source"),
        disks,
    )


def _signed(machine: _Machine, key: int, at: datetime, disk: str, hours: int, secret: bytes) -> str:
    lines = (
        "labshare-collect 1",
        f"key {key}",
        f"clock {_utc(at)}",
        "system Linux UnionTech OS Desktop 20",
        f"tag {machine.tag}",
        f"maker {machine.brand}".encode("ascii", "ignore").decode().strip(),
        f"model {machine.model}".encode("ascii", "ignore").decode().strip(),
        f"serial {machine.serial}".strip(),
        "uuid",
        "processor Intel(R) Core(TM) i5-6500 CPU @ 3.20GHz",
        "memory 7812",
        f"disk|{disk}|WDC WD5000AAKX-08U6AA0|500107862016|smartctl|{hours}",
    )
    signed = "".join(f"{line}\n" for line in lines)
    return f"{signed}signature {hmac.new(secret, signed.encode(), sha256).hexdigest()}\n"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
