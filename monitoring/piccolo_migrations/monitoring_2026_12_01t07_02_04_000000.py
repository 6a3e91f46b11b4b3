"""Hours for which an asset was on, as its devices told, and where none watched, as the collector read."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T07:02:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "measured hours of assets"

# Null of an asset of which nothing was ever measured. What a device watched is known better than
# an average between two readings.
FORWARDS = """
CREATE OR REPLACE FUNCTION measured_hours(asset_id bigint, since timestamptz, until timestamptz)
RETURNS float8 LANGUAGE sql STABLE AS $$
    WITH first AS (
        SELECT min(started_at) AS at FROM power_session WHERE asset = asset_id
    ), sessions AS (
        SELECT range_agg(tstzrange(greatest(started_at, since), least(ended_at, until))) AS spans
          FROM power_session
         WHERE asset = asset_id AND started_at < until AND ended_at > since
    ), watched AS (
        SELECT range_agg(tstzrange(least(d.created_at, first.at), removed_at)) AS spans
          FROM device d CROSS JOIN first
         WHERE d.asset = asset_id AND first.at IS NOT NULL
    ), collected AS (
        SELECT u.hours * 3600 / extract(epoch FROM u.ends_at - u.starts_at)::float8 AS rate,
               tstzmultirange(tstzrange(u.starts_at, u.ends_at) * tstzrange(since, until))
               - coalesce((SELECT spans FROM watched), '{}'::tstzmultirange) AS spans
          FROM machine_use u WHERE u.asset = asset_id
    )
    SELECT CASE WHEN (SELECT at FROM first) IS NOT NULL OR EXISTS (SELECT FROM collected)
           THEN (coalesce((SELECT sum(extract(epoch FROM upper(one) - lower(one)))::float8
                             FROM sessions, unnest(sessions.spans) one), 0)
                 + coalesce((SELECT sum(extract(epoch FROM upper(one) - lower(one))::float8 * rate)
                               FROM collected, unnest(collected.spans) one), 0)) / 3600 END
$$;
"""
BACKWARDS = """
CREATE OR REPLACE FUNCTION measured_hours(asset_id bigint, since timestamptz, until timestamptz)
RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN count(*) > 0 THEN coalesce(sum(u.hours * greatest(0, extract(epoch FROM
               least(u.ends_at, until) - greatest(u.starts_at, since))::float8)
               / extract(epoch FROM u.ends_at - u.starts_at)::float8), 0) END
      FROM machine_use u WHERE u.asset = asset_id
$$;
"""


async def forwards():
    return sql_migration(
        "monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS
    )
