"""Credentials may name the longer keys of AES; constraints are compared by name, so it is said here."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "AES with 192 and 256 bits in credentials"

FORWARDS = """
ALTER TABLE credential DROP CONSTRAINT credential_priv_is_known;
ALTER TABLE credential ADD CONSTRAINT credential_priv_is_known
    CHECK (priv_protocol IN ('des','aes','aes192','aes256','aes192c','aes256c'));
"""

BACKWARDS = """
ALTER TABLE credential DROP CONSTRAINT credential_priv_is_known;
ALTER TABLE credential ADD CONSTRAINT credential_priv_is_known
    CHECK (priv_protocol IN ('des','aes')) NOT VALID;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
