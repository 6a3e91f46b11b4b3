"""Damage that was found before has a kind too; damaged content is found by an index."""

from core.sql_migrations import sql_migration

ID = "2026-11-29T23:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kinds of damage"

FORWARDS = """
UPDATE blob SET damage = 'content' WHERE damaged_at IS NOT NULL AND damage IS NULL;
CREATE INDEX blob_damaged ON blob (id) WHERE damaged_at IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX blob_damaged;
DELETE FROM rendition WHERE kind = 'large';
"""


async def forwards():
    return sql_migration("storage", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
