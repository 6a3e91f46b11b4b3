"""Imports as jobs of the worker: file, columns, mapping, progress, and what undoing them takes."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T12:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "imports as jobs of the worker"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class ImportJob(Table, tablename="import_job"):
    id = UUID(primary_key=True)
    noun = Varchar(length=16, default="assets")
    undone_at = Timestamptz(null=True, default=None)
    columns = JSONB(default="[]")
    mapping = JSONB(null=True, default=None)
    counts = JSONB(default="{}")
    findings = JSONB(default="{}")
    made = JSONB(null=True, default=None)
    problem = JSONB(null=True, default=None)
    rows_total = Integer(default=0)
    rows_done = Integer(default=0)
    attempts = Integer(default=0)
    lost_claims = Integer(default=0)
    claimed_until = Timestamptz(null=True, default=None)


class ImportFile(Table, tablename="import_file"):
    id = BigSerial(primary_key=True)
    job = ForeignKey(ImportJob, null=False, unique=True, on_delete=OnDelete.cascade)
    data = Bytea()


class ImportRow(Table, tablename="import_row"):
    id = BigSerial(primary_key=True)
    targets = Array(base_column=BigInt(), default=[])
    label = Varchar(length=400)
    change = JSONB(null=True, default=None)
    version_read = Integer(null=True, default=None)
    is_left_out = Boolean(default=False)
    obstacle = JSONB(null=True, default=None)


class ImportMapping(Table, tablename="import_mapping"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.cascade)
    noun = Varchar(length=16)
    headers_sha256 = Bytea()
    mapping = JSONB()
    used_at = Timestamptz()

    import_mapping_once_a_set_of_headers = Unique(["school", "noun", "headers_sha256"])


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [ImportFile, ImportMapping],
        additions=[ImportJob, ImportRow],
    )
