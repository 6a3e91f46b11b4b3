"""Names of classes are read and compared by the database; balances of lots follow their moves."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T13:31:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys of class names, custody of classes, balances of lots, erasure of guests"

# 五(2)班, 五（2）班, 五2班, 五年级二班 and 5(2) are one; a name that is no class is its own key.
KEYS_OF_NAMES = r"""
CREATE FUNCTION han_number(word text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN word ~ '^[0-9]+$' THEN word::int
                WHEN word ~ '^十' THEN 10 + strpos('一二三四五六七八九', substr(word, 2, 1))
                                      * (length(word) - 1)
                ELSE strpos('一二三四五六七八九', word) END
$$;

CREATE FUNCTION borrower_group_key(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    plain text := left(lower(regexp_replace(normalize(name, NFKC), '\s', '', 'g')), 200);
    parts text[] := coalesce(
        regexp_match(plain, '^([初高]?)([一二三四五六七八九])(?:年级|年)?[(.-]?'
                            '([1-9][0-9]?|十[一二三四五六七八九]?|[一二三四五六七八九])[)]?班$'),
        regexp_match(plain, '^([初高]?)([一二三四五六七八九])(?:年级|年)?[(.-]?([1-9][0-9]?)[)]?$'),
        regexp_match(plain, '^(?:class|grade)?(初?)(1[0-2]|[1-9])(?:年级|年|[(.-])[(]?'
                            '([1-9][0-9]?|十[一二三四五六七八九]?|[一二三四五六七八九])[)]?班?$'));
    grade int := han_number(parts[2]) + CASE parts[1] WHEN '初' THEN 6 WHEN '高' THEN 9 ELSE 0 END;
BEGIN
    IF parts IS NULL OR grade > 12 OR (parts[1] <> '' AND han_number(parts[2]) > 3) THEN
        RETURN plain;
    END IF;
    RETURN format('%s(%s)', grade, han_number(parts[3]));
END $$;

CREATE FUNCTION school_year(day date) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- It begins on the first of September.
    SELECT extract(year FROM day - interval '8 months')::int
$$;

CREATE FUNCTION borrower_group_title(name text, year int, zone text) RETURNS text
LANGUAGE sql STABLE AS $$
    -- Of another year than the one that goes on, the year is said.
    SELECT CASE WHEN year <> school_year((now() AT TIME ZONE zone)::date)
                THEN name || ' · ' || year ELSE name END
$$;

CREATE FUNCTION borrower_group_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE parts text[];
BEGIN
    NEW.folded := borrower_group_key(NEW.name);
    parts := regexp_match(NEW.folded, '^(1[0-2]|[1-9])\(([1-9][0-9]?)\)$');
    NEW.grade := parts[1]::int;
    NEW.number := parts[2]::int;
    IF NEW.grade IS NOT NULL AND NEW.year IS NULL THEN
        NEW.year := (SELECT school_year((now() AT TIME ZONE zone)::date) FROM school
                      WHERE id = NEW.school);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT OR UPDATE ON borrower_group
    FOR EACH ROW EXECUTE FUNCTION borrower_group_is_named();
CREATE UNIQUE INDEX borrower_group_once_a_year
    ON borrower_group (school, coalesce(year, 0), folded);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON borrower_group
    FOR EACH ROW EXECUTE FUNCTION audit_record('folded', 'grade', 'number');
CREATE UNIQUE INDEX guest_once_a_school ON guest
    (school, lower(regexp_replace(name, '\s', '', 'g')), contact) WHERE erased_at IS NULL;
"""

OF_THE_SCHOOL = """
ALTER TABLE custody ADD CONSTRAINT custody_group_is_of_the_school
    FOREIGN KEY (borrower_group, school) REFERENCES borrower_group (id, school);
ALTER TABLE custody ADD CONSTRAINT custody_guest_is_of_the_school
    FOREIGN KEY (guest, school) REFERENCES guest (id, school);
ALTER TABLE lot ADD CONSTRAINT lot_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
ALTER TABLE lot_loan ADD CONSTRAINT lot_loan_is_of_the_school
    FOREIGN KEY (lot, school) REFERENCES lot (id, school);
ALTER TABLE lot_loan ADD CONSTRAINT lot_loan_place_is_of_the_school
    FOREIGN KEY (holder_place, school) REFERENCES place (id, school);
ALTER TABLE lot_loan ADD CONSTRAINT lot_loan_group_is_of_the_school
    FOREIGN KEY (borrower_group, school) REFERENCES borrower_group (id, school);
ALTER TABLE lot_loan ADD CONSTRAINT lot_loan_guest_is_of_the_school
    FOREIGN KEY (guest, school) REFERENCES guest (id, school);
ALTER TABLE lot_move ADD CONSTRAINT lot_move_is_of_the_school
    FOREIGN KEY (lot, school) REFERENCES lot (id, school);
ALTER TABLE lot_move ADD CONSTRAINT lot_move_other_is_of_the_school
    FOREIGN KEY (other, school) REFERENCES lot (id, school);
ALTER TABLE lot_move ADD CONSTRAINT lot_move_loan_is_of_the_lot
    FOREIGN KEY (loan, lot) REFERENCES lot_loan (id, lot);
CREATE INDEX lot_loan_open_of_school ON lot_loan (school, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX lot_move_newest ON lot_move (lot, id DESC);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON lot_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# A balance has no other way to change than a move: set to nothing at first, refused afterwards.
BALANCES = """
CREATE FUNCTION balance_begins_with_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'lot' THEN
        NEW.on_hand := 0;
    ELSE
        NEW.outstanding := 0;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER begins_with_nothing BEFORE INSERT ON lot
    FOR EACH ROW EXECUTE FUNCTION balance_begins_with_nothing();
CREATE TRIGGER begins_with_nothing BEFORE INSERT ON lot_loan
    FOR EACH ROW EXECUTE FUNCTION balance_begins_with_nothing();
CREATE TRIGGER follows_its_moves BEFORE UPDATE OF on_hand ON lot
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER follows_its_moves BEFORE UPDATE OF outstanding, ended_at ON lot_loan
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION lot_loan_is_handed_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, out_change, loan, at, by, note)
    VALUES (NEW.school, NEW.lot, 'handed_out', NEW.quantity, -NEW.quantity, NEW.quantity, NEW.id,
            NEW.started_at, NEW.handed_by, NEW.note);
    RETURN NULL;
END $$;
CREATE TRIGGER handed_out AFTER INSERT ON lot_loan
    FOR EACH ROW EXECUTE FUNCTION lot_loan_is_handed_out();

CREATE FUNCTION lot_move_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lot SET on_hand = on_hand + NEW.on_hand_change WHERE id = NEW.lot;
    UPDATE lot_loan SET outstanding = outstanding + NEW.out_change,
           ended_at = CASE WHEN outstanding + NEW.out_change = 0
                           THEN greatest(NEW.at, started_at) END
     WHERE id = NEW.loan;
    RETURN NULL;
END $$;
CREATE TRIGGER counts AFTER INSERT ON lot_move
    FOR EACH ROW EXECUTE FUNCTION lot_move_counts();
"""

# Who signed a hand-over that a guest had a part in may be the guest: name and strokes go with the
# guest's name, and only then; terms, list and moment stay.
ERASURE = """
CREATE FUNCTION custody_signature_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.signer = '' AND NEW.strokes = '[]'
       AND to_jsonb(NEW) - '{signer,strokes}'::text[] = to_jsonb(OLD) - '{signer,strokes}'::text[]
       AND EXISTS (SELECT FROM custody c JOIN guest g ON g.id = c.guest
                    WHERE (c.hand_out = OLD.hand_over OR c.hand_in = OLD.hand_over)
                      AND g.erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON custody_signature;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION custody_signature_changes();

CREATE FUNCTION custody_signature_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever erases the guest just now is waited for.
    PERFORM FROM guest g WHERE g.id IN (SELECT c.guest FROM custody c
            WHERE c.hand_out = NEW.hand_over OR c.hand_in = NEW.hand_over) ORDER BY g.id FOR SHARE;
    IF EXISTS (SELECT FROM custody c JOIN guest g ON g.id = c.guest
                WHERE (c.hand_out = NEW.hand_over OR c.hand_in = NEW.hand_over)
                  AND g.erased_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the guest is erased' USING ERRCODE = 'restrict_violation',
            CONSTRAINT = 'custody_signature_of_a_known_guest';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_a_known_guest BEFORE INSERT ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION custody_signature_is_made();

CREATE FUNCTION guest_is_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE custody_signature SET signer = '', strokes = '[]'
     WHERE signer <> '' AND hand_over IN (
           SELECT unnest(ARRAY[c.hand_out, c.hand_in]) FROM custody c WHERE c.guest = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER erased AFTER UPDATE ON guest FOR EACH ROW
    WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION guest_is_erased();
"""

# A place with a lot in it, or with some of one handed out, stays in use; one out of use takes in
# nothing. Whichever of two comes second waits for the row of the place, and then sees the other.
IN_USE = """
CREATE FUNCTION place_holds_no_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM lot WHERE lot.place = NEW.id AND (lot.on_hand > 0 OR EXISTS (
               SELECT FROM lot_loan WHERE lot_loan.lot = lot.id AND lot_loan.ended_at IS NULL)))
    THEN
        RAISE EXCEPTION 'lots are in place %', NEW.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'place_holds_no_lots';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER holds_no_lots AFTER UPDATE OF retired_at ON place
    FOR EACH ROW WHEN (NEW.retired_at IS NOT NULL) EXECUTE FUNCTION place_holds_no_lots();

CREATE FUNCTION lot_place_is_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM lot JOIN place ON place.id = lot.place
      WHERE lot.id = NEW.lot AND place.retired_at IS NULL FOR SHARE OF place;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the place of lot % is out of use', NEW.lot
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lot_place_is_in_use';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER goes_to_a_place_in_use AFTER INSERT ON lot_move
    FOR EACH ROW WHEN (NEW.on_hand_change > 0) EXECUTE FUNCTION lot_place_is_in_use();
"""

# Names that are one become one group, of the year in which it first had something.
PAST = """
INSERT INTO borrower_group (school, name, year)
SELECT DISTINCT ON (c.school, of_year.year, key) c.school, btrim(c.holder_group), of_year.year
  FROM custody c JOIN school s ON s.id = c.school
 CROSS JOIN LATERAL (SELECT borrower_group_key(c.holder_group) AS key) k
 CROSS JOIN LATERAL (SELECT CASE WHEN key ~ '^[0-9]+[(][0-9]+[)]$'
        THEN school_year((c.started_at AT TIME ZONE s.zone)::date) END AS year) of_year
 WHERE c.holder_group IS NOT NULL
 ORDER BY c.school, of_year.year, key, c.started_at, c.id;
ALTER TABLE custody DISABLE TRIGGER USER;
UPDATE custody c SET borrower_group = g.id FROM borrower_group g JOIN school s ON s.id = g.school
 WHERE g.school = c.school AND g.folded = borrower_group_key(c.holder_group)
   AND (g.year IS NULL OR g.year = school_year((c.started_at AT TIME ZONE s.zone)::date));
ALTER TABLE custody ENABLE TRIGGER USER;
"""

BACKWARDS = """
ALTER TABLE custody DISABLE TRIGGER USER;
UPDATE custody c SET holder_group = coalesce(
       (SELECT name FROM borrower_group WHERE id = c.borrower_group),
       (SELECT coalesce(nullif(name, ''), '?') FROM guest WHERE id = c.guest))
 WHERE c.borrower_group IS NOT NULL OR c.guest IS NOT NULL;
ALTER TABLE custody ENABLE TRIGGER USER;
DROP FUNCTION guest_is_erased() CASCADE;
DROP FUNCTION custody_signature_is_made() CASCADE;
DROP FUNCTION custody_signature_changes() CASCADE;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION lot_place_is_in_use() CASCADE;
DROP FUNCTION place_holds_no_lots() CASCADE;
DROP FUNCTION lot_move_counts() CASCADE;
DROP FUNCTION lot_loan_is_handed_out() CASCADE;
DROP FUNCTION balance_begins_with_nothing() CASCADE;
DROP TRIGGER follows_its_moves ON lot;
DROP TRIGGER follows_its_moves ON lot_loan;
DROP TRIGGER append_only ON lot_move;
DROP INDEX lot_move_newest;
DROP INDEX lot_loan_open_of_school;
ALTER TABLE lot_move DROP CONSTRAINT lot_move_loan_is_of_the_lot;
ALTER TABLE lot_move DROP CONSTRAINT lot_move_other_is_of_the_school;
ALTER TABLE lot_move DROP CONSTRAINT lot_move_is_of_the_school;
ALTER TABLE lot_loan DROP CONSTRAINT lot_loan_guest_is_of_the_school;
ALTER TABLE lot_loan DROP CONSTRAINT lot_loan_group_is_of_the_school;
ALTER TABLE lot_loan DROP CONSTRAINT lot_loan_place_is_of_the_school;
ALTER TABLE lot_loan DROP CONSTRAINT lot_loan_is_of_the_school;
ALTER TABLE lot DROP CONSTRAINT lot_place_is_of_the_school;
ALTER TABLE custody DROP CONSTRAINT custody_guest_is_of_the_school;
ALTER TABLE custody DROP CONSTRAINT custody_group_is_of_the_school;
DROP INDEX guest_once_a_school;
DROP TRIGGER audit ON borrower_group;
DROP INDEX borrower_group_once_a_year;
DROP FUNCTION borrower_group_is_named() CASCADE;
DROP FUNCTION borrower_group_title(text, int, text);
DROP FUNCTION school_year(date);
DROP FUNCTION borrower_group_key(text);
DROP FUNCTION han_number(text);
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=KEYS_OF_NAMES + OF_THE_SCHOOL + BALANCES + IN_USE + ERASURE + PAST,
        backwards=BACKWARDS,
    )
