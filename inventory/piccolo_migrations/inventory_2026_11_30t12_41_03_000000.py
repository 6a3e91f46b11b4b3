"""Imports that stand take the new states; what changes by itself is no part of the history."""

from piccolo.columns import UUID, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from core import database
from core.table_migrations import table_migration

ID = "2026-11-30T12:41:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "states of imports"

# A preview of before holds nothing that could be applied now.
FORWARDS = """
UPDATE import_row r SET targets = ARRAY[r.asset], label = a.tag FROM asset a WHERE a.id = r.asset;
UPDATE import_job SET state = 'discarded' WHERE state = 'staged';
UPDATE import_job j SET
    rows_total = (SELECT count(*) FROM import_row WHERE job = j.id),
    rows_done = (SELECT count(*) FROM import_row WHERE job = j.id),
    counts = coalesce((SELECT jsonb_object_agg(v.verdict, v.rows) FROM (
        SELECT verdict, count(*) AS rows FROM import_row WHERE job = j.id GROUP BY verdict) v),
        '{}'::jsonb),
    columns = coalesce((SELECT jsonb_agg(jsonb_build_object('header', key)) FROM jsonb_object_keys(
        (SELECT raw FROM import_row WHERE job = j.id ORDER BY line LIMIT 1)) AS key), '[]'::jsonb);
UPDATE import_row SET raw = (SELECT coalesce(jsonb_agg(value), '[]'::jsonb) FROM jsonb_each(raw));
DROP INDEX import_job_applied_once;
CREATE UNIQUE INDEX import_job_applied_once ON import_job (school, noun, file_sha256)
    WHERE state IN ('applied', 'undoing');
CREATE INDEX import_row_by_target ON import_row (job, verdict, (targets[1]))
    WHERE targets[1] IS NOT NULL;
CREATE INDEX import_job_waiting ON import_job (id)
    WHERE state IN ('uploaded', 'mapped', 'applying', 'undoing');
CREATE INDEX import_row_by_verdict ON import_row (job, verdict, line);
DROP TRIGGER audit ON import_job;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON import_job
    FOR EACH ROW EXECUTE FUNCTION audit_record('columns', 'mapping', 'counts', 'findings', 'made',
        'problem', 'rows_total', 'rows_done', 'attempts', 'lost_claims', 'claimed_until');
"""
BACKWARDS = """
DROP TRIGGER audit ON import_job;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON import_job
    FOR EACH ROW EXECUTE FUNCTION audit_record();
DROP INDEX import_row_by_target;
DROP INDEX import_row_by_verdict;
DROP INDEX import_job_waiting;
DROP INDEX import_job_applied_once;
DELETE FROM import_row r USING import_job j WHERE j.id = r.job AND j.state <> 'applied';
UPDATE import_row SET verdict = 'same' WHERE verdict IS NULL;
UPDATE import_job SET state = 'discarded', applied_at = NULL, undone_at = NULL
 WHERE state <> 'applied';
CREATE UNIQUE INDEX import_job_applied_once ON import_job (school, file_sha256)
    WHERE state = 'applied';
"""


class ImportJob(Table, tablename="import_job"):
    id = UUID(primary_key=True)

    import_job_state_exists = Check(
        "state IN ('uploaded','read','mapped','judged','applying','applied','undoing','undone',"
        "'failed','discarded')"
    )
    import_job_has_its_times = Check(
        "(state IN ('applied','undoing','undone')) = (applied_at IS NOT NULL)"
        " AND (state = 'undone') = (undone_at IS NOT NULL)"
    )


async def forwards():
    manager = table_migration("inventory", ID, DESCRIPTION, additions=[ImportJob])

    async def convert() -> None:
        await database.execute(FORWARDS)

    async def convert_back() -> None:
        await database.execute(BACKWARDS)

    manager.add_raw(convert)
    manager.add_raw_backwards(convert_back)
    for name in ("import_job_state_is_known", "import_job_applied_has_a_time"):
        manager.drop_constraint(
            table_class_name="ImportJob", tablename="import_job", constraint_name=name
        )
    manager.drop_column(
        table_class_name="ImportRow",
        tablename="import_row",
        column_name="asset",
        db_column_name="asset",
    )
    manager.alter_column(
        table_class_name="ImportJob",
        tablename="import_job",
        column_name="state",
        db_column_name="state",
        params={"default": "uploaded"},
        old_params={"default": "staged"},
        column_class=Varchar,
        old_column_class=Varchar,
    )
    manager.alter_column(
        table_class_name="ImportRow",
        tablename="import_row",
        column_name="verdict",
        db_column_name="verdict",
        params={"default": None, "null": True},
        old_params={"default": "", "null": False},
        column_class=Varchar,
        old_column_class=Varchar,
    )
    return manager
