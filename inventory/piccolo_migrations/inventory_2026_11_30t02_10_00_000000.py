"""Assets are found by the number on the sticker alone."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "assets by the number of their tag"

FORWARDS = """
CREATE INDEX asset_school_tag_number ON asset
    (school, (substring(tag FROM '(?:^|[^0-9])0*([0-9]{1,9})$')));
"""
BACKWARDS = """
DROP INDEX asset_school_tag_number;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
