"""The indexes of what is scanned: a tag without its hyphens, and the ISBN of a book."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T10:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of what is scanned"

FORWARDS = """
CREATE INDEX asset_of_school_by_bare_tag ON asset (school, (replace(tag, '-', '')));
CREATE INDEX asset_model_by_isbn ON asset_model (isbn) WHERE isbn IS NOT NULL;
"""
BACKWARDS = """
DROP INDEX asset_model_by_isbn;
DROP INDEX asset_of_school_by_bare_tag;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
