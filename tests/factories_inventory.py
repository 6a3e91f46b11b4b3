"""Rows of the inventory for tests: many assets at once, donors, donations."""

from core import database
from tests.factories import MadeSchool

MANY = """
INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, serial_number,
                   serial_trust, name, note, version, created_at)
SELECT upper($4) || '-' || lpad(n::text, 6, '0'), $1, $1, ($2::bigint[])[1 + n % cardinality($2)],
       CASE WHEN n % 50 = 0 THEN 'retired' ELSE 'in_service' END,
       CASE WHEN n % 40 = 0 THEN 'broken' ELSE 'ok' END,
       'SN' || lpad((n * 7919 % 1000003)::text, 7, '0') || $4, 'ok', '', '', 1, now()
  FROM generate_series(1, $3::int) n
"""


async def many_assets(of: MadeSchool, count: int, *, models: list[int]) -> None:
    """``count`` assets tagged by the school's code, written without their history."""
    async with database.transaction():
        await database.execute("ALTER TABLE asset DISABLE TRIGGER audit")
        await database.execute(MANY, of.id, models, count, of.code)
        await database.execute("ALTER TABLE asset ENABLE TRIGGER audit")
    await database.execute("ANALYZE asset")
