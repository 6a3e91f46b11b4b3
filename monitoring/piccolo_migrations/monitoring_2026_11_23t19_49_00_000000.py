"""Samples by device and time: the values of a visit share one entry, a tenth of the old key's size."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:49:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a small index of samples"

# Nothing looked a sample up by its key: charts filter a device's visits, which lie side by side.
FORWARDS = """
ALTER TABLE sample DROP CONSTRAINT sample_pkey;
CREATE INDEX sample_of_device ON sample (device, at);
"""

BACKWARDS = """
DROP INDEX sample_of_device;
ALTER TABLE sample ADD PRIMARY KEY (device, metric, instance, at);
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
