"""What another school has lent goes back to it, and is ended by nobody else."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T10:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "what is lent is ended by its owner alone"

# Lost it may be, and written off after the search: the lender sees that in the loan.
FORWARDS = """
ALTER FUNCTION asset_step_obstacle(bigint, text, text) RENAME TO asset_guard_obstacle;
CREATE FUNCTION asset_step_obstacle(asset_id bigint, before text, after text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN after IN ('disposed', 'sold', 'dismantled', 'returned_to_donor')
                     AND asset_is_on_loan(asset_id)
                     AND EXISTS (SELECT FROM lifecycle_transition
                                  WHERE from_state = before AND to_state = after) THEN 'on_loan'
                ELSE asset_guard_obstacle(asset_id, before, after) END
$$;
"""

BACKWARDS = """
DROP FUNCTION asset_step_obstacle(bigint, text, text);
ALTER FUNCTION asset_guard_obstacle(bigint, text, text) RENAME TO asset_step_obstacle;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
