"""Balances of parts follow their moves and reservations; what is taken apart leaves the books."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T19:31:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "balances of parts, reservations of open orders, taken apart"

OF_THE_SCHOOL = """
ALTER TABLE stock_balance ADD CONSTRAINT stock_balance_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
ALTER TABLE stock_reservation ADD CONSTRAINT stock_reservation_is_of_the_school
    FOREIGN KEY (balance, school) REFERENCES stock_balance (id, school);
ALTER TABLE stock_reservation ADD CONSTRAINT stock_reservation_order_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_is_of_the_school
    FOREIGN KEY (balance, school) REFERENCES stock_balance (id, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_other_is_of_the_school
    FOREIGN KEY (other, school) REFERENCES stock_balance (id, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_order_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_kit_is_of_the_school
    FOREIGN KEY (kit_move, school) REFERENCES kit_move (id, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE stock_move ADD CONSTRAINT stock_move_donation_is_of_the_school
    FOREIGN KEY (donation, school) REFERENCES donation (id, school);
ALTER TABLE stock_minimum ADD CONSTRAINT stock_minimum_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
CREATE INDEX stock_move_newest ON stock_move (balance, id DESC);
CREATE UNIQUE INDEX stock_minimum_once ON stock_minimum (school, model, coalesce(place, 0));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stock_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# A balance changes by moves and reservations alone. Each of them takes the lock of its row, and
# what is left after it decides: so of two who come at a time the second sees the first.
BALANCES = """
CREATE FUNCTION stock_begins_with_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.on_hand := 0;
    NEW.reserved := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER begins_with_nothing BEFORE INSERT ON stock_balance
    FOR EACH ROW EXECUTE FUNCTION stock_begins_with_nothing();
CREATE TRIGGER follows_its_moves BEFORE UPDATE OF on_hand, reserved ON stock_balance
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION require_open_order(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever closes it just now is waited for.
    PERFORM FROM work_order WHERE id = wanted AND closed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'work order % is closed', wanted
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'stock_order_is_open';
    END IF;
END $$;

CREATE FUNCTION stock_reservation_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more int := NEW.quantity - CASE WHEN TG_OP = 'UPDATE' THEN OLD.quantity ELSE 0 END;
    free int;
BEGIN
    IF more > 0 THEN
        PERFORM require_open_order(NEW.work_order);
    END IF;
    UPDATE stock_balance SET reserved = reserved + more WHERE id = NEW.balance
        RETURNING on_hand - reserved INTO free;
    IF more > 0 AND free < 0 THEN
        RAISE EXCEPTION 'not so many are free' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'stock_is_free';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counts AFTER INSERT OR UPDATE ON stock_reservation
    FOR EACH ROW EXECUTE FUNCTION stock_reservation_counts();
CREATE TRIGGER stays BEFORE DELETE ON stock_reservation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What an order takes is taken from what it had reserved first.
CREATE FUNCTION stock_move_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own int := 0;
    free int;
BEGIN
    IF NEW.kind = 'issued' AND NEW.work_order IS NOT NULL THEN
        PERFORM require_open_order(NEW.work_order);
        SELECT least(quantity, NEW.quantity) INTO own FROM stock_reservation
         WHERE balance = NEW.balance AND work_order = NEW.work_order FOR UPDATE;
        UPDATE stock_reservation SET quantity = quantity - own
         WHERE balance = NEW.balance AND work_order = NEW.work_order AND own > 0;
    END IF;
    UPDATE stock_balance SET on_hand = on_hand + NEW.change WHERE id = NEW.balance
        RETURNING on_hand - reserved INTO free;
    IF NEW.change < 0 AND NEW.kind <> 'counted' AND NEW.quantity > coalesce(own, 0) AND free < 0 THEN
        RAISE EXCEPTION 'the rest is reserved' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'stock_is_free';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counts AFTER INSERT ON stock_move
    FOR EACH ROW EXECUTE FUNCTION stock_move_counts();

CREATE FUNCTION closed_order_frees_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one bigint;
BEGIN
    -- Always in one order, so that two who close orders wait for each other and never die.
    FOR one IN SELECT id FROM stock_reservation WHERE work_order = NEW.id AND quantity > 0
                ORDER BY balance LOOP
        UPDATE stock_reservation SET quantity = 0 WHERE id = one;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER frees_parts AFTER UPDATE OF closed_at ON work_order
    FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION closed_order_frees_parts();

-- What was spent on an order: the work of its entries, and the parts that it took and did not return.
CREATE VIEW work_order_effort AS
SELECT work_order, at, minutes, cost FROM work_order_entry
UNION ALL
SELECT work_order, at, 0, -change * coalesce(unit_cost, 0) FROM stock_move
 WHERE work_order IS NOT NULL;
"""

# A place with parts in it stays in use; one out of use takes in nothing.
IN_USE = """
CREATE FUNCTION place_holds_no_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM stock_balance WHERE place = NEW.id AND on_hand > 0) THEN
        RAISE EXCEPTION 'parts are in place %', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'place_holds_no_stock';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER holds_no_stock AFTER UPDATE OF retired_at ON place
    FOR EACH ROW WHEN (NEW.retired_at IS NOT NULL) EXECUTE FUNCTION place_holds_no_stock();

CREATE FUNCTION stock_place_is_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock_balance b JOIN place ON place.id = b.place
      WHERE b.id = NEW.balance AND place.retired_at IS NULL FOR SHARE OF place;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the place of stock % is out of use', NEW.balance
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'stock_place_is_in_use';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER goes_to_a_place_in_use AFTER INSERT ON stock_move
    FOR EACH ROW WHEN (NEW.change > 0) EXECUTE FUNCTION stock_place_is_in_use();
"""

HISTORY = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON stock_reservation
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON stock_minimum
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON part_code
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

# Parts of what holds data come into use, so its terms of wiping hold as they do for itself.
DISMANTLED = """
CREATE OR REPLACE FUNCTION lifecycle_place(state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_position(ARRAY['announced', 'received', 'triage', 'wiping', 'refurbish',
        'in_service', 'in_repair', 'lost', 'retired', 'disposed', 'written_off',
        'returned_to_donor', 'voided', 'sold', 'dismantled'], state)
$$;
INSERT INTO lifecycle (state, position, is_end) VALUES ('dismantled', 14, true);
INSERT INTO lifecycle_transition (from_state, to_state, guards)
SELECT state, 'dismantled', '{goes_back,not_wiped,in_custody,open_work_order}'
  FROM unnest(ARRAY['triage', 'refurbish', 'retired']) AS state;
"""

# Back again is possible while nothing was taken apart: the keys say so by refusing.
BACKWARDS = """
DELETE FROM lifecycle_transition WHERE to_state = 'dismantled';
DELETE FROM lifecycle WHERE state = 'dismantled';
CREATE OR REPLACE FUNCTION lifecycle_place(state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_position(ARRAY['announced', 'received', 'triage', 'wiping', 'refurbish',
        'in_service', 'in_repair', 'lost', 'retired', 'disposed', 'written_off',
        'returned_to_donor', 'voided', 'sold'], state)
$$;
DROP TRIGGER audit ON part_code;
DROP TRIGGER audit ON stock_minimum;
DROP TRIGGER audit ON stock_reservation;
DROP FUNCTION stock_place_is_in_use() CASCADE;
DROP FUNCTION place_holds_no_stock() CASCADE;
DROP VIEW work_order_effort;
DROP FUNCTION closed_order_frees_parts() CASCADE;
DROP FUNCTION stock_move_counts() CASCADE;
DROP TRIGGER stays ON stock_reservation;
DROP FUNCTION stock_reservation_counts() CASCADE;
DROP FUNCTION require_open_order(bigint);
DROP TRIGGER follows_its_moves ON stock_balance;
DROP FUNCTION stock_begins_with_nothing() CASCADE;
DROP TRIGGER append_only ON stock_move;
DROP INDEX stock_minimum_once;
DROP INDEX stock_move_newest;
ALTER TABLE stock_minimum DROP CONSTRAINT stock_minimum_place_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_donation_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_asset_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_kit_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_order_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_other_is_of_the_school;
ALTER TABLE stock_move DROP CONSTRAINT stock_move_is_of_the_school;
ALTER TABLE stock_reservation DROP CONSTRAINT stock_reservation_order_is_of_the_school;
ALTER TABLE stock_reservation DROP CONSTRAINT stock_reservation_is_of_the_school;
ALTER TABLE stock_balance DROP CONSTRAINT stock_balance_place_is_of_the_school;
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=OF_THE_SCHOOL + BALANCES + IN_USE + HISTORY + DISMANTLED,
        backwards=BACKWARDS,
    )
