"""What belongs into the robotics kits, and the last count of most of them: some lack a part or two."""

from datetime import timedelta

from core.database import execute, fetch_value
from labshare.demo.calendar import YearBehind
from labshare.demo.catalogue import ARM_KIT, BOARD_KIT, LINE_CAR
from labshare.demo.school import School

# Part, how many, whether nothing works without it, where in the box.
Part = tuple[str, int, bool, str]
LISTS: dict[tuple[str, str, str], tuple[Part, ...]] = {
    LINE_CAR: (
        ("主控板", 1, True, "上层"),
        ("减速电机", 2, True, "上层"),
        ("车轮", 2, True, "下层"),
        ("万向轮", 1, False, "下层"),
        ("循线传感器", 1, True, "上层"),
        ("电池盒", 1, True, "下层"),
        ("USB 数据线", 1, False, "盖袋"),
        ("M3 螺钉", 20, False, "小盒"),
        ("螺丝刀", 1, False, "盖袋"),
    ),
    BOARD_KIT: (
        ("图形化主控板", 1, True, "上层"),
        ("超声波传感器", 1, False, "上层"),
        ("光线传感器", 1, False, "上层"),
        ("按钮模块", 2, False, "上层"),
        ("LED 灯", 10, False, "小盒"),
        ("杜邦线", 20, False, "下层"),
        ("USB 数据线", 1, True, "盖袋"),
    ),
    ARM_KIT: (
        ("底座", 1, True, "下层"),
        ("舵机", 4, True, "上层"),
        ("机械爪", 1, True, "上层"),
        ("控制手柄", 1, False, "上层"),
        ("电源适配器", 1, True, "盖袋"),
        ("连接件", 12, False, "小盒"),
    ),
}
MODEL = "SELECT id FROM asset_model WHERE (kind, brand, name) = ($1, $2, $3)"
LIST = """
INSERT INTO parts_list (model, revision, note, at, by) VALUES ($1, 1, '按装箱单', $2, $3) RETURNING id
"""
LINES = """
INSERT INTO parts_list_line (parts_list, position, part, quantity, is_critical, spot, substitutes)
SELECT :list, ordinality, part, quantity, is_critical, spot, ''
  FROM unnest(:parts::text[], :quantities::int[], :critical::bool[], :spots::text[])
       WITH ORDINALITY AS given (part, quantity, is_critical, spot, ordinality)
"""
# Four of five are counted; the fifth nobody has looked into yet.
COUNTS = """
INSERT INTO kit_count (school, asset, parts_list, phase, at, by, note)
SELECT k.school, k.asset, k.parts_list, 'in', $1, t.person, ''
  FROM kit k JOIN asset a ON a.id = k.asset AND a.lifecycle = 'in_service'
  JOIN unnest($2::bigint[], $3::bigint[]) AS t (school, person) ON t.school = k.school
 WHERE k.asset % 5 <> 0 ORDER BY k.asset
"""
DEVIATIONS = """
INSERT INTO kit_count_line (kit_count, line, missing, damaged)
SELECT c.id, l.id, CASE WHEN l.quantity > 5 THEN 1 + (c.asset % 3)::int ELSE 1 END * is_missing,
       1 - is_missing
  FROM kit_count c JOIN parts_list_line l ON l.parts_list = c.parts_list
 CROSS JOIN LATERAL (SELECT ((c.asset + l.position) % 4 <> 0)::int AS is_missing) i
 WHERE (c.asset * 7 + l.position * 5) % (CASE WHEN l.is_critical THEN 37 ELSE 11 END) = 0
"""
GAPS = """
INSERT INTO kit_gap (asset, folded, part)
SELECT c.asset, l.folded, l.part FROM kit_count_line d
  JOIN kit_count c ON c.id = d.kit_count JOIN parts_list_line l ON l.id = d.line
"""
MOVES = """
INSERT INTO kit_move (school, gap, kind, missing_change, damaged_change, kit_count, at, by, note)
SELECT c.school, g.id, 'counted', d.missing, d.damaged, c.id, c.at, c.by, ''
  FROM kit_count_line d JOIN kit_count c ON c.id = d.kit_count
  JOIN parts_list_line l ON l.id = d.line JOIN kit_gap g ON g.asset = c.asset AND g.folded = l.folded
"""


async def add_kits(year: YearBehind, schools: dict[str, School]) -> None:
    """Lists of parts for all schools, a count of most kits, and the gaps that follow from it."""
    first = next(iter(schools.values())).people["technician"]
    for (kind, brand, name), parts in LISTS.items():
        model_id = await fetch_value(MODEL, kind, brand, name)
        made = await fetch_value(LIST, model_id, year.at - timedelta(days=200), first)
        columns = (list(column) for column in zip(*parts, strict=True))
        names = ("parts", "quantities", "critical", "spots")
        await execute(LINES, list=made, **dict(zip(names, columns, strict=True)))
    keepers = [(school.id, school.people["technician"]) for school in schools.values()]
    ids, people = zip(*keepers, strict=True)
    await execute(COUNTS, year.at - timedelta(days=6), list(ids), list(people))
    for statement in (DEVIATIONS, GAPS, MOVES):
        await execute(statement)
