"""The indexes by which assets are sorted by their place in life, and from whole to unknown."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T09:50:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of states in their order"

# As the enumerations in inventory/assets/shapes.py have them. A new state comes last, so that the
# rows in the index stay where they are; one that no row has yet, "voided", costs nothing.
FORWARDS = """
CREATE FUNCTION lifecycle_place(state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_position(ARRAY['announced', 'received', 'triage', 'wiping', 'refurbish',
        'in_service', 'in_repair', 'lost', 'retired', 'disposed', 'written_off',
        'returned_to_donor', 'voided'], state)
$$;
CREATE FUNCTION condition_place(condition text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_position(ARRAY['ok', 'degraded', 'broken', 'incomplete', 'unknown'], condition)
$$;
CREATE INDEX asset_of_school_by_place_in_life ON asset
    (school, lifecycle_place(lifecycle), tag COLLATE "C");
CREATE INDEX asset_of_school_by_place_of_condition ON asset
    (school, condition_place(condition), tag COLLATE "C");
"""
BACKWARDS = """
DROP INDEX asset_of_school_by_place_of_condition;
DROP INDEX asset_of_school_by_place_in_life;
DROP FUNCTION condition_place(text);
DROP FUNCTION lifecycle_place(text);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
