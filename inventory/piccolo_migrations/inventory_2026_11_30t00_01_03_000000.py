"""The inventory's rules that Piccolo cannot say, its life cycle, and its history."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "partial indexes, composite keys, life cycle, what is final, history"

STATES = (
    "announced", "received", "triage", "wiping", "refurbish", "in_service", "in_repair",
    "lost", "retired", "disposed", "written_off", "returned_to_donor",
)  # fmt: skip
ENDS = ("disposed", "written_off", "returned_to_donor")
STEPS = (
    ("announced", "received"),
    ("received", "triage"), ("received", "in_service"),
    ("triage", "wiping"), ("triage", "refurbish"), ("triage", "in_service"),
    ("triage", "returned_to_donor"), ("triage", "retired"),
    ("wiping", "refurbish"), ("wiping", "in_service"), ("wiping", "retired"),
    ("refurbish", "triage"), ("refurbish", "in_service"), ("refurbish", "retired"),
    ("in_service", "in_repair"), ("in_service", "lost"), ("in_service", "retired"),
    ("in_service", "returned_to_donor"), ("in_service", "triage"),
    ("in_repair", "in_service"), ("in_repair", "refurbish"), ("in_repair", "retired"),
    ("in_repair", "lost"),
    ("lost", "triage"), ("lost", "in_service"), ("lost", "written_off"),
    ("retired", "refurbish"), ("retired", "disposed"), ("retired", "returned_to_donor"),
)  # fmt: skip
AUDITED = (
    "asset_model", "donor", "donation", "donation_line", "asset", "label_code", "custody",
    "work_order", "work_order_entry", "work_order_photo", "import_job",
)  # fmt: skip

FORWARDS = """
CREATE UNIQUE INDEX asset_serial_once_a_model ON asset (model, upper(serial_number))
    WHERE serial_trust = 'ok';
CREATE INDEX asset_of_model ON asset (model);
CREATE INDEX asset_of_school_by_tag ON asset (school, tag);
CREATE INDEX asset_by_lower_serial ON asset (lower(serial_number)) WHERE serial_number IS NOT NULL;
CREATE UNIQUE INDEX custody_one_open_per_asset ON custody (asset) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX work_order_one_open_per_fault ON work_order (asset, fault)
    WHERE closed_at IS NULL;
CREATE INDEX work_order_open_of_school ON work_order (school, opened_at DESC, id DESC)
    WHERE closed_at IS NULL;
CREATE UNIQUE INDEX import_job_applied_once ON import_job (school, file_sha256)
    WHERE state = 'applied';
ALTER TABLE donation ADD CONSTRAINT donation_donor_is_of_the_school
    FOREIGN KEY (donor, school) REFERENCES donor (id, school);
ALTER TABLE donation_line ADD CONSTRAINT donation_line_is_of_the_school
    FOREIGN KEY (donation, school) REFERENCES donation (id, school);
ALTER TABLE asset ADD CONSTRAINT asset_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
ALTER TABLE custody ADD CONSTRAINT custody_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE custody ADD CONSTRAINT custody_place_is_of_the_school
    FOREIGN KEY (holder_place, school) REFERENCES place (id, school);
ALTER TABLE label_code ADD CONSTRAINT label_code_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE asset_step ADD CONSTRAINT asset_step_exists
    FOREIGN KEY (from_state, to_state) REFERENCES lifecycle_transition (from_state, to_state);
ALTER TABLE asset_step ADD CONSTRAINT asset_step_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE work_order ADD CONSTRAINT work_order_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE work_order_entry ADD CONSTRAINT work_order_entry_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE work_order_entry ADD CONSTRAINT work_order_entry_id_school UNIQUE (id, school);
ALTER TABLE work_order_photo ADD CONSTRAINT work_order_photo_is_of_the_school
    FOREIGN KEY (entry, school) REFERENCES work_order_entry (id, school);
ALTER TABLE work_order_outage ADD CONSTRAINT work_order_outage_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE work_order_outage ADD CONSTRAINT work_order_outage_one_at_a_time EXCLUDE USING gist (
    int8range(work_order, work_order, '[]') WITH &&, tstzrange(started_at, ended_at) WITH &&);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON asset_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closed_is_final BEFORE UPDATE OR DELETE ON work_order
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_change_after_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{note,version}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{note,version}'::text[])
       AND EXISTS (SELECT FROM lifecycle l WHERE l.state = OLD.lifecycle AND l.is_end) THEN
        RAISE EXCEPTION 'the asset has left the books'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_has_left_the_books';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_is_final BEFORE UPDATE ON asset
    FOR EACH ROW EXECUTE FUNCTION refuse_change_after_end();
"""


def _life_cycle() -> str:
    states = ", ".join(
        f"('{state}', {position}, {str(state in ENDS).lower()})"
        for position, state in enumerate(STATES)
    )
    steps = ", ".join(f"('{before}', '{after}')" for before, after in STEPS)
    return (
        f"INSERT INTO lifecycle (state, position, is_end) VALUES {states};"
        f"INSERT INTO lifecycle_transition (from_state, to_state) VALUES {steps};"
    )


def _audit() -> str:
    return "".join(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION audit_record();"
        for table in AUDITED
    )


def _backwards() -> str:
    constraints = [
        [line.split()[2], line.split()[5]]
        for line in FORWARDS.splitlines()
        if line.startswith("ALTER TABLE")
    ]
    indexes = [
        line.split("INDEX ")[1].split()[0] for line in FORWARDS.splitlines() if "INDEX " in line
    ]
    return "".join(
        [f"DROP TRIGGER audit ON {table};" for table in AUDITED]
        + ["DROP TRIGGER append_only ON asset_step; DROP TRIGGER closed_is_final ON work_order;"]
        + ["DROP TRIGGER ended_is_final ON asset; DROP FUNCTION refuse_change_after_end();"]
        + [f"ALTER TABLE {t} DROP CONSTRAINT {c};" for t, c in reversed(constraints)]
        + [f"DROP INDEX {index};" for index in indexes]
        + ["DELETE FROM lifecycle_transition; DELETE FROM lifecycle;"]
    )


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=FORWARDS + _life_cycle() + _audit(),
        backwards=_backwards(),
    )
