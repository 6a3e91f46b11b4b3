"""The indexes of the orders in which long lists are asked for most."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T08:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of orders"

FORWARDS = """
CREATE INDEX asset_of_school_by_age ON asset (school, id);
CREATE INDEX custody_open_by_due_day ON custody (school, due_on, id) WHERE ended_at IS NULL;
CREATE INDEX custody_ended_by_end ON custody (school, ended_at DESC NULLS LAST, id DESC)
    WHERE ended_at IS NOT NULL;
CREATE INDEX donation_by_day ON donation (school, received_on, id);
"""
BACKWARDS = """
DROP INDEX donation_by_day;
DROP INDEX custody_ended_by_end;
DROP INDEX custody_open_by_due_day;
DROP INDEX asset_of_school_by_age;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
