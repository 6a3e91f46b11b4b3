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

from core.tables import Person, School
from inventory.tables.assets import Asset


class CollectorKey(Table, tablename="collector_key"):
    """The key within one collecting file; whoever has the stick can sign with it until it ends."""

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
    """One signed text: what a machine said of itself when the collector ran on it.

    ``machine_at`` is what its clock said, ``read_at`` when it was read as far as is known.
    """

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
    """For how many hours a disk had been on at a reading; null where nobody could ask it."""

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
