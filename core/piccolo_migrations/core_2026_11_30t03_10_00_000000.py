"""What many queries ask in the same words: where a place is, and which memberships are valid."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T03:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "views: place_path, valid_membership"

# A building holds rooms and a room cabinets: three levels, and no more. As joins by key, and not
# recursive, the planner sees into the view and reads the three rows of each place alone.
FORWARDS = """
CREATE VIEW place_path AS
    SELECT p.id AS place, concat_ws(' / ', outermost.name, around.name, p.name) AS path,
           num_nonnulls(around.id, outermost.id) AS depth
      FROM place p
      LEFT JOIN place around ON around.id = p.parent
      LEFT JOIN place outermost ON outermost.id = around.parent;
CREATE VIEW valid_membership AS
    SELECT id, person, school, role FROM membership
     WHERE valid_from <= now() AND (valid_until IS NULL OR valid_until > now());
"""
BACKWARDS = """
DROP VIEW valid_membership;
DROP VIEW place_path;
"""


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
