"""Rules of maintenance plans: one order for each plan, asset and due day; hours from the collector."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T07:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of maintenance plans"

RULES = """
CREATE UNIQUE INDEX work_order_once_a_plan_and_day ON work_order (plan, asset, due_on)
    WHERE plan IS NOT NULL;
ALTER TABLE work_order ADD CONSTRAINT work_order_plan_is_of_the_school
    FOREIGN KEY (plan, school) REFERENCES maintenance_plan (id, school);
ALTER TABLE maintenance_plan ADD CONSTRAINT maintenance_plan_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);

CREATE FUNCTION maintenance_plan_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.school <> NEW.school OR OLD.state = 'ended' THEN
        RAISE EXCEPTION 'an ended plan stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'maintenance_plan_stays_ended';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_ended BEFORE UPDATE ON maintenance_plan
    FOR EACH ROW EXECUTE FUNCTION maintenance_plan_stays_ended();
CREATE TRIGGER stays BEFORE DELETE ON maintenance_plan
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whoever opens an order holds the plan; so a plan that is paused opens nothing any more.
CREATE FUNCTION work_order_plan_is_active() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'what a work order is planned for stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_order_plan_stays';
    END IF;
    PERFORM FROM maintenance_plan WHERE id = NEW.plan AND state = 'active' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the plan is paused or has ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_order_plan_is_active';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_is_active BEFORE INSERT ON work_order
    FOR EACH ROW WHEN (NEW.plan IS NOT NULL) EXECUTE FUNCTION work_order_plan_is_active();
CREATE TRIGGER plan_stays BEFORE UPDATE OF plan, due_on, checklist ON work_order
    FOR EACH ROW WHEN ((OLD.plan, OLD.due_on, OLD.checklist)
                       IS DISTINCT FROM (NEW.plan, NEW.due_on, NEW.checklist))
    EXECUTE FUNCTION work_order_plan_is_active();
"""

# What the inventory knows by itself; monitoring puts in its place what devices told as well.
HOURS = """
CREATE FUNCTION measured_hours(asset_id bigint, since timestamptz, until timestamptz)
RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN count(*) > 0 THEN coalesce(sum(u.hours * greatest(0, extract(epoch FROM
               least(u.ends_at, until) - greatest(u.starts_at, since))::float8)
               / extract(epoch FROM u.ends_at - u.starts_at)::float8), 0) END
      FROM machine_use u WHERE u.asset = asset_id
$$;
"""

AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON maintenance_plan
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON maintenance_plan;
DROP FUNCTION measured_hours(bigint, timestamptz, timestamptz);
DROP FUNCTION work_order_plan_is_active() CASCADE;
DROP TRIGGER stays ON maintenance_plan;
DROP FUNCTION maintenance_plan_stays_ended() CASCADE;
ALTER TABLE maintenance_plan DROP CONSTRAINT maintenance_plan_place_is_of_the_school;
ALTER TABLE work_order DROP CONSTRAINT work_order_plan_is_of_the_school;
DROP INDEX work_order_once_a_plan_and_day;
"""


async def forwards():
    return sql_migration(
        "inventory", ID, DESCRIPTION, forwards=RULES + HOURS + AUDIT, backwards=BACKWARDS
    )
