"""The indexes by which assets are sorted by their place in life, and from whole to unknown."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T09:50:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of states in their order"

# The same text as the order's in inventory/assets/sorting.py: only then is the index used.
LIFE = (
    "announced,received,triage,wiping,refurbish,in_service,in_repair,"
    "lost,retired,disposed,written_off,returned_to_donor"
)
FORWARDS = f"""
CREATE INDEX asset_of_school_by_place_in_life ON asset
    (school, array_position('{{{LIFE}}}'::text[], lifecycle::text), tag COLLATE "C");
CREATE INDEX asset_of_school_by_quality ON asset
    (school, array_position('{{ok,degraded,broken,incomplete,unknown}}'::text[], condition::text),
     tag COLLATE "C");
"""
BACKWARDS = """
DROP INDEX asset_of_school_by_quality;
DROP INDEX asset_of_school_by_place_in_life;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
