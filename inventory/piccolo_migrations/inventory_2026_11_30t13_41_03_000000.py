"""Rules of the calendar: nothing is taken twice, nor more of a model than there is."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T13:41:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of the calendar of holds"

KEYS = """
ALTER TABLE hold ADD CONSTRAINT hold_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE hold ADD CONSTRAINT hold_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
-- The hold that displaces others is written after them.
ALTER TABLE hold DROP CONSTRAINT hold_displaced_by_fkey;
ALTER TABLE hold ADD CONSTRAINT hold_displaced_by_fkey FOREIGN KEY (displaced_by)
    REFERENCES hold (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE hold ADD CONSTRAINT hold_asset_never_twice EXCLUDE USING gist (
    int8range(asset, asset, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (asset IS NOT NULL AND closed_at IS NULL AND displaced_by IS NULL);
ALTER TABLE hold ADD CONSTRAINT hold_place_never_twice EXCLUDE USING gist (
    int8range(place, place, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (place IS NOT NULL AND closed_at IS NULL AND displaced_by IS NULL);
CREATE INDEX hold_of_model ON hold (school, model, starts_at)
    WHERE model IS NOT NULL AND closed_at IS NULL;
CREATE INDEX hold_open_of_school ON hold
    (school, coalesce(ends_at, TIMESTAMPTZ '9999-01-01 00:00:00+00'), id) WHERE closed_at IS NULL;
CREATE INDEX hold_of_person ON hold (person, starts_at, id) WHERE person IS NOT NULL;
CREATE INDEX hold_over_of_school ON hold
    (school, least(closed_at, ends_at) DESC NULLS LAST, id DESC);
CREATE INDEX custody_of_booking ON custody (booking) WHERE booking IS NOT NULL;
CREATE INDEX asset_in_service_of_model ON asset (school, model, id) WHERE lifecycle = 'in_service';
"""

# Two that take things of one model, or one room, wait for each other; so each sees what the other
# has taken, and an exclusion constraint never meets a rival that is not committed yet.
LOOKING = """
CREATE FUNCTION lock_calendar(at_school bigint, of_place bigint, of_model bigint) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended(CASE WHEN of_place IS NULL
        THEN 'calendar of model ' || at_school || ' ' || of_model
        ELSE 'calendar of place ' || of_place END, 0))
$$;

CREATE FUNCTION outstanding(booking hold) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN booking.model IS NULL THEN 1 ELSE greatest(0, booking.quantity
        - (SELECT count(*)::int FROM custody c WHERE c.booking = booking.id)) END
$$;
COMMENT ON FUNCTION outstanding(hold) IS 'How many of a booking are still to be handed out';

CREATE FUNCTION hold_group_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.group_key := nullif(borrower_group_key(NEW.group_name), '');
    RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT OR UPDATE OF group_name ON hold
    FOR EACH ROW EXECUTE FUNCTION hold_group_is_named();

CREATE FUNCTION year_of(booking hold) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT school_year((booking.starts_at AT TIME ZONE s.zone)::date)
      FROM school s WHERE s.id = booking.school
$$;

CREATE FUNCTION class_of(booking hold) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT g.id FROM borrower_group g
     WHERE g.school = booking.school AND g.folded = booking.group_key
       AND coalesce(g.year, year_of(booking)) = year_of(booking)
     ORDER BY g.year NULLS LAST LIMIT 1
$$;
COMMENT ON FUNCTION class_of(hold) IS
    'The class or group that a booking names, of the school year in which it begins';

CREATE FUNCTION is_for(booking hold, of_person bigint, of_key text, of_year int) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(booking.kind = 'booking' AND (booking.person = of_person
        OR booking.group_key = of_key AND coalesce(of_year, year_of(booking)) = year_of(booking)),
        false)
$$;
COMMENT ON FUNCTION is_for IS
    'Whether a booking is for this person, or this class however it is written';

CREATE FUNCTION is_lent(of_school bigint, of_model bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT r.is_lent FROM lending_rule r WHERE r.school = of_school AND r.model = of_model),
        (SELECT m.kind IN ('computer', 'robot_kit', 'book', 'projector', 'other')
           FROM asset_model m WHERE m.id = of_model))
$$;

CREATE FUNCTION free_of_model_each(of_school bigint, of_model bigint, sinces timestamptz[],
    untils timestamptz[], but_holds bigint[] DEFAULT '{}', but_assets bigint[] DEFAULT '{}')
RETURNS TABLE (n bigint, free int) LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT p.n, p.since, coalesce(p.until, 'infinity') AS until
          FROM unnest(sinces, untils) WITH ORDINALITY p (since, until, n)),
    whole AS MATERIALIZED (SELECT min(since) AS since, max(until) AS until FROM asked),
    gone AS MATERIALIZED (
        SELECT c.asset, c.due_at AS due FROM custody c JOIN asset a ON a.id = c.asset
         WHERE c.school = of_school AND c.ended_at IS NULL
           AND (c.due_at > (SELECT since FROM whole) OR c.due_at IS NULL)
           AND a.school = of_school AND a.model = of_model AND a.lifecycle = 'in_service'
           AND a.id <> ALL (but_assets)
        UNION ALL
        SELECT c.asset, c.due_at FROM custody c JOIN asset a ON a.id = c.asset
         WHERE (SELECT since FROM whole) <= now() AND c.school = of_school AND c.ended_at IS NULL
           AND c.due_at <= (SELECT since FROM whole)
           AND a.school = of_school AND a.model = of_model AND a.lifecycle = 'in_service'
           AND a.id <> ALL (but_assets)),
    taken AS MATERIALIZED (
        SELECT h.starts_at, coalesce(h.ends_at, 'infinity') AS ends_at, h.asset, outstanding(h)
          FROM hold h JOIN asset a ON a.id = h.asset
         WHERE a.school = of_school AND a.model = of_model AND a.lifecycle = 'in_service'
           AND a.id <> ALL (but_assets) AND h.school = of_school
           AND h.closed_at IS NULL AND h.displaced_by IS NULL AND h.id <> ALL (but_holds)
           AND h.starts_at < (SELECT until FROM whole)
           AND coalesce(h.ends_at, TIMESTAMPTZ '9999-01-01 00:00:00+00')
               > (SELECT since FROM whole)
        UNION ALL
        SELECT h.starts_at, h.ends_at, NULL, outstanding(h)
          FROM hold h
         WHERE h.school = of_school AND h.model = of_model AND h.closed_at IS NULL
           AND h.id <> ALL (but_holds)
           AND h.starts_at < (SELECT until FROM whole) AND h.ends_at > (SELECT since FROM whole)),
    -- Fewest are left at the beginning, or when something else begins.
    moments AS MATERIALIZED (
        SELECT since AS at FROM asked
         UNION SELECT t.starts_at FROM taken t JOIN asked p
            ON t.starts_at > p.since AND t.starts_at < p.until),
    used AS MATERIALIZED (
        SELECT m.at,
               (SELECT count(*) FROM gone g WHERE g.due IS NULL OR g.due > m.at OR m.at <= now())
               + (SELECT coalesce(sum(t.outstanding), 0) FROM taken t
                   WHERE t.starts_at <= m.at AND t.ends_at > m.at
                     AND NOT EXISTS (SELECT FROM gone g WHERE g.asset = t.asset
                          AND (g.due IS NULL OR g.due > m.at OR m.at <= now()))) AS many
          FROM moments m)
    SELECT p.n, (SELECT count(*) FROM asset a
                  WHERE a.school = of_school AND a.model = of_model AND a.lifecycle = 'in_service'
                    AND a.id <> ALL (but_assets))::int
                - (SELECT max(u.many) FROM used u
                    WHERE u.at = p.since OR u.at > p.since AND u.at < p.until)::int
      FROM asked p
$$;
COMMENT ON FUNCTION free_of_model_each IS
    'How many of a model can still be had at a school all of each time; below zero: so many are missing';

CREATE FUNCTION free_of_model(of_school bigint, of_model bigint, since timestamptz,
    until timestamptz, but_holds bigint[] DEFAULT '{}', but_assets bigint[] DEFAULT '{}') RETURNS int
LANGUAGE sql STABLE COST 10000 AS $$
    SELECT e.free FROM free_of_model_each(of_school, of_model, ARRAY[since], ARRAY[until],
                                          but_holds, but_assets) e
$$;
COMMENT ON FUNCTION free_of_model IS
    'How many of a model can still be had at a school all the time; below zero: so many are missing';
"""

LOOKING += """
CREATE FUNCTION obstacles(of_asset bigint, of_place bigint, since timestamptz, until timestamptz,
    but_hold bigint DEFAULT NULL)
RETURNS TABLE (state text, hold bigint, custody bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT h.kind::text, h.id, NULL::bigint, h.starts_at, h.ends_at FROM hold h
     WHERE h.asset = of_asset AND h.closed_at IS NULL AND h.displaced_by IS NULL
       AND h.id IS DISTINCT FROM but_hold
       AND tstzrange(h.starts_at, h.ends_at) && tstzrange(since, until)
    UNION ALL
    SELECT h.kind::text, h.id, NULL, h.starts_at, h.ends_at FROM hold h
     WHERE h.place = of_place AND h.closed_at IS NULL AND h.displaced_by IS NULL
       AND h.id IS DISTINCT FROM but_hold
       AND tstzrange(h.starts_at, h.ends_at) && tstzrange(since, until)
    UNION ALL
    SELECT 'out', NULL, c.id, c.started_at, c.due_at FROM custody c
     WHERE c.asset = of_asset AND c.ended_at IS NULL
       AND c.started_at < coalesce(until, 'infinity')
       AND greatest(coalesce(c.due_at, 'infinity'), now()) > since
    UNION ALL
    SELECT CASE a.lifecycle WHEN 'in_repair' THEN 'repair' ELSE 'not_in_service' END,
           NULL, NULL, NULL, NULL
      FROM asset a WHERE a.id = of_asset AND a.lifecycle <> 'in_service'
       AND NOT EXISTS (SELECT FROM hold h WHERE h.asset = a.id AND h.kind = 'repair'
                        AND h.closed_at IS NULL AND h.ends_at IS NULL)
    UNION ALL
    SELECT 'place_closed', NULL, NULL, p.retired_at, NULL FROM place p
     WHERE p.id = of_place AND p.retired_at IS NOT NULL
    UNION ALL
    SELECT 'requested', NULL, NULL, since, until FROM asset a
     WHERE a.id = of_asset AND CASE WHEN EXISTS (
           SELECT FROM hold h WHERE h.school = a.school AND h.model = a.model
              AND h.closed_at IS NULL AND h.starts_at < coalesce(until, 'infinity')
              AND h.ends_at > since)
       THEN free_of_model(a.school, a.model, since, until,
                          array_remove(ARRAY[but_hold], NULL), ARRAY[a.id]) < 0 END
$$;
COMMENT ON FUNCTION obstacles IS 'All that stands in the way of taking an asset or a room for a time';

CREATE FUNCTION own_bookings(at_school bigint, of_model bigint, of_person bigint, of_key text,
    of_year int, of_booking bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array(SELECT h.id FROM hold h LEFT JOIN asset a ON a.id = h.asset
                  WHERE h.school = at_school AND h.closed_at IS NULL
                    AND coalesce(h.model, a.model) = of_model
                    AND (h.id = of_booking OR is_for(h, of_person, of_key, of_year)))
$$;

CREATE FUNCTION obstacles_of_loan(of_asset bigint, of_person bigint, of_key text, of_year int,
    of_booking bigint, since timestamptz, until timestamptz, but_assets bigint[] DEFAULT '{}')
RETURNS TABLE (state text, hold bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT h.kind::text, h.id, h.starts_at, h.ends_at FROM hold h
     WHERE h.asset = of_asset AND h.kind <> 'repair' AND h.closed_at IS NULL
       AND h.displaced_by IS NULL
       AND tstzrange(h.starts_at, h.ends_at) && tstzrange(least(since, until), until)
       AND h.id IS DISTINCT FROM of_booking AND NOT is_for(h, of_person, of_key, of_year)
    UNION ALL
    SELECT 'requested', other.id, other.starts_at, other.ends_at
      FROM asset a CROSS JOIN LATERAL (
           SELECT h.id, h.starts_at, h.ends_at FROM hold h
            WHERE h.school = a.school AND h.model = a.model AND h.closed_at IS NULL
              AND since < coalesce(until, 'infinity')
              AND h.starts_at < coalesce(until, 'infinity') AND h.ends_at > since
              AND h.id IS DISTINCT FROM of_booking AND NOT is_for(h, of_person, of_key, of_year)
              AND outstanding(h) > 0
            ORDER BY h.starts_at, h.id LIMIT 1) other
     WHERE a.id = of_asset
       -- Counted only where somebody asks for some: most things are booked by nobody.
       AND CASE WHEN other.id IS NOT NULL THEN free_of_model(a.school, a.model, since, until,
               own_bookings(a.school, a.model, of_person, of_key, of_year, of_booking),
               but_assets || of_asset) < 0 END
$$;
COMMENT ON FUNCTION obstacles_of_loan IS
    'What others have booked of an asset that somebody shall have for a time, but_assets being lent
too; own bookings never stand in the way, and repairs have rules of their own';

CREATE FUNCTION renewed_from(due timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(coalesce(due, 'infinity'), now())
$$;
COMMENT ON FUNCTION renewed_from IS
    'When the time begins that a renewal adds: what was booked before is over, or broken already';
"""

JUDGING = """
CREATE FUNCTION refuse_hold(rule text, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation', CONSTRAINT = rule;
END $$;

CREATE FUNCTION hold_is_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_school bigint := NEW.school;
    of_model bigint := NEW.model;
BEGIN
    IF NEW.asset IS NOT NULL THEN
        SELECT a.school, a.model INTO of_school, of_model FROM asset a
         WHERE a.id = NEW.asset FOR KEY SHARE;
    END IF;
    PERFORM lock_calendar(NEW.school, NEW.place, of_model);
    IF NEW.closed_at IS NOT NULL OR NEW.displaced_by IS NOT NULL OR NEW.kind = 'repair' THEN
        RETURN NEW;
    END IF;
    -- What takes no more than it had may stay, though too few are left by now.
    IF TG_OP = 'UPDATE' AND OLD.displaced_by IS NULL
       AND (OLD.school, OLD.kind, OLD.asset, OLD.place, OLD.model)
           IS NOT DISTINCT FROM (NEW.school, NEW.kind, NEW.asset, NEW.place, NEW.model)
       AND NEW.quantity <= OLD.quantity
       AND tstzrange(NEW.starts_at, NEW.ends_at) <@ tstzrange(OLD.starts_at, OLD.ends_at) THEN
        RETURN NEW;
    END IF;
    IF of_school <> NEW.school THEN
        PERFORM refuse_hold('hold_is_where_the_asset_is', 'the asset is of another school');
    END IF;
    -- Other holds are refused by the exclusion; a stock-take may count what is out or not in service.
    IF EXISTS (SELECT FROM obstacles(NEW.asset, NEW.place, NEW.starts_at, NEW.ends_at, NEW.id) o
                WHERE o.hold IS NULL
                  AND (NEW.kind IN ('booking', 'exam') OR o.state = 'requested')) THEN
        PERFORM refuse_hold('hold_of_what_is_free', 'it is not free at that time');
    END IF;
    IF NEW.model IS NOT NULL AND free_of_model(
        NEW.school, NEW.model, NEW.starts_at, NEW.ends_at, ARRAY[NEW.id]) < outstanding(NEW) THEN
        PERFORM refuse_hold('hold_of_what_there_is', 'so many are not free at that time');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER possible
    BEFORE INSERT OR UPDATE OF school, kind, asset, place, model, quantity, starts_at, ends_at
    ON hold FOR EACH ROW EXECUTE FUNCTION hold_is_possible();

CREATE FUNCTION hold_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_hold('hold_is_closed', 'the hold is closed');
    RETURN NULL;
END $$;
CREATE TRIGGER closed_is_final BEFORE UPDATE ON hold
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL AND NEW.displaced_by IS NOT DISTINCT FROM
                       OLD.displaced_by) EXECUTE FUNCTION hold_is_final();

CREATE FUNCTION displace_holds(by_hold bigint, of_asset bigint, of_place bigint,
    since timestamptz, until timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE hold SET displaced_by = by_hold
     WHERE (asset = of_asset OR place = of_place) AND closed_at IS NULL AND displaced_by IS NULL
       AND tstzrange(starts_at, ends_at) && tstzrange(since, until)
$$;

-- What it displaced comes back where nothing else takes the thing by now.
CREATE FUNCTION hold_makes_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waiting hold;
BEGIN
    FOR waiting IN SELECT * FROM hold WHERE displaced_by = NEW.id AND closed_at IS NULL
        AND coalesce(ends_at, 'infinity') > now() ORDER BY id FOR UPDATE
    LOOP
        UPDATE hold SET displaced_by = (
            SELECT h.id FROM hold h
             WHERE (h.asset = waiting.asset OR h.place = waiting.place)
               AND h.id <> waiting.id AND h.closed_at IS NULL AND h.displaced_by IS NULL
               AND tstzrange(h.starts_at, h.ends_at)
                   && tstzrange(waiting.starts_at, waiting.ends_at)
             ORDER BY h.starts_at LIMIT 1)
         WHERE id = waiting.id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER makes_way AFTER UPDATE OF closed_at, starts_at, ends_at ON hold
    FOR EACH ROW WHEN ((OLD.closed_at, OLD.starts_at, OLD.ends_at)
                       IS DISTINCT FROM (NEW.closed_at, NEW.starts_at, NEW.ends_at))
    EXECUTE FUNCTION hold_makes_way();

CREATE FUNCTION repair_takes_a_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    thing record;
    taken bigint;
BEGIN
    SELECT w.asset, w.school, w.opened_by, a.model INTO thing
      FROM work_order w JOIN asset a ON a.id = w.asset WHERE w.id = NEW.work_order;
    PERFORM lock_calendar(thing.school, NULL, thing.model);
    SELECT h.id INTO taken FROM hold h WHERE h.asset = thing.asset AND h.kind = 'repair'
       AND h.ends_at IS NULL AND h.closed_at IS NULL;
    IF NEW.ended_at IS NULL AND taken IS NULL THEN
        taken := nextval(pg_get_serial_sequence('hold', 'id'));
        PERFORM displace_holds(taken, thing.asset, NULL, NEW.started_at, NULL);
        INSERT INTO hold (id, school, kind, asset, quantity, starts_at, group_name, purpose,
                          made_by, made_at, version)
        VALUES (taken, thing.school, 'repair', thing.asset, 1, NEW.started_at, '', '',
                thing.opened_by, NEW.started_at, 1);
    ELSIF NEW.ended_at IS NOT NULL AND taken IS NOT NULL AND NOT EXISTS (
        SELECT FROM work_order_outage o JOIN work_order w ON w.id = o.work_order
         WHERE w.asset = thing.asset AND o.ended_at IS NULL) THEN
        UPDATE hold SET ends_at = greatest(NEW.ended_at, starts_at + interval '1 microsecond'),
                        closed_as = 'ended', closed_at = NEW.ended_at
         WHERE id = taken;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER takes_a_hold AFTER INSERT ON work_order_outage
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION repair_takes_a_hold();
CREATE TRIGGER gives_up_a_hold AFTER UPDATE OF ended_at ON work_order_outage
    FOR EACH ROW EXECUTE FUNCTION repair_takes_a_hold();
"""

HANDING_OUT = """
CREATE FUNCTION refuse_loan_of_booked(loan custody, of_model bigint, since timestamptz,
    held_rule text, model_rule text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    borrowers borrower_group;
    obstacle text;
BEGIN
    -- Most things are booked by nobody.
    IF NOT EXISTS (SELECT FROM hold h WHERE h.asset = loan.asset AND h.closed_at IS NULL)
       AND NOT EXISTS (SELECT FROM hold h WHERE h.school = loan.school AND h.model = of_model
                        AND h.closed_at IS NULL) THEN
        RETURN;
    END IF;
    IF loan.borrower_group IS NOT NULL THEN
        SELECT * INTO borrowers FROM borrower_group WHERE id = loan.borrower_group;
    END IF;
    SELECT o.state INTO obstacle
      FROM obstacles_of_loan(loan.asset, loan.holder, borrowers.folded, borrowers.year,
                             loan.booking, since, loan.due_at) o LIMIT 1;
    IF obstacle = 'requested' THEN
        PERFORM refuse_hold(model_rule, 'all of the model are booked');
    ELSIF FOUND THEN
        PERFORM refuse_hold(held_rule, 'the asset is held by then');
    END IF;
END $$;

CREATE FUNCTION custody_is_possible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_model bigint;
    of_booking hold;
BEGIN
    SELECT a.model INTO of_model FROM asset a WHERE a.id = NEW.asset;
    PERFORM lock_calendar(NEW.school, NULL, of_model);
    IF NEW.booking IS NOT NULL THEN
        SELECT * INTO of_booking FROM hold h WHERE h.id = NEW.booking FOR UPDATE;
        IF of_booking.kind IS DISTINCT FROM 'booking' OR of_booking.closed_at IS NOT NULL
           OR of_booking.school <> NEW.school OR of_booking.displaced_by IS NOT NULL
           OR NOT coalesce(of_booking.asset = NEW.asset, of_booking.model = of_model, false)
           OR outstanding(of_booking) < 1 THEN
            PERFORM refuse_hold('custody_is_of_the_booking', 'the booking is of something else');
        END IF;
    END IF;
    IF NOT NEW.overrides_bookings THEN
        PERFORM refuse_loan_of_booked(NEW, of_model, NEW.started_at,
                                      'custody_meets_a_hold', 'custody_takes_what_is_booked');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER possible BEFORE INSERT ON custody
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION custody_is_possible();

CREATE FUNCTION custody_is_renewable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_model bigint;
BEGIN
    SELECT a.model INTO of_model FROM asset a WHERE a.id = NEW.asset;
    PERFORM lock_calendar(NEW.school, NULL, of_model);
    PERFORM refuse_loan_of_booked(NEW, of_model, renewed_from(OLD.due_at),
                                  'custody_renewal_meets_a_hold', 'custody_renewal_meets_a_hold');
    RETURN NEW;
END $$;
CREATE TRIGGER renewable BEFORE UPDATE OF due_at ON custody
    FOR EACH ROW WHEN (NEW.ended_at IS NULL
        AND coalesce(NEW.due_at, 'infinity') > coalesce(OLD.due_at, 'infinity'))
    EXECUTE FUNCTION custody_is_renewable();

CREATE FUNCTION custody_fulfils_a_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hold h SET closed_as = 'fulfilled', closed_at = NEW.started_at, closed_by = NEW.handed_by
     WHERE h.id = NEW.booking AND h.closed_at IS NULL
       AND (h.asset IS NOT NULL OR outstanding(h) = 0);
    RETURN NULL;
END $$;
CREATE TRIGGER fulfils AFTER INSERT ON custody
    FOR EACH ROW WHEN (NEW.booking IS NOT NULL) EXECUTE FUNCTION custody_fulfils_a_booking();

CREATE FUNCTION asset_is_not_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM hold h WHERE h.asset = NEW.id AND h.kind <> 'repair' AND h.closed_at IS NULL
                AND coalesce(h.ends_at, 'infinity') > now()) THEN
        PERFORM refuse_hold('hold_open_where_the_asset_is', 'the asset is booked at its school');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_held BEFORE UPDATE OF school ON asset
    FOR EACH ROW WHEN (OLD.school <> NEW.school) EXECUTE FUNCTION asset_is_not_held();
"""

TROUBLE = """
CREATE VIEW booking_trouble AS
SELECT h.id AS hold, found.trouble
  FROM hold h
  LEFT JOIN asset a ON a.id = h.asset
  LEFT JOIN place room ON room.id = h.place
  LEFT JOIN custody c ON c.asset = h.asset AND c.ended_at IS NULL
  LEFT JOIN borrower_group class ON class.id = c.borrower_group
  LEFT JOIN hold other ON other.id = h.displaced_by
 CROSS JOIN LATERAL (SELECT CASE
    WHEN other.id IS NOT NULL THEN other.kind
    WHEN a.lifecycle <> 'in_service' THEN 'not_in_service'
    WHEN room.retired_at IS NOT NULL THEN 'place_closed'
    WHEN c.id IS NOT NULL AND NOT is_for(h, c.holder, class.folded, class.year)
         AND (coalesce(c.due_at, 'infinity') > h.starts_at
                               OR h.starts_at <= now()) THEN 'out'
    WHEN h.model IS NOT NULL AND free_of_model(h.school, h.model, h.starts_at, h.ends_at)
        + coalesce((SELECT sum(outstanding(later)) FROM hold later
             WHERE later.school = h.school AND later.model = h.model AND later.id > h.id
               AND later.closed_at IS NULL AND later.starts_at < h.ends_at
               AND later.ends_at > h.starts_at), 0) < 0 THEN 'short'
    END AS trouble) found
 WHERE h.kind = 'booking' AND h.closed_at IS NULL AND h.ends_at > now()
   AND found.trouble IS NOT NULL;
COMMENT ON VIEW booking_trouble IS 'Bookings that cannot be kept as things stand, and why';
"""

AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON hold
    FOR EACH ROW EXECUTE FUNCTION audit_record('group_key');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON lending_rule
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

# Repairs that go on while this is installed.
STANDING = """
INSERT INTO hold (school, kind, asset, quantity, starts_at, group_name, purpose, made_at, version)
SELECT w.school, 'repair', w.asset, 1, min(o.started_at), '', '', min(o.started_at), 1
  FROM work_order_outage o JOIN work_order w ON w.id = o.work_order
 WHERE o.ended_at IS NULL GROUP BY w.school, w.asset;
"""

FORWARDS = KEYS + LOOKING + JUDGING + HANDING_OUT + TROUBLE + STANDING + AUDIT
BACKWARDS = """
DROP VIEW booking_trouble;
DROP TRIGGER not_held ON asset;
DROP FUNCTION asset_is_not_held();
DROP TRIGGER fulfils ON custody;
DROP FUNCTION custody_fulfils_a_booking();
DROP TRIGGER renewable ON custody;
DROP FUNCTION custody_is_renewable();
DROP TRIGGER possible ON custody;
DROP FUNCTION custody_is_possible();
DROP FUNCTION refuse_loan_of_booked(custody, bigint, timestamptz, text, text);
DROP TRIGGER gives_up_a_hold ON work_order_outage;
DROP TRIGGER takes_a_hold ON work_order_outage;
DROP FUNCTION repair_takes_a_hold();
DROP TRIGGER audit ON lending_rule;
DROP TRIGGER audit ON hold;
DROP TRIGGER makes_way ON hold;
DROP FUNCTION hold_makes_way();
DROP FUNCTION displace_holds(bigint, bigint, bigint, timestamptz, timestamptz);
DROP TRIGGER closed_is_final ON hold;
DROP FUNCTION hold_is_final();
DROP TRIGGER possible ON hold;
DROP FUNCTION hold_is_possible();
DROP FUNCTION refuse_hold(text, text);
DROP FUNCTION renewed_from(timestamptz);
DROP FUNCTION obstacles_of_loan(bigint, bigint, text, int, bigint, timestamptz, timestamptz, bigint[]);
DROP FUNCTION own_bookings(bigint, bigint, bigint, text, int, bigint);
DROP FUNCTION obstacles(bigint, bigint, timestamptz, timestamptz, bigint);
DROP FUNCTION free_of_model(bigint, bigint, timestamptz, timestamptz, bigint[], bigint[]);
DROP FUNCTION free_of_model_each(
    bigint, bigint, timestamptz[], timestamptz[], bigint[], bigint[]);
DROP FUNCTION is_lent(bigint, bigint);
DROP FUNCTION is_for(hold, bigint, text, int);
DROP FUNCTION class_of(hold);
DROP FUNCTION year_of(hold);
DROP TRIGGER named ON hold;
DROP FUNCTION hold_group_is_named();
DROP FUNCTION outstanding(hold);
DROP FUNCTION lock_calendar(bigint, bigint, bigint);
DROP INDEX asset_in_service_of_model;
DROP INDEX custody_of_booking;
DROP INDEX hold_over_of_school;
DROP INDEX hold_of_person;
DROP INDEX hold_open_of_school;
DROP INDEX hold_of_model;
ALTER TABLE hold DROP CONSTRAINT hold_place_never_twice;
ALTER TABLE hold DROP CONSTRAINT hold_asset_never_twice;
ALTER TABLE hold DROP CONSTRAINT hold_place_is_of_the_school;
ALTER TABLE hold DROP CONSTRAINT hold_is_at_a_school_of_the_asset;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
