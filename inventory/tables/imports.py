"""Files of assets that are read in: each a job, each line of it a row."""

from piccolo.columns import JSONB, UUID, BigSerial, Bytea, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset


class ImportJob(Table, tablename="import_job"):
    """One file of assets: staged, previewed, then applied all or nothing."""

    id = UUID(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    file_name = Varchar(length=255)
    file_sha256 = Bytea()
    encoding = Varchar(length=16)
    state = Varchar(length=12, default="staged")
    created_at = Timestamptz()
    applied_at = Timestamptz(null=True, default=None)

    import_job_state_is_known = Check("state IN ('staged','applied','discarded')")
    import_job_applied_has_a_time = Check("(state = 'applied') = (applied_at IS NOT NULL)")


class ImportRow(Table, tablename="import_row"):
    """One line of the file and what would become of it."""

    id = BigSerial(primary_key=True)
    job = ForeignKey(ImportJob, null=False, index=True, on_delete=OnDelete.cascade)
    line = Integer()
    raw = JSONB()  # type: ignore[assignment]
    verdict = Varchar(length=8)
    asset = ForeignKey(Asset, null=True, default=None, on_delete=OnDelete.set_null)
    diff = JSONB()
    message = JSONB(null=True, default=None)

    import_row_verdict_is_known = Check("verdict IN ('create','update','same','skip','error')")
    import_row_once_a_line = Unique(["job", "line"])
