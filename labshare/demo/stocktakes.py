"""A stock-take of the whole school in spring, closed and signed, and one of some rooms that goes on."""

from datetime import timedelta

from core.database import execute, fetch_column, fetch_value
from inventory.stocktakes.starting import EXPECT
from labshare.demo.calendar import YearBehind
from labshare.demo.school import School

START = """
INSERT INTO stocktake (school, scope, places, title, note, started_at, started_by)
VALUES (:school, :scope, :places, :title, '', :at, :by) RETURNING id
"""
# Most of what is expected here is seen in its place, some of it in another.
SCANS = """
INSERT INTO stocktake_scan (stocktake, key, way, given, asset, place, at, received_at, by, note)
SELECT t.stocktake, gen_random_uuid(), 'scan', a.tag, a.id,
       CASE WHEN a.id % 53 = 0 THEN :elsewhere ELSE t.expected_place END, :at, :at, :by, ''
  FROM stocktake_asset t JOIN asset a ON a.id = t.asset
 WHERE t.stocktake = :stocktake AND t.custody IS NULL AND NOT t.in_repair
   AND t.expected_place IS NOT NULL AND (a.id * 7) % 100 < :percent
"""
UNKNOWN = """
INSERT INTO stocktake_scan (stocktake, key, way, given, asset, place, at, received_at, by, note)
VALUES (:stocktake, gen_random_uuid(), 'scan', '没有贴纸的显示器', NULL, :place, :at, :at, :by, '讲台下面')
"""
CLOSE = """
UPDATE stocktake SET state = 'closed', ended_at = :at, ended_by = :by WHERE id = :stocktake
"""
SIGN = """
INSERT INTO stocktake_signature (stocktake, part, signer, strokes, signed_at, recorded_by)
SELECT $1, part, p.name, '[[60,120,110,60,150,140,210,70],[240,130,300,80,350,130,430,90]]', $2, p.id
  FROM person p, unnest(ARRAY['counter','witness']) AS t (part) WHERE p.id = $3
"""
ROOMS = """
SELECT p.id FROM place p JOIN asset a ON a.place = p.id
 WHERE p.school = $1 AND p.kind = 'room' GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 3
"""


async def add_stocktakes(year: YearBehind, schools: dict[str, School]) -> None:
    """At each school one that is closed, and one that is half done."""
    for school in schools.values():
        rooms = await fetch_column(int, ROOMS, school.id)
        by = school.people["technician"]
        long_ago, lately = year.at - timedelta(days=150), year.at - timedelta(hours=3)
        for title, scope, places, at, percent in (
            ("春季全校盘点", "school", [], long_ago, 94),
            ("秋季机房盘点", "places", rooms[:2], lately, 60),
        ):
            taken = await fetch_value(
                START, school=school.id, scope=scope, places=places, title=title, at=at, by=by
            )
            await execute(EXPECT, taken)
            seen = {"stocktake": taken, "at": at + timedelta(hours=1), "by": by}
            await execute(SCANS, **seen, elsewhere=rooms[-1], percent=percent)
            await execute(UNKNOWN, **seen, place=rooms[0])
            if scope == "school":
                await execute(CLOSE, stocktake=taken, at=at + timedelta(hours=8), by=by)
                await execute(SIGN, taken, at + timedelta(hours=8), by)
