"""Files that are read in: each a job, each line of it a row."""

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
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School


class ImportJob(Table, tablename="import_job"):
    """One file: read, its columns mapped, judged row by row, applied all or nothing, undone.

    A worker takes what is ``uploaded``, ``mapped``, ``applying`` or ``undoing``; all other states
    wait for somebody or are an end.
    """

    id = UUID(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    noun = Varchar(length=16, default="assets")
    file_name = Varchar(length=255)
    file_sha256 = Bytea()
    encoding = Varchar(length=16)
    state = Varchar(length=12, default="uploaded")
    created_at = Timestamptz()
    applied_at = Timestamptz(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    # What the file holds: each header with a sample of its values.
    columns = JSONB(default="[]")
    # How it was read: which sheet, under which header, what was left out.
    reading = JSONB(null=True, default=None)
    # What the person said: columns, words, keys, new names.
    mapping = JSONB(null=True, default=None)
    # How many rows have each verdict, and which names are new.
    counts = JSONB(default="{}")
    findings = JSONB(default="{}")
    # What was made beside the rows' own things, such as models.
    made = JSONB(null=True, default=None)
    problem = JSONB(null=True, default=None)
    rows_total = Integer(default=0)
    rows_done = Integer(default=0)
    attempts = Integer(default=0)
    lost_claims = Integer(default=0)
    claimed_until = Timestamptz(null=True, default=None)

    import_job_state_exists = Check(
        "state IN ('uploaded','read','mapped','judged','applying','applied','undoing','undone',"
        "'failed','discarded')"
    )
    import_job_has_its_times = Check(
        "(state IN ('applied','undoing','undone')) = (applied_at IS NOT NULL)"
        " AND (state = 'undone') = (undone_at IS NOT NULL)"
    )


class ImportFile(Table, tablename="import_file"):
    """The bytes of a file until it is decided on; apart, so that no list reads them."""

    id = BigSerial(primary_key=True)
    job = ForeignKey(ImportJob, null=False, unique=True, on_delete=OnDelete.cascade)
    data = Bytea()


class ImportRow(Table, tablename="import_row"):
    """One line of the file and what would become of it."""

    id = BigSerial(primary_key=True)
    job = ForeignKey(ImportJob, null=False, index=True, on_delete=OnDelete.cascade)
    line = Integer()
    # The cells in the order of the job's columns.
    raw = JSONB()  # type: ignore[assignment]
    verdict = Varchar(length=8, null=True, default=None)
    # The things that the row is about: one found, or those it made. No keys: things may go.
    targets = Array(base_column=BigInt(), default=[])
    label = Varchar(length=400)
    diff = JSONB()
    message = JSONB(null=True, default=None)
    # All that applying takes, and the version of what was found when it was judged.
    change = JSONB(null=True, default=None)
    version_read = Integer(null=True, default=None)
    is_left_out = Boolean(default=False)
    # What stands in the way of undoing it.
    obstacle = JSONB(null=True, default=None)

    import_row_verdict_is_known = Check("verdict IN ('create','update','same','skip','error')")
    import_row_once_a_line = Unique(["job", "line"])


class ImportMapping(Table, tablename="import_mapping"):
    """What a school said of files with these headers, offered again next time."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.cascade)
    noun = Varchar(length=16)
    headers_sha256 = Bytea()
    mapping = JSONB()
    used_at = Timestamptz()

    import_mapping_once_a_set_of_headers = Unique(["school", "noun", "headers_sha256"])
