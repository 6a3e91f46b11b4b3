"""What people call a device is said once: its asset's name, else its own, else its model or its tag."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T02:52:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "names of devices"

# IMMUTABLE and of one expression each, so that the planner puts them into the statement itself.
FORWARDS = """
CREATE FUNCTION device_name(asset_name text, identity jsonb, brand text, model text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(asset_name, ''), nullif(identity ->> 'name', ''),
                    btrim(brand || ' ' || model))
$$;
COMMENT ON FUNCTION device_name(text, jsonb, text, text) IS
    'What lists call a device: its asset''s name, else what it calls itself, else its model';

CREATE FUNCTION device_name_or_tag(asset_name text, identity jsonb, tag text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(asset_name, ''), nullif(identity ->> 'name', ''), tag)
$$;
COMMENT ON FUNCTION device_name_or_tag(text, jsonb, text) IS
    'What messages call a device, where its model says too little: its tag at the end';
"""

BACKWARDS = """
DROP FUNCTION device_name_or_tag(text, jsonb, text);
DROP FUNCTION device_name(text, jsonb, text, text);
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
