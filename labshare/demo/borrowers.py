"""The classes of this school year, a guest, and lots of things that nobody tags, with their loans."""

from datetime import timedelta

from core.database import execute, execute_many, fetch_value
from inventory.group_years import class_name
from inventory.groups import school_year
from labshare.demo.calendar import YearBehind
from labshare.demo.school import School

# School: the grades, and how many classes each has.
CLASSES = {"LB": (range(10, 13), 5), "HG": (range(7, 10), 4)}
# Model, how many came to the first room, how many the class has now.
LOTS = (
    (("other", "教育", "头戴式耳机 HS-20"), 36, 12),
    (("other", "机房", "HDMI 线 3 米"), 24, 0),
    (("other", "商用", "USB 鼠标 M-100"), 60, 5),
)
GROUPS = """
INSERT INTO borrower_group (school, name, year, teacher) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""
MODEL = """
INSERT INTO asset_model (kind, brand, name) VALUES (:kind, :brand, :name)
ON CONFLICT (kind, brand, name) WHERE name <> '' DO UPDATE SET name = excluded.name RETURNING id
"""
LOT = "INSERT INTO lot (school, model, place) VALUES ($1, $2, $3) RETURNING id"
MOVE = """
INSERT INTO lot_move (school, lot, kind, quantity, on_hand_change, at, by, note)
VALUES (:school, :lot, 'received', :count, :count, :at, :by, '')
"""
LOAN = """
INSERT INTO lot_loan (school, lot, borrower_group, guest, quantity, started_at, due_at, handed_by,
       note)
VALUES (:school, :lot, :group, :guest, :count, :at, :due, :by, '')
"""
GUEST = """
INSERT INTO guest (school, name, contact, added_at) VALUES ($1, '陈师傅', '县电教馆', $2) RETURNING id
"""


async def add_classes(year: YearBehind, schools: dict[str, School]) -> None:
    """Every grade's classes of the school year that goes on."""
    this_year = school_year(year.today)
    rows = [
        (
            schools[code].id,
            class_name(grade, number),
            this_year,
            schools[code].people.get("teacher"),
        )
        for code, (grades, count) in CLASSES.items()
        for grade in grades
        for number in range(1, count + 1)
    ]
    await execute_many(GROUPS, rows)


async def add_lots(year: YearBehind, schools: dict[str, School]) -> None:
    """Each school's lots in its first computer room: some with a class, a few with a guest."""
    for school in schools.values():
        for model, count, lent in LOTS:
            lot = await _add_lot(year, school, model, count)
            if lent:
                await _lend(year, school, lot, lent)


async def _add_lot(
    year: YearBehind, school: School, model: tuple[str, str, str], count: int
) -> int:
    kind, brand, name = model
    model_id = await fetch_value(MODEL, kind=kind, brand=brand, name=name)
    lot: int = await fetch_value(LOT, school.id, model_id, school.places["计算机教室一"])
    by, at = school.people["technician"], year.at - timedelta(days=60)
    await execute(MOVE, school=school.id, lot=lot, count=count, at=at, by=by)
    return lot


async def _lend(year: YearBehind, school: School, lot: int, count: int) -> None:
    group = await fetch_value(
        "SELECT id FROM borrower_group WHERE school = $1 AND grade IS NOT NULL AND year = $2"
        " ORDER BY grade, number LIMIT 1",
        school.id,
        school_year(year.today),
    )
    at, by = year.at - timedelta(days=3), school.people["technician"]
    loan = {"school": school.id, "lot": lot, "at": at, "by": by}
    due = year.at + timedelta(days=11)
    await execute(LOAN, **loan, group=group, guest=None, count=count, due=due)
    if count > 10:
        guest = await fetch_value(GUEST, school.id, at)
        await execute(LOAN, **loan, group=None, guest=guest, count=2, due=at + timedelta(days=1))
