"""The path of a place, stored: lists ask for it with every row, and places rarely change."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T08:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "place_path: a table written by trigger in place of the view"

# Two changes at once: whoever writes a path first locks the places around it, from the inside out,
# so the second one waits and then reads the first one's names. Also the place that was left is
# locked: its renaming must not write the path of what is just moving out.
FORWARDS = """
DROP VIEW place_path;
CREATE TABLE place_path (
    place bigint PRIMARY KEY REFERENCES place (id) ON DELETE CASCADE,
    path text NOT NULL,
    depth integer NOT NULL
);
COMMENT ON TABLE place_path IS 'Places named from the outside in; written by trigger alone';
INSERT INTO place_path (place, path, depth)
    SELECT p.id, concat_ws(' / ', outermost.name, around.name, p.name),
           num_nonnulls(around.id, outermost.id)
      FROM place p
      LEFT JOIN place around ON around.id = p.parent
      LEFT JOIN place outermost ON outermost.id = around.parent;

CREATE FUNCTION place_path_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM place WHERE id IN (OLD.parent, NEW.parent) ORDER BY id FOR SHARE;
    PERFORM FROM place
      WHERE id IN (SELECT parent FROM place WHERE id IN (OLD.parent, NEW.parent))
      ORDER BY id FOR SHARE;
    INSERT INTO place_path (place, path, depth)
    SELECT p.id, concat_ws(' / ', outermost.name, around.name, p.name),
           num_nonnulls(around.id, outermost.id)
      FROM (SELECT NEW.id
             UNION ALL SELECT r.id FROM place r WHERE r.parent = NEW.id
             UNION ALL SELECT c.id FROM place r JOIN place c ON c.parent = r.id
                        WHERE r.parent = NEW.id) AS changed(id)
      JOIN place p ON p.id = changed.id
      LEFT JOIN place around ON around.id = p.parent
      LEFT JOIN place outermost ON outermost.id = around.parent
     ORDER BY p.id
    ON CONFLICT (place) DO UPDATE SET path = excluded.path, depth = excluded.depth;
    RETURN NULL;
END $$;
CREATE TRIGGER path_begins AFTER INSERT ON place
    FOR EACH ROW EXECUTE FUNCTION place_path_follows();
CREATE TRIGGER path_changes AFTER UPDATE OF name, parent ON place
    FOR EACH ROW WHEN ((OLD.name, OLD.parent) IS DISTINCT FROM (NEW.name, NEW.parent))
    EXECUTE FUNCTION place_path_follows();
"""
BACKWARDS = """
DROP TRIGGER path_changes ON place;
DROP TRIGGER path_begins ON place;
DROP FUNCTION place_path_follows();
DROP TABLE place_path;
CREATE VIEW place_path AS
    SELECT p.id AS place, concat_ws(' / ', outermost.name, around.name, p.name) AS path,
           num_nonnulls(around.id, outermost.id) AS depth
      FROM place p
      LEFT JOIN place around ON around.id = p.parent
      LEFT JOIN place outermost ON outermost.id = around.parent;
"""


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
