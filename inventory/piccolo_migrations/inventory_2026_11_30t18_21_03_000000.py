"""Names of parts are compared by the database; gaps of kits follow their moves; what a kit is now."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T18:21:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "parts, gaps and states of kits"

PARTS = r"""
CREATE FUNCTION part_key(part text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(lower(regexp_replace(normalize(part, NFKC), '\s', '', 'g')), 80)
$$;
CREATE FUNCTION part_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.folded := part_key(NEW.part);
    RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT ON parts_list_line
    FOR EACH ROW EXECUTE FUNCTION part_is_named();
CREATE UNIQUE INDEX parts_list_once_a_revision ON parts_list
    (model, coalesce(school, 0), revision DESC);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON parts_list
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON parts_list_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

COUNTS = """
CREATE INDEX kit_count_newest ON kit_count (asset, id DESC);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kit_count
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kit_count_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kit_move
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION kit_count_line_is_of_its_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM parts_list_line l JOIN kit_count c ON c.parts_list = l.parts_list
                    WHERE l.id = NEW.line AND c.id = NEW.kit_count
                      AND NEW.missing + NEW.damaged <= l.quantity) THEN
        RAISE EXCEPTION 'no part of the list, or more than it has'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'kit_count_line_is_of_its_list';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_list BEFORE INSERT ON kit_count_line
    FOR EACH ROW EXECUTE FUNCTION kit_count_line_is_of_its_list();

-- A gap has no other way to change than a move.
CREATE FUNCTION kit_gap_begins_with_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.missing := 0;
    NEW.damaged := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER begins_with_nothing BEFORE INSERT ON kit_gap
    FOR EACH ROW EXECUTE FUNCTION kit_gap_begins_with_nothing();
CREATE TRIGGER follows_its_moves BEFORE UPDATE OF missing, damaged ON kit_gap
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE FUNCTION kit_move_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kit_gap SET missing = missing + NEW.missing_change,
           damaged = damaged + NEW.damaged_change WHERE id = NEW.gap;
    RETURN NULL;
END $$;
CREATE TRIGGER counts AFTER INSERT ON kit_move
    FOR EACH ROW EXECUTE FUNCTION kit_move_counts();
"""

STATES = """
-- The list that an asset is counted by: the newest of its school, else the newest of all schools.
CREATE VIEW kit AS
SELECT a.id AS asset, a.school, l.id AS parts_list, l.revision
  FROM asset a CROSS JOIN LATERAL (
       SELECT p.id, p.revision FROM parts_list p
        WHERE p.model = a.model AND (p.school IS NULL OR p.school = a.school)
        ORDER BY p.school IS NULL, p.revision DESC LIMIT 1) l;

-- What a kit lacks of its list. What it lacks of an older list, and the newest no longer asks for,
-- is no gap of it now.
CREATE VIEW kit_lack AS
SELECT k.asset, k.school, k.parts_list, l.id AS line, l.part, l.folded, l.is_critical, g.id AS gap,
       least(g.missing, l.quantity) AS missing,
       least(g.damaged, l.quantity - least(g.missing, l.quantity)) AS damaged
  FROM kit k JOIN kit_gap g ON g.asset = k.asset
  JOIN parts_list_line l ON l.parts_list = k.parts_list AND l.folded = g.folded
 WHERE g.missing + g.damaged > 0;

CREATE VIEW kit_state AS
SELECT k.asset, k.parts_list, k.revision, c.at AS counted_at, c.by AS counted_by,
       c.parts_list IS DISTINCT FROM k.parts_list AND c.id IS NOT NULL AS counted_by_older,
       coalesce(lacks.missing, 0)::bigint AS missing, coalesce(lacks.damaged, 0)::bigint AS damaged,
       CASE WHEN c.id IS NULL THEN 'unknown' WHEN lacks.is_critical THEN 'unusable'
            WHEN lacks.missing + lacks.damaged > 0 THEN 'gaps' ELSE 'complete' END AS state
  FROM kit k
  LEFT JOIN LATERAL (SELECT id, at, by, parts_list FROM kit_count
                      WHERE asset = k.asset ORDER BY id DESC LIMIT 1) c ON true
  LEFT JOIN LATERAL (SELECT sum(missing) AS missing, sum(damaged) AS damaged,
                            bool_or(is_critical) AS is_critical
                       FROM kit_lack WHERE asset = k.asset) lacks ON true;
"""

BACKWARDS = """
DROP VIEW kit_state;
DROP VIEW kit_lack;
DROP VIEW kit;
DROP FUNCTION kit_move_counts() CASCADE;
DROP FUNCTION kit_gap_begins_with_nothing() CASCADE;
DROP TRIGGER follows_its_moves ON kit_gap;
DROP FUNCTION kit_count_line_is_of_its_list() CASCADE;
DROP TRIGGER append_only ON kit_move;
DROP TRIGGER append_only ON kit_count_line;
DROP TRIGGER append_only ON kit_count;
DROP INDEX kit_count_newest;
DROP TRIGGER append_only ON parts_list_line;
DROP TRIGGER append_only ON parts_list;
DROP INDEX parts_list_once_a_revision;
DROP FUNCTION part_is_named() CASCADE;
DROP FUNCTION part_key(text);
"""


async def forwards():
    return sql_migration(
        "inventory", ID, DESCRIPTION, forwards=PARTS + COUNTS + STATES, backwards=BACKWARDS
    )
