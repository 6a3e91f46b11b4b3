"""Rules of sign-offs: whose work is proposed, who decides, and that no order closes before."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T09:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of sign-offs"

FORWARDS = """
CREATE INDEX work_order_entry_proposed ON work_order_entry (school, id)
    WHERE sign_off = 'proposed';

CREATE FUNCTION may_sign_off(person_id bigint, school_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM valid_membership WHERE person = person_id AND school = school_id
                      AND role IN ('admin', 'technician'))
$$;

-- The order is locked as everybody who writes on it does: whoever closes it sees this entry, or has
-- closed it before.
CREATE FUNCTION entry_of_a_helper_is_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sign_off := 'not_needed';
    NEW.decided_by := NULL;
    NEW.decided_at := NULL;
    NEW.decision_note := '';
    IF NEW."by" IS NULL OR may_sign_off(NEW."by", NEW.school) OR NOT EXISTS (
        SELECT FROM valid_membership WHERE person = NEW."by" AND school = NEW.school
           AND role = 'student_helper') THEN
        RETURN NEW;
    END IF;
    PERFORM FROM work_order WHERE id = NEW.work_order AND assignee = NEW."by" AND closed_at IS NULL
        FOR SHARE;
    IF FOUND THEN
        NEW.sign_off := 'proposed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_proposed BEFORE INSERT ON work_order_entry
    FOR EACH ROW EXECUTE FUNCTION entry_of_a_helper_is_proposed();

CREATE FUNCTION entry_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sign_off <> 'proposed' OR NEW.sign_off NOT IN ('signed_off', 'sent_back')
       OR (NEW.found, NEW.done, NEW.minutes, NEW.cost)
          IS DISTINCT FROM (OLD.found, OLD.done, OLD.minutes, OLD.cost) THEN
        RAISE EXCEPTION 'an entry is decided once, as it was written'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'work_order_entry_is_decided_once';
    END IF;
    IF NOT may_sign_off(NEW.decided_by, NEW.school) THEN
        RAISE EXCEPTION 'who decides is an admin or a technician of the school'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'work_order_entry_is_decided_by_who_may';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_decided_once BEFORE UPDATE OF found, done, minutes, cost, sign_off, decided_by,
    decided_at, decision_note ON work_order_entry
    FOR EACH ROW WHEN (OLD.sign_off <> 'not_needed' OR NEW.sign_off <> 'not_needed')
    EXECUTE FUNCTION entry_is_decided_once();

CREATE FUNCTION order_closes_on_signed_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM work_order_entry
                WHERE work_order = NEW.id AND sign_off = 'proposed') THEN
        RAISE EXCEPTION 'work on order % is not signed off', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_order_work_is_signed_off';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closes_on_signed_work BEFORE UPDATE OF closed_at ON work_order
    FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION order_closes_on_signed_work();

-- What was spent on an order: the work of its entries as far as it counts, and the parts that it
-- took and did not return.
CREATE OR REPLACE VIEW work_order_effort AS
SELECT work_order, at, minutes, cost FROM work_order_entry
 WHERE sign_off IN ('not_needed', 'signed_off')
UNION ALL
SELECT work_order, at, 0, -change * coalesce(unit_cost, 0) FROM stock_move
 WHERE work_order IS NOT NULL;
"""
BACKWARDS = """
CREATE OR REPLACE VIEW work_order_effort AS
SELECT work_order, at, minutes, cost FROM work_order_entry
UNION ALL
SELECT work_order, at, 0, -change * coalesce(unit_cost, 0) FROM stock_move
 WHERE work_order IS NOT NULL;
DROP FUNCTION order_closes_on_signed_work() CASCADE;
DROP FUNCTION entry_is_decided_once() CASCADE;
DROP FUNCTION entry_of_a_helper_is_proposed() CASCADE;
DROP FUNCTION may_sign_off(bigint, bigint);
DROP INDEX work_order_entry_proposed;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
