"""A year of handing out and taking back, with what is out now and what is overdue."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from core.database import execute_many, fetch_value
from inventory.custody.due import LAST_SECOND
from inventory.groups import school_year
from labshare.demo.calendar import ZONE, YearBehind, is_lesson_day
from labshare.demo.equipment import Asset
from labshare.demo.rows import copy, random_for
from labshare.demo.school import CLUBS

# A club is of no year.
ADD_GROUP = """
INSERT INTO borrower_group (school, name, year)
SELECT $1, $2::text, CASE WHEN borrower_group_key($2) LIKE '%(%)' THEN $3::int END
ON CONFLICT DO NOTHING
"""
FIND_GROUP = """
SELECT id FROM borrower_group WHERE school = :school AND folded = borrower_group_key(:name)
   AND coalesce(year, :year::int) = :year::int
"""
RETURN_NOTES = ("", "", "", "", "电池需充电", "缺一个螺丝，已补", "外壳有划痕", "已清点，齐全")
OVERDUE = 9


class Habit(msgspec.Struct, frozen=True):
    """How one kind of thing is lent: to whom, for how many days, with what pause between."""

    to_groups: float
    days: tuple[int, ...]
    pause: tuple[int, int]
    share: float = 1.0


HABITS = {
    "robot_kit": Habit(0.8, (7, 14, 14, 21), (2, 40)),
    "book": Habit(0.35, (14, 21, 28), (10, 110)),
    "notebook": Habit(0.0, (120,), (3, 25), 0.85),
    "tablet": Habit(0.9, (7, 14), (5, 45), 0.9),
}


class Loan(msgspec.Struct):
    """One row of ``custody``."""

    asset: Asset
    started_at: datetime
    due_on: date
    ended_at: datetime | None
    handed_by: int
    holder: int | None = None
    group: str | None = None
    note: str = ""
    was_lost: bool = False


async def add_loans(year: YearBehind, assets: list[Asset]) -> list[Loan]:
    """Lend what is lent in a school, then make a few of the open loans late."""
    chance = random_for("loans")
    loans: list[Loan] = []
    for asset in assets:
        habit = HABITS.get(_sort(asset))
        if habit and asset.lifecycle == "in_service" and chance.random() < habit.share:
            loans += _lend(chance, year, asset, habit)
        elif habit and asset.lifecycle == "lost":
            loans.append(_lost(asset))
    _make_overdue(chance, year, [loan for loan in loans if loan.ended_at is None])
    await _store(sorted(loans, key=lambda loan: (loan.started_at, loan.asset.id)))
    return loans


def _lost(asset: Asset) -> Loan:
    """A class had it when it was lost: nobody took it back."""
    lost_at = asset.steps[-1][2]
    started_at = lost_at - timedelta(days=9)
    return Loan(
        asset=asset,
        started_at=started_at,
        due_on=(lost_at - timedelta(days=2)).date(),
        ended_at=lost_at,
        handed_by=asset.school.people["technician"],
        group=_club(asset),
        was_lost=True,
    )


def _club(asset: Asset) -> str:
    clubs = CLUBS[asset.school.code]
    return clubs[asset.id % len(clubs)]


def _sort(asset: Asset) -> str:
    if asset.kind == "computer":
        return {"笔": "notebook", "平": "tablet"}.get(asset.model[2][0], "")
    return asset.kind


def _lend(chance: random.Random, year: YearBehind, asset: Asset, habit: Habit) -> Iterator[Loan]:
    day = max(year.first, asset.came_at.date() + timedelta(days=7))
    day += timedelta(days=chance.randint(*habit.pause))
    while day < year.today:
        if not is_lesson_day(day):
            day += timedelta(days=1)
            continue
        loan = _loan(chance, year, asset, habit, day)
        yield loan
        if loan.ended_at is None:
            return
        day = loan.ended_at.date() + timedelta(days=chance.randint(*habit.pause))


def _loan(chance: random.Random, year: YearBehind, asset: Asset, habit: Habit, day: date) -> Loan:
    due_on = day + timedelta(days=chance.choice(habit.days))
    back_on = due_on + timedelta(days=chance.choices((-2, -1, 0, 1, 4), (2, 3, 8, 2, 1))[0])
    back_on = max(back_on, day + timedelta(days=1))
    people = asset.school.people
    loan = Loan(
        asset=asset,
        started_at=year.moment(day, chance.randint(8 * 60, 11 * 60)),
        # Whatever would have come back by now has; the late ones are chosen afterwards.
        due_on=due_on,
        ended_at=year.moment(back_on, chance.randint(12 * 60, 17 * 60))
        if back_on < year.today
        else None,
        handed_by=chance.choice([people["technician"], people.get("helper", people["technician"])]),
    )
    if chance.random() < habit.to_groups:
        loan.group = chance.choice(CLUBS[asset.school.code])
    else:
        loan.holder = chance.choice(asset.school.borrowers)
    loan.note = chance.choice(RETURN_NOTES) if loan.ended_at else ""
    loan.due_on = max(loan.due_on, year.today) if loan.ended_at is None else loan.due_on
    return loan


def _make_overdue(chance: random.Random, year: YearBehind, loans: list[Loan]) -> None:
    days_out = {id(loan): (year.at - loan.started_at).days for loan in loans}
    long_out = [loan for loan in loans if days_out[id(loan)] > 6]
    for loan in chance.sample(long_out, min(OVERDUE, len(long_out))):
        loan.due_on = year.days_ago(chance.randint(1, min(24, days_out[id(loan)] - 4)))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, LAST_SECOND, tzinfo=ZONE)


async def _store(loans: list[Loan]) -> None:
    groups = await _groups(loans)
    await copy(
        "custody",
        ("school", "asset", "holder", "borrower_group", "started_at", "due_at", "ended_at",
         "handed_by", "received_by", "note", "return_note", "was_lost"),
        [
            (loan.asset.school.id, loan.asset.id, loan.holder,
             groups.get(_group_of(loan)), loan.started_at,
             _end_of(loan.due_on), loan.ended_at, loan.handed_by,
             loan.asset.school.people["technician"] if loan.ended_at and not loan.was_lost else None,
             "", loan.note, loan.was_lost)
            for loan in loans
        ],
    )  # fmt: skip


def _group_of(loan: Loan) -> tuple[int, str, int]:
    return loan.asset.school.id, loan.group or "", school_year(loan.started_at.date())


async def _groups(loans: list[Loan]) -> dict[tuple[int, str, int], int]:
    """The class of each name and school year, or the club, at each school."""
    named = sorted({_group_of(loan) for loan in loans if loan.group is not None})
    await execute_many(ADD_GROUP, named)
    return {
        (school, name, year): await fetch_value(FIND_GROUP, school=school, name=name, year=year)
        for school, name, year in named
    }
