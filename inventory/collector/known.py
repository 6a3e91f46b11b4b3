"""What the books and earlier readings know of the machines in a batch of texts; a query for all."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from core.access import Actor
from core.database import fetch
from inventory.collector.texts import CollectedDisk, CollectedText
from inventory.serials import SerialTrust

# Both moments may be off by the length of a trip through the school.
HOURS_TO_SPARE = 24
MOST_CANDIDATES = 8
CANDIDATES_READ = 500


class KnownAsset(msgspec.Struct, frozen=True):
    """An asset that texts may be of."""

    id: int
    school_id: int
    tag: str
    title: str
    serial_number: str | None
    serial_trust: SerialTrust
    uuid: str | None = None

    @property
    def trusted_serial(self) -> str | None:
        return self.serial_number if self.serial_trust is SerialTrust.ok else None


class Stored(msgspec.Struct, frozen=True):
    """A text that is here already, with the asset it is of."""

    digest: str
    tag: str


class LastReading(msgspec.Struct, frozen=True):
    """The newest reading of an asset with hours: those of each disk by its serial number."""

    asset: int
    read_at: datetime
    hours: dict[str, int]

    @classmethod
    def of(cls, asset: int, read_at: datetime, disks: Iterable[CollectedDisk]) -> "LastReading":
        known = {one.serial: one.hours for one in disks if one.serial and one.hours is not None}
        return cls(asset, read_at, known)


class Assets:
    """Assets by all that a text names them with, each at its school."""

    def __init__(self, rows: list[KnownAsset]) -> None:
        self._by_tag = {(row.school_id, row.tag): row for row in rows}
        self._by_serial = _single(
            ((row.school_id, row.trusted_serial.casefold()), row)
            for row in rows
            if row.trusted_serial
        )
        self._by_uuid = _single(((row.school_id, row.uuid), row) for row in rows if row.uuid)

    def of_tag(self, tag: str, school_id: int) -> KnownAsset | None:
        return self._by_tag.get((school_id, tag))

    def of_serial(self, serial: str | None, school_id: int) -> KnownAsset | None:
        return self._by_serial.get((school_id, serial.casefold())) if serial else None

    def of_uuid(self, uuid: str, school_id: int) -> KnownAsset | None:
        return self._by_uuid.get((school_id, uuid)) if uuid else None


def _single(
    named: Iterable[tuple[tuple[int, str], KnownAsset]],
) -> dict[tuple[int, str], KnownAsset]:
    """What names one asset alone; two models may share a serial number."""
    found: dict[tuple[int, str], KnownAsset] = {}
    shared: set[tuple[int, str]] = set()
    for name, row in named:
        if found.setdefault(name, row).id != row.id:
            shared.add(name)
    return {name: row for name, row in found.items() if name not in shared}


COLUMNS = """a.id, a.school AS school_id, a.tag, coalesce(nullif(a.name, ''),
       model_title(m.brand, m.name)) AS title, a.serial_number, a.serial_trust"""
# Each condition has an index of its own, so they are asked one by one.
ASSETS = f"""
SELECT {COLUMNS}, NULL AS uuid FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.tag = any(:tags::text[]) AND a.school = any(:schools::bigint[])
 UNION
SELECT {COLUMNS}, NULL FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE lower(a.serial_number) = any(:serials::text[]) AND a.serial_trust = 'ok'
   AND a.school = any(:schools::bigint[])
 UNION
SELECT {COLUMNS}, r.uuid FROM machine_reading r JOIN asset a ON a.id = r.asset
  JOIN asset_model m ON m.id = a.model
 WHERE r.uuid = any(:uuids::text[]) AND r.uuid <> '' AND r.voided_at IS NULL
   AND a.school = any(:schools::bigint[])
"""
LASTS = """
SELECT r.asset, r.read_at, (SELECT jsonb_object_agg(d.disk_serial, d.hours) FROM disk_reading d
        WHERE d.reading = r.id AND d.hours IS NOT NULL AND d.disk_serial <> '') AS hours
  FROM unnest($1::bigint[]) wanted (id)
 CROSS JOIN LATERAL (SELECT * FROM machine_reading b
        WHERE b.asset = wanted.id AND b.voided_at IS NULL AND b.has_hours
        ORDER BY b.read_at DESC, b.id DESC LIMIT 1) r
"""
DISKS = """
SELECT DISTINCT ON (d.disk_serial) d.disk_serial AS digest, a.tag
  FROM disk_reading d JOIN machine_reading r ON r.id = d.reading JOIN asset a ON a.id = r.asset
 WHERE d.disk_serial = any($1::text[]) AND d.disk_serial <> '' AND r.voided_at IS NULL
   AND a.school = any($2::bigint[])
 ORDER BY d.disk_serial, r.read_at DESC, r.id DESC
"""
CANDIDATES = f"""
SELECT {COLUMNS}, NULL AS uuid FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.school = any($1::bigint[]) AND m.kind = 'computer' AND a.serial_trust <> 'ok'
   AND a.lifecycle NOT IN ('announced','voided','disposed','written_off','returned_to_donor','sold',
                           'dismantled')
   AND NOT EXISTS (SELECT FROM machine_reading r WHERE r.asset = a.id AND r.voided_at IS NULL)
 ORDER BY a.id LIMIT $2
"""


async def find_stored(actor: Actor, digests: list[str]) -> dict[str, Stored]:
    """Texts that are here, by digest."""
    rows = await fetch(
        Stored,
        "SELECT r.digest, a.tag FROM machine_reading r JOIN asset a ON a.id = r.asset"
        " WHERE r.digest = any($1::text[]) AND r.voided_at IS NULL AND r.school = any($2::bigint[])",
        digests,
        actor.school_ids,
    )
    return {row.digest: row for row in rows}


async def find_assets(texts: list[CollectedText], tags: list[str], schools: list[int]) -> Assets:
    """Those of the schools that the texts name by tag, serial number, or the uuid of an earlier text."""
    serials = {text.trusted_serial for text in texts}
    rows = await fetch(
        KnownAsset,
        ASSETS,
        tags=tags,
        serials=sorted(serial.lower() for serial in serials if serial),
        uuids=sorted({text.uuid for text in texts}),
        schools=schools,
    )
    return Assets(rows)


async def find_last_readings(asset_ids: list[int]) -> dict[int, LastReading]:
    """The newest readings with hours, by asset."""
    rows = await fetch(LastReading, LASTS, sorted(set(asset_ids)))
    return {row.asset: row for row in rows}


async def find_disks(serials: list[str], schools: list[int]) -> dict[str, str]:
    """In which asset each disk was seen last: tags by the serial numbers of disks."""
    return {row.digest: row.tag for row in await fetch(Stored, DISKS, serials, schools)}


async def find_candidates(schools: list[int]) -> list[KnownAsset]:
    """Computers without a serial number that no text is of yet."""
    return await fetch(KnownAsset, CANDIDATES, schools, CANDIDATES_READ) if schools else []
