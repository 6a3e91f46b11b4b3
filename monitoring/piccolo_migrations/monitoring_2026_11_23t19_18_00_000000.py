"""An index that counts the cards behind one port without reading the whole switch."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sightings by port"

FORWARDS = """
CREATE INDEX port_sighting_of_port ON port_sighting (device, port, seen_at);
CREATE INDEX port_sighting_by_age ON port_sighting (seen_at);
"""
BACKWARDS = """
DROP INDEX port_sighting_by_age;
DROP INDEX port_sighting_of_port;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
