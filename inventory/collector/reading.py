"""Readings of machines: the list of them, hours per week between two, and one taken back."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch, transaction
from core.errors import Conflict, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import COLLECT_HOURS
from core.query import Key, Order, Where, get_row, list_page
from core.rows import update_row
from inventory import tables, tags
from inventory.collector.disks import HoursSource

HOURS_A_WEEK = 24 * 7
USES_SHOWN = 12
MISSING = say("There is no such reading, or it is not of your school")


class DiskHours(msgspec.Struct, frozen=True):
    """One disk at a reading; ``hours`` None where nobody could ask it."""

    disk_serial: str
    model: str
    size_bytes: int | None
    hours: int | None
    source: HoursSource


class MachineReading(msgspec.Struct, frozen=True):
    """One text that was taken in. ``machine_at`` is what the machine's clock said."""

    id: int
    school_id: int
    tag: str
    title: str
    key_id: int
    digest: str
    machine_at: datetime | None
    is_clock_right: bool
    read_at: datetime
    received_at: datetime
    received_by: str
    voided_at: datetime | None
    disks: list[DiskHours]


class MachineUse(msgspec.Struct, frozen=True):
    """For how many hours a machine was on between two readings of the same disk: an average of then."""

    starts_at: datetime
    ends_at: datetime
    hours: float

    @property
    def hours_a_week(self) -> float:
        """The average, as if each week had been like the others."""
        between = (self.ends_at - self.starts_at).total_seconds() / 3600
        return round(self.hours / max(between, 1) * HOURS_A_WEEK, 1)


class ReadingFilters(msgspec.Struct, frozen=True):
    """Which readings a list shows."""

    tag: str = ""
    school_id: Id | None = None


NO_FILTERS = ReadingFilters()
READ = """
SELECT r.id, a.school AS school_id, a.tag,
       coalesce(nullif(a.name, ''), model_title(m.brand, m.name)) AS title, r.key AS key_id,
       r.digest, r.machine_at, r.is_clock_right, r.read_at, r.received_at, p.name AS received_by,
       r.voided_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('disk_serial', d.disk_serial, 'model', d.model,
               'size_bytes', d.size_bytes, 'hours', d.hours, 'source', d.source)
               ORDER BY d.position), '[]'::jsonb)
          FROM disk_reading d WHERE d.reading = r.id) AS disks
  FROM machine_reading r JOIN asset a ON a.id = r.asset JOIN asset_model m ON m.id = a.model
  JOIN person p ON p.id = r.received_by
"""
NEWEST_FIRST = Order(Key("r.id", int, "id"), descending=True)
USE = """
SELECT starts_at, ends_at, hours FROM machine_use WHERE asset = $1 ORDER BY ends_at DESC LIMIT $2
"""


async def list_readings(
    actor: Actor,
    filters: ReadingFilters = NO_FILTERS,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[MachineReading]:
    """Readings of assets of the actor's schools, those that came last first; those taken back as well."""
    where = Where("a.school = any(:schools)", schools=actor.school_ids)
    where.add_given("a.school = :school", school=filters.school_id)
    where.add_given("a.tag = :tag", tag=tags.clean(filters.tag))
    return await list_page(MachineReading, READ, where, NEWEST_FIRST, cursor=cursor, limit=limit)


async def get_reading(actor: Actor, reading_id: int) -> MachineReading:
    """One reading of the actor's schools."""
    where = Where(
        "r.id = :id AND a.school = any(:schools)", id=reading_id, schools=actor.school_ids
    )
    return await get_row(MachineReading, READ, where, MISSING)


async def find_use(asset_id: int) -> list[MachineUse]:
    """Hours between readings of an asset in the caller's sight, the newest first."""
    return await fetch(MachineUse, USE, asset_id, USES_SHOWN)


async def void_reading(actor: Actor, reading_id: int) -> MachineReading:
    """Take back a text that was stored with the wrong asset; it may then be uploaded again.

    Once (Conflict).
    """
    found = await get_reading(actor, reading_id)
    actor.require(found.school_id, COLLECT_HOURS)
    refusals = {
        "machine_reading_stays": Conflict(
            say("This reading was taken back before"), code="taken_back"
        )
    }
    async with transaction(actor, refusals):
        await update_row(
            tables.MachineReading,
            reading_id,
            voided_by=actor.person_id,
            voided_at=clock.now(),
        )
    return await get_reading(actor, reading_id)
