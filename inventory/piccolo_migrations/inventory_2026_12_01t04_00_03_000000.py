"""What the collector on a stick read of machines without a network, and the keys that signed it."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T04:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "readings of machines without a network"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)



class CollectorKey(Table, tablename="collector_key"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    sealed = Bytea(secret=True)
    made_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    made_at = Timestamptz()
    expires_at = Timestamptz()
    revoked_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    revoked_at = Timestamptz(null=True, default=None)

    collector_key_ends_after_it_begins = Check("expires_at > made_at")
    collector_key_revoked_by_somebody = Check("(revoked_by IS NULL) = (revoked_at IS NULL)")


class MachineReading(Table, tablename="machine_reading"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    key = ForeignKey(CollectorKey, null=False, index=True, on_delete=OnDelete.restrict)
    digest = Varchar(length=64)
    content = Text()
    uuid = Varchar(length=40)
    machine_at = Timestamptz(null=True, default=None)
    is_clock_right = Boolean(default=True)
    read_at = Timestamptz()
    has_hours = Boolean(default=False)
    received_at = Timestamptz()
    received_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    voided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    voided_at = Timestamptz(null=True, default=None)

    machine_reading_content_is_bounded = Check("octet_length(content) <= 16384")
    machine_reading_digest_is_sha256 = Check("digest ~ '^[0-9a-f]{64}$'")
    machine_reading_is_received_after_it_was_read = Check("read_at <= received_at")
    machine_reading_voided_by_somebody = Check("(voided_by IS NULL) = (voided_at IS NULL)")


class DiskReading(Table, tablename="disk_reading"):
    id = BigSerial(primary_key=True)
    reading = ForeignKey(MachineReading, null=False, on_delete=OnDelete.restrict)
    position = Integer()
    disk_serial = Varchar(length=120)
    model = Varchar(length=120)
    size_bytes = BigInt(null=True, default=None)
    hours = Integer(null=True, default=None)
    source = Varchar(length=12)

    disk_reading_once = Unique(["reading", "position"])
    disk_reading_hours_are_of_a_life = Check("hours BETWEEN 0 AND 876000")
    disk_reading_source_is_known = Check(
        "source IN ('smart','reliability','smartctl','nvme','udisks','none')"
    )
    disk_reading_hours_have_a_source = Check("hours IS NULL OR source <> 'none'")


async def forwards():
    return table_migration(
        "inventory", ID, DESCRIPTION, [CollectorKey, MachineReading, DiskReading]
    )
