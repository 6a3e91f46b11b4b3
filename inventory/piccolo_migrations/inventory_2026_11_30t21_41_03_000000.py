"""The first sight of each thing counts, only while the stock-take is open; the end sorts out the rest."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T21:41:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "sights and ends of stock-takes"

PLACES = """
CREATE FUNCTION place_lies_in(inner_place bigint, outer_place bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM place p LEFT JOIN place q ON q.id = p.parent
                    WHERE p.id = inner_place AND outer_place IN (p.id, p.parent, q.parent))
$$;
CREATE FUNCTION place_is_of_the_stocktake(wanted bigint, stocktake_school bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM place WHERE id = wanted AND school = stocktake_school)
$$;
"""

STOCKTAKES = """
CREATE FUNCTION stocktake_is_of_its_school() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(NEW.places) w (id)
                WHERE NOT place_is_of_the_stocktake(w.id, NEW.school)) THEN
        RAISE EXCEPTION 'a place of another school'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_place_is_of_the_school';
    END IF;
    IF NEW.donation IS NOT NULL AND NOT EXISTS (
       SELECT FROM donation WHERE id = NEW.donation AND school = NEW.school) THEN
        RAISE EXCEPTION 'a donation of another school'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_donation_is_of_the_school';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_school BEFORE INSERT ON stocktake
    FOR EACH ROW EXECUTE FUNCTION stocktake_is_of_its_school();

-- What was started stays so, and what has ended does not begin again.
CREATE FUNCTION stocktake_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' OR (OLD.school, OLD.scope, OLD.places, OLD.started_at, OLD.started_by)
       IS DISTINCT FROM (NEW.school, NEW.scope, NEW.places, NEW.started_at, NEW.started_by) THEN
        RAISE EXCEPTION 'it has ended, or how it began would change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_ends_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_once BEFORE UPDATE ON stocktake
    FOR EACH ROW EXECUTE FUNCTION stocktake_ends_once();
CREATE TRIGGER stays BEFORE DELETE ON stocktake
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What nobody saw is with whoever has it, or in a room that nobody was in, or missing. Who counts in a
-- place looks into all that lies in it; who looks into a cabinet is in its room, not in the building.
CREATE FUNCTION stocktake_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seen bigint[];
    visited bigint[];
BEGIN
    SELECT array_agg(DISTINCT place) INTO seen FROM stocktake_scan
     WHERE stocktake = NEW.id AND voided_at IS NULL AND place IS NOT NULL;
    SELECT array_agg(p.id) INTO visited FROM place p LEFT JOIN place q ON q.id = p.parent
     WHERE p.school = NEW.school AND (p.id = any(seen) OR p.parent = any(seen)
           OR q.parent = any(seen) OR (p.kind = 'room' AND EXISTS (
              SELECT FROM place c WHERE c.parent = p.id AND c.id = any(seen))));
    UPDATE stocktake_asset SET result = CASE
           WHEN custody IS NOT NULL OR in_repair THEN 'out'
           WHEN NEW.counts_untouched_rooms OR expected_place = any(visited) THEN 'missing'
           ELSE 'not_counted' END
     WHERE stocktake = NEW.id AND result = 'pending';
    RETURN NULL;
END $$;
CREATE TRIGGER closes AFTER UPDATE OF state ON stocktake
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION stocktake_closes();
"""

SCANS = """
CREATE INDEX stocktake_scan_of_asset ON stocktake_scan (stocktake, asset, id);
CREATE INDEX stocktake_asset_by_result ON stocktake_asset (stocktake, result, id);
CREATE INDEX stocktake_scan_unknown ON stocktake_scan (stocktake, id) WHERE asset IS NULL;

-- Whoever ends it waits for the sights that are being written, and these for him.
CREATE FUNCTION stocktake_scan_is_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its stocktake;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.stocktake, NEW.key, NEW.way, NEW.given, NEW.asset, NEW.place,
                             NEW.at, NEW.received_at, NEW."by")
       IS DISTINCT FROM (OLD.stocktake, OLD.key, OLD.way, OLD.given, OLD.asset, OLD.place,
                         OLD.at, OLD.received_at, OLD."by") THEN
        RAISE EXCEPTION 'a sight is not rewritten'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_scan_stays';
    END IF;
    SELECT * INTO its FROM stocktake WHERE id = NEW.stocktake FOR SHARE;
    IF its.state <> 'open' AND (TG_OP = 'INSERT' OR NEW.voided_at IS DISTINCT FROM OLD.voided_at
                                OR NEW.note <> OLD.note) THEN
        RAISE EXCEPTION 'the stock-take has ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_is_open';
    END IF;
    IF NEW.place IS NOT NULL AND NOT place_is_of_the_stocktake(NEW.place, its.school) THEN
        RAISE EXCEPTION 'a place of another school'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_place_is_of_the_school';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_time BEFORE INSERT OR UPDATE ON stocktake_scan
    FOR EACH ROW EXECUTE FUNCTION stocktake_scan_is_in_time();
CREATE TRIGGER stays BEFORE DELETE ON stocktake_scan
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The first sight stays the first until it is taken back; then it is the next that was not.
CREATE FUNCTION stocktake_scan_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line stocktake_asset;
    sight stocktake_scan;
BEGIN
    INSERT INTO stocktake_asset (stocktake, asset, is_expected, expected_place, custody, in_repair, result)
    SELECT NEW.stocktake, a.id, false, CASE WHEN a.school = t.school THEN a.place END,
           (SELECT c.id FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL),
           a.lifecycle = 'in_repair', 'unexpected'
      FROM asset a, stocktake t WHERE a.id = NEW.asset AND t.id = NEW.stocktake
        ON CONFLICT (stocktake, asset) DO NOTHING;
    SELECT * INTO line FROM stocktake_asset
     WHERE stocktake = NEW.stocktake AND asset = NEW.asset FOR UPDATE;
    IF EXISTS (SELECT FROM stocktake_scan WHERE id = line.scan AND voided_at IS NULL) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO sight FROM stocktake_scan
     WHERE stocktake = NEW.stocktake AND asset = NEW.asset AND voided_at IS NULL
     ORDER BY id LIMIT 1;
    UPDATE stocktake_asset SET scan = sight.id, seen_place = sight.place, result = CASE
           WHEN NOT is_expected THEN 'unexpected' WHEN sight.id IS NULL THEN 'pending'
           WHEN sight.place IS NULL OR place_lies_in(sight.place, expected_place)
                OR place_lies_in(expected_place, sight.place) THEN 'found'
           ELSE 'wrong_place' END
     WHERE id = line.id;
    RETURN NULL;
END $$;
CREATE TRIGGER counts AFTER INSERT OR UPDATE OF voided_at ON stocktake_scan
    FOR EACH ROW WHEN (NEW.asset IS NOT NULL) EXECUTE FUNCTION stocktake_scan_counts();

CREATE TRIGGER follows_its_scans
    BEFORE UPDATE OF is_expected, expected_place, result, scan, seen_place ON stocktake_asset
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE DELETE ON stocktake_asset
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

SIGNATURES = """
CREATE FUNCTION stocktake_signature_is_of_a_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM stocktake WHERE id = NEW.stocktake AND state = 'closed') THEN
        RAISE EXCEPTION 'there is no result to sign yet'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktake_signature_is_of_a_result';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_a_result BEFORE INSERT ON stocktake_signature
    FOR EACH ROW EXECUTE FUNCTION stocktake_signature_is_of_a_result();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stocktake_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

BACKWARDS = """
DROP TRIGGER append_only ON stocktake_signature;
DROP FUNCTION stocktake_signature_is_of_a_result() CASCADE;
DROP TRIGGER stays ON stocktake_asset;
DROP TRIGGER follows_its_scans ON stocktake_asset;
DROP FUNCTION stocktake_scan_counts() CASCADE;
DROP TRIGGER stays ON stocktake_scan;
DROP FUNCTION stocktake_scan_is_in_time() CASCADE;
DROP INDEX stocktake_scan_unknown;
DROP INDEX stocktake_asset_by_result;
DROP INDEX stocktake_scan_of_asset;
DROP FUNCTION stocktake_closes() CASCADE;
DROP TRIGGER stays ON stocktake;
DROP FUNCTION stocktake_ends_once() CASCADE;
DROP FUNCTION stocktake_is_of_its_school() CASCADE;
DROP FUNCTION place_is_of_the_stocktake(bigint, bigint);
DROP FUNCTION place_lies_in(bigint, bigint);
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=PLACES + STOCKTAKES + SCANS + SIGNATURES,
        backwards=BACKWARDS,
    )
