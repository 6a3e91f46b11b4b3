"""Parts in the cabinet of each school: a year of deliveries and use, some below their minimum."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from core.database import execute, fetch_value
from labshare.demo.borrowers import MODEL
from labshare.demo.calendar import YearBehind
from labshare.demo.school import School


class Part(msgspec.Struct, frozen=True):
    """So many came, so many go in each month; what they cost; how many there should be."""

    brand: str
    name: str
    came: int
    a_month: int
    price: str
    minimum: int = 0
    code: str = ""


MONTHS = 7
PARTS = (
    Part("商用", "内存 DDR4 8GB", 30, 3, "128.00", 6, "6901234567892"),
    Part("商用", "固态硬盘 256GB", 24, 3, "179.00", 5),
    Part("办公", "碳粉盒 LP-2100", 18, 2, "86.00", 6),
    Part("校园网", "网线 3 米", 80, 6, "9.50", 20),
    Part("", "超声波传感器", 12, 1, "14.00", 4),
    Part("", "USB 数据线", 20, 2, "6.50"),
    Part("", "M3 螺钉", 400, 20, "0.05"),
    Part("机房", "主板电池 CR2032", 10, 0, "2.00", 12),
)
BALANCE = "INSERT INTO stock_balance (school, model, place) VALUES ($1, $2, $3) RETURNING id"
MOVE = """
INSERT INTO stock_move (school, balance, kind, quantity, change, order_number, unit_cost, at, by, note)
VALUES (:school, :stock, :kind, :count, :change, :number, :price, :at, :by, '')
"""
MINIMUM = "INSERT INTO stock_minimum (school, model, minimum) VALUES ($1, $2, $3)"
CODE = "INSERT INTO part_code (school, code, model) VALUES ($1, $2, $3)"
# Two of the first open repair's parts wait for it.
RESERVE = """
INSERT INTO stock_reservation (school, balance, work_order, quantity)
SELECT w.school, $2, w.id, 2 FROM work_order w WHERE w.school = $1 AND w.closed_at IS NULL
 ORDER BY w.id LIMIT 1
"""


async def add_stock(year: YearBehind, schools: dict[str, School]) -> None:
    """Each part in the first computer room of each school."""
    for school in schools.values():
        for number, part in enumerate(PARTS):
            stock_id = await _add_part(year, school, number, part)
            if number == 0:
                await execute(RESERVE, school.id, stock_id)


async def _add_part(year: YearBehind, school: School, number: int, part: Part) -> int:
    model = await fetch_value(MODEL, kind="part", brand=part.brand, name=part.name)
    stock_id: int = await fetch_value(BALANCE, school.id, model, school.places["计算机教室一"])
    facts = {"school": school.id, "stock": stock_id, "by": school.people["technician"]}
    came_at = year.at - timedelta(days=30 * MONTHS)
    await execute(
        MOVE,
        **facts,
        kind="received",
        count=part.came,
        change=part.came,
        number=f"CG-{number + 11}",
        price=Decimal(part.price),
        at=came_at,
    )
    for month in range(MONTHS if part.a_month else 0):
        await execute(
            MOVE,
            **facts,
            kind="used",
            count=part.a_month,
            change=-part.a_month,
            number="",
            price=None,
            at=came_at + timedelta(days=30 * month + 10 + number),
        )
    if part.minimum:
        await execute(MINIMUM, school.id, model, part.minimum)
    if part.code:
        await execute(CODE, school.id, part.code, model)
    return stock_id
