"""The path of a new place is found by its keys, row for row, whatever the planner knows of the table.

The plans of a trigger are made once a session. Made while a school had a handful of places, they read
all of them for each row, and thousands that come in one statement then take many minutes.
"""

from core.sql_migrations import sql_migration

ID = "2026-11-30T18:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "paths of new places by their keys"

FORWARDS = """
CREATE OR REPLACE FUNCTION place_path_follows() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    above place;
    top place;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO above FROM place WHERE id = NEW.parent FOR SHARE;
        SELECT * INTO top FROM place WHERE id = above.parent FOR SHARE;
        INSERT INTO place_path (place, path, depth)
        VALUES (NEW.id, concat_ws(' / ', top.name, above.name, NEW.name),
                num_nonnulls(above.id, top.id))
        ON CONFLICT (place) DO UPDATE SET path = excluded.path, depth = excluded.depth;
        RETURN NULL;
    END IF;
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
"""
BACKWARDS = """
CREATE OR REPLACE FUNCTION place_path_follows() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
