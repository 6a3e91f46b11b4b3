"""Whether a search is over, said once: finished, cancelled or failed."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T09:31:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "one search a network that is not over"

FORWARDS = """
ALTER TABLE network_scan ADD COLUMN over_at timestamptz
    GENERATED ALWAYS AS (coalesce(finished_at, cancelled_at, failed_at)) STORED;
DROP INDEX network_scan_one_at_a_time;
CREATE UNIQUE INDEX network_scan_one_at_a_time ON network_scan (network) WHERE over_at IS NULL;
"""
# The program before this knows no failed search, and whose lease it is stood in a column of its own.
BACKWARDS = """
DROP INDEX network_scan_one_at_a_time;
ALTER TABLE network_scan DROP COLUMN over_at;
UPDATE network_scan SET lease_until = NULL, cancelled_at = coalesce(cancelled_at, failed_at);
CREATE UNIQUE INDEX network_scan_one_at_a_time ON network_scan (network)
    WHERE finished_at IS NULL AND cancelled_at IS NULL;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
