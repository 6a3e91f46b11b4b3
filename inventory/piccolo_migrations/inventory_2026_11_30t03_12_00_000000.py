"""How models and assets are called, once for all queries."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T03:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "functions: model_title, asset_title"

# One expression each, so that the planner puts it in place of the call.
FORWARDS = """
CREATE FUNCTION model_title(brand text, name text) RETURNS text LANGUAGE sql IMMUTABLE
    PARALLEL SAFE AS $$ SELECT btrim(brand || ' ' || name) $$;
CREATE FUNCTION asset_title(own_name text, brand text, model text) RETURNS text LANGUAGE sql
    IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(own_name, ''), btrim(brand || ' ' || model)) $$;
"""
BACKWARDS = """
DROP FUNCTION asset_title(text, text, text);
DROP FUNCTION model_title(text, text);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
