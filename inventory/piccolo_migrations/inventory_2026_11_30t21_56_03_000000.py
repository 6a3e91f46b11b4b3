"""Rules of transfers: what is on its way is held, and changes its school on receipt alone."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T21:56:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of transfers between schools"

KEYS = """
CREATE UNIQUE INDEX transfer_line_one_open_per_asset ON transfer_line (asset) WHERE is_open;
CREATE INDEX transfer_line_lent ON transfer_line (asset)
    WHERE outcome IN ('received', 'late') AND returned_by IS NULL;
CREATE INDEX transfer_newest_of_sender ON transfer (school, id DESC);
CREATE INDEX transfer_newest_of_receiver ON transfer (to_school, id DESC);
CREATE INDEX transfer_loans ON transfer (due_on)
    WHERE kind = 'loan' AND state IN ('received', 'disputed');
"""

PHOTOS = """
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation, transfer) = 1);
"""

LINES = """
CREATE FUNCTION refuse_transfer(rule text, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation', CONSTRAINT = rule;
END $$;

-- A line takes the thing by a hold of the one calendar, without an end.
CREATE FUNCTION transfer_line_takes_its_asset() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    way transfer;
    thing asset;
BEGIN
    SELECT * INTO way FROM transfer WHERE id = NEW.transfer FOR NO KEY UPDATE;
    SELECT * INTO thing FROM asset WHERE id = NEW.asset FOR NO KEY UPDATE;
    IF thing.school <> way.school OR NEW.school <> way.school THEN
        PERFORM refuse_transfer('transfer_line_is_of_the_sender', 'the asset is of another school');
    END IF;
    IF way.state <> (CASE WHEN NEW.is_open THEN 'draft' ELSE 'disputed' END) THEN
        PERFORM refuse_transfer('transfer_is_no_draft', 'the list of what is sent is closed');
    END IF;
    PERFORM lock_calendar(thing.school, NULL, thing.model);
    IF EXISTS (SELECT FROM custody WHERE asset = NEW.asset AND ended_at IS NULL) THEN
        PERFORM refuse_transfer('transfer_line_is_in_no_hands', 'the asset is handed out');
    END IF;
    IF way.kind <> 'return' AND asset_is_on_loan(NEW.asset) THEN
        PERFORM refuse_transfer('transfer_line_is_ones_own', 'the asset is lent by another school');
    END IF;
    IF way.kind = 'return' AND NOT EXISTS (
        SELECT FROM transfer_line l WHERE l.transfer = way.loan AND l.asset = NEW.asset
           AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL) THEN
        PERFORM refuse_transfer('transfer_line_is_of_its_loan', 'the asset is not of this loan');
    END IF;
    IF NEW.is_open THEN
        NEW.hold := nextval(pg_get_serial_sequence('hold', 'id'));
        INSERT INTO hold (id, school, kind, asset, quantity, starts_at, group_name, purpose,
                          made_by, made_at, version)
        VALUES (NEW.hold, way.school, 'transfer', NEW.asset, 1, now(), '', way.number,
                NEW.added_by, now(), 1);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION asset_is_on_loan(asset_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM transfer_line l JOIN transfer t ON t.id = l.transfer
                    WHERE l.asset = asset_id AND l.outcome IN ('received', 'late')
                      AND l.returned_by IS NULL AND t.kind = 'loan')
$$;
COMMENT ON FUNCTION asset_is_on_loan IS 'Whether another school has lent it and it is not back yet';

CREATE TRIGGER takes_its_asset BEFORE INSERT ON transfer_line
    FOR EACH ROW EXECUTE FUNCTION transfer_line_takes_its_asset();

CREATE FUNCTION transfer_line_releases_its_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hold SET closed_as = 'ended', closed_at = greatest(now(), starts_at)
     WHERE id = OLD.hold AND closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER releases_its_asset AFTER UPDATE OF is_open ON transfer_line
    FOR EACH ROW WHEN (OLD.is_open AND NOT NEW.is_open)
    EXECUTE FUNCTION transfer_line_releases_its_asset();
CREATE TRIGGER releases_its_asset_again AFTER DELETE ON transfer_line
    FOR EACH ROW WHEN (OLD.is_open) EXECUTE FUNCTION transfer_line_releases_its_asset();

CREATE FUNCTION transfer_line_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_transfer('transfer_line_is_resolved', 'this line is resolved');
    RETURN NULL;
END $$;
CREATE TRIGGER resolved_is_final BEFORE UPDATE ON transfer_line
    FOR EACH ROW WHEN (NOT OLD.is_open AND (to_jsonb(OLD) - 'returned_by')
                       IS DISTINCT FROM (to_jsonb(NEW) - 'returned_by'))
    EXECUTE FUNCTION transfer_line_is_final();
CREATE FUNCTION transfer_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM transfer WHERE id = OLD.transfer AND state <> 'draft') THEN
        PERFORM refuse_transfer('transfer_is_no_draft', 'the list of what is sent is closed');
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER stays BEFORE DELETE ON transfer_line
    FOR EACH ROW EXECUTE FUNCTION transfer_line_stays();
"""

STEPS = """
CREATE FUNCTION transfer_takes_a_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'sent'), ('draft', 'cancelled'), ('sent', 'cancelled'), ('sent', 'disputed'),
        ('sent', 'received'), ('sent', 'closed'), ('disputed', 'received'), ('disputed', 'closed'),
        ('received', 'closed')) THEN
        PERFORM refuse_transfer('transfer_step_exists', 'a transfer does not go back');
    END IF;
    IF NEW.state = 'sent' AND NOT EXISTS (SELECT FROM transfer_line WHERE transfer = NEW.id) THEN
        PERFORM refuse_transfer('transfer_is_of_something', 'nothing is sent');
    END IF;
    IF NEW.state IN ('received', 'closed', 'cancelled') AND (
        EXISTS (SELECT FROM transfer_line WHERE transfer = NEW.id AND is_open)
        OR EXISTS (SELECT FROM transfer_extra WHERE transfer = NEW.id AND resolved_at IS NULL))
    THEN
        PERFORM refuse_transfer('transfer_leaves_nothing_open', 'a line is not accounted for');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takes_a_step BEFORE UPDATE OF state ON transfer
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION transfer_takes_a_step();
CREATE FUNCTION transfer_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_transfer('transfer_is_closed', 'the transfer is closed');
    RETURN NULL;
END $$;
CREATE TRIGGER closed_is_final BEFORE UPDATE ON transfer
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION transfer_is_final();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON transfer_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

ELSEWHERE = """
-- Whoever may override bookings still hands out nothing that is put aside for another school.
CREATE FUNCTION custody_is_of_what_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM transfer_line WHERE asset = NEW.asset AND is_open) THEN
        PERFORM refuse_transfer('asset_is_on_its_way', 'the asset goes to another school');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_here BEFORE INSERT ON custody
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION custody_is_of_what_stays();

CREATE FUNCTION asset_is_under_way(asset_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM transfer_line l JOIN transfer t ON t.id = l.transfer
                    WHERE l.asset = asset_id AND l.is_open AND t.state <> 'draft')
$$;
-- What monitoring has found out is not lost; only people are told to wait.
CREATE FUNCTION work_order_is_of_what_is_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM asset WHERE id = NEW.asset FOR SHARE;
    IF asset_is_under_way(NEW.asset) THEN
        PERFORM refuse_transfer('asset_is_on_its_way', 'the asset goes to another school');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_here BEFORE INSERT ON work_order
    FOR EACH ROW WHEN (NEW.closed_at IS NULL AND NEW.source <> 'alert')
    EXECUTE FUNCTION work_order_is_of_what_is_here();
CREATE FUNCTION asset_waits_while_under_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF asset_is_under_way(NEW.id) THEN
        PERFORM refuse_transfer('asset_is_on_its_way', 'the asset goes to another school');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER waits_while_under_way BEFORE UPDATE OF lifecycle ON asset
    FOR EACH ROW WHEN (OLD.lifecycle <> NEW.lifecycle)
    EXECUTE FUNCTION asset_waits_while_under_way();
CREATE FUNCTION hold_is_of_a_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM transfer_line WHERE hold = NEW.id AND is_open) THEN
        PERFORM refuse_transfer('hold_ends_with_its_transfer', 'the hold is of a transfer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_with_its_transfer BEFORE UPDATE OF closed_at ON hold
    FOR EACH ROW WHEN (OLD.kind = 'transfer' AND OLD.closed_at IS NULL
                       AND NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION hold_is_of_a_transfer();
"""

AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON transfer
    FOR EACH ROW EXECUTE FUNCTION audit_record('reminded_of');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON transfer_line
    FOR EACH ROW EXECUTE FUNCTION audit_record('hold', 'is_open');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON transfer_extra
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON transfer_signature
    FOR EACH ROW EXECUTE FUNCTION audit_record('strokes', 'items');
"""

BACKWARDS = """
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation) = 1);
DROP TRIGGER ends_with_its_transfer ON hold;
DROP FUNCTION hold_is_of_a_transfer();
DROP TRIGGER waits_while_under_way ON asset;
DROP FUNCTION asset_waits_while_under_way();
DROP TRIGGER is_here ON work_order;
DROP FUNCTION work_order_is_of_what_is_here();
DROP FUNCTION asset_is_under_way(bigint);
DROP TRIGGER stays_here ON custody;
DROP FUNCTION custody_is_of_what_stays();
DROP FUNCTION transfer_is_final() CASCADE;
DROP FUNCTION transfer_takes_a_step() CASCADE;
DROP FUNCTION transfer_line_stays() CASCADE;
DROP FUNCTION transfer_line_is_final() CASCADE;
DROP FUNCTION transfer_line_releases_its_asset() CASCADE;
DROP FUNCTION transfer_line_takes_its_asset() CASCADE;
DROP FUNCTION asset_is_on_loan(bigint);
DROP FUNCTION refuse_transfer(text, text);
DROP TRIGGER append_only ON transfer_signature;
DROP TRIGGER audit ON transfer;
DROP TRIGGER audit ON transfer_line;
DROP TRIGGER audit ON transfer_extra;
DROP TRIGGER audit ON transfer_signature;
DROP INDEX transfer_loans;
DROP INDEX transfer_newest_of_receiver;
DROP INDEX transfer_newest_of_sender;
DROP INDEX transfer_line_lent;
DROP INDEX transfer_line_one_open_per_asset;
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=KEYS + PHOTOS + LINES + STEPS + ELSEWHERE + AUDIT,
        backwards=BACKWARDS,
    )
