"""Names of assets are found by any part of them through an index."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T18:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "names of assets by their parts"

# Pairs of letters rather than the three of pg_trgm: two are a whole word in Chinese, and not every
# installation has that extension. With the school, so that another school's names cost nothing.
FORWARDS = """
CREATE FUNCTION name_grams(at_school bigint, name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT array(SELECT DISTINCT at_school::text || ':' || substr(lower(name), n, size)
                   FROM generate_series(1, length(lower(name))) n, generate_series(1, 2) size)
$$;
COMMENT ON FUNCTION name_grams IS 'Each letter of a name and each two that follow each other';
CREATE FUNCTION asked_grams(at_school bigint, part text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array(SELECT at_school::text || ':' || substr(lower(part), n, 2)
                   FROM generate_series(1, greatest(length(lower(part)) - 1, 1)) n)
$$;
COMMENT ON FUNCTION asked_grams IS 'What the grams of each name hold that has this part';
CREATE INDEX asset_name_grams ON asset USING gin (name_grams(school, name)) WHERE name <> '';
"""
BACKWARDS = """
DROP INDEX asset_name_grams;
DROP FUNCTION asked_grams(bigint, text);
DROP FUNCTION name_grams(bigint, text);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
