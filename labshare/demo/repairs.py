"""A year of repairs: most done, some waiting, a few that cannot wait."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from labshare.demo.calendar import YearBehind
from labshare.demo.equipment import Asset
from labshare.demo.faults import FAULTS, Fault
from labshare.demo.rows import copy, random_for, reserve

CLOSED = 190
HOURS_TAKEN = (1, 2, 5, 20, 27, 52, 75, 120, 200, 340)
REPORTERS = ("technician", "technician", "technician-lb", "teacher", "teacher-hg", "helper")
# Of the open ones: (state, severity, days since the report).
OPEN = (
    ("open", "critical", 1), ("open", "high", 2), ("open", "normal", 1), ("open", "normal", 3),
    ("open", "low", 9), ("open", "normal", 0), ("assigned", "critical", 3), ("assigned", "high", 4),
    ("assigned", "normal", 2), ("assigned", "normal", 6), ("assigned", "low", 12),
    ("waiting_parts", "high", 16), ("waiting_parts", "normal", 21), ("waiting_parts", "normal", 11),
    ("waiting_parts", "low", 34), ("open", "normal", 5), ("assigned", "high", 1),
)  # fmt: skip


class Order(msgspec.Struct):
    """A work order with the entries written on it."""

    id: int
    asset: Asset
    fault: Fault
    opened_at: datetime
    opened_by: int
    technician: int
    severity: str
    state: str = "open"
    source: str = "person"
    closed_at: datetime | None = None
    entries: list[tuple[datetime, str, str, int, Decimal]] = []

    @property
    def assignee(self) -> int | None:
        return None if self.state == "open" else self.technician


async def add_repairs(year: YearBehind, assets: list[Asset]) -> list[Order]:
    """Orders over the year; their assets carry the steps into repair and out of it."""
    chance = random_for("repairs")
    known = year.moment(year.days_ago(60), 0)
    repairable = [
        a for a in assets if a.lifecycle == "in_service" and a.kind in FAULTS and a.came_at < known
    ]
    chosen = chance.sample(repairable, CLOSED + len(OPEN))
    ids = iter(await reserve("work_order", len(chosen)))
    broke = [(_day_of_breaking(chance, year, asset), asset) for asset in chosen[:CLOSED]]
    broke.sort(key=lambda one: (one[0], one[1].id))
    orders = [_closed(chance, year, next(ids), asset, day) for day, asset in broke]
    waiting = sorted(OPEN, key=lambda one: -one[2])
    for asset, (state, severity, days_ago) in zip(chosen[CLOSED:], waiting, strict=True):
        day = year.days_ago(days_ago)
        orders.append(_open(chance, year, next(ids), asset, day, state, severity))
    return orders


def _day_of_breaking(chance: random.Random, year: YearBehind, asset: Asset) -> date:
    in_use_from = asset.came_at.date() + timedelta(days=14)
    return chance.choice([day for day in year.lesson_days() if day > in_use_from])


def _closed(chance: random.Random, year: YearBehind, id_: int, asset: Asset, day: date) -> Order:
    order = _reported(chance, year, id_, asset, day)
    order.source = chance.choices(("person", "stocktake", "schedule"), (8, 1, 1))[0]
    order.state = "cancelled" if chance.random() < 0.06 else "completed"
    hours_since = (year.at - order.opened_at) / timedelta(hours=1)
    order.closed_at = order.opened_at + timedelta(
        hours=chance.choice([hours for hours in HOURS_TAKEN if hours < hours_since])
    )
    _work_on(chance, order, order.closed_at)
    asset.step("in_repair", order.opened_at, f"WO-{id_}")
    asset.step("in_service", order.closed_at, f"WO-{id_}")
    return order


def _open(
    chance: random.Random, year: YearBehind, id_: int, asset: Asset, day: date, state: str,
    severity: str,
) -> Order:  # fmt: skip
    order = _reported(chance, year, id_, asset, day)
    order.severity, order.state = severity, state
    if state != "open":
        _work_on(chance, order, order.opened_at + (year.at - order.opened_at) / 2, is_done=False)
    asset.step("in_repair", order.opened_at, f"WO-{id_}")
    asset.condition = "degraded" if severity in {"low", "normal"} else "broken"
    return order


def _reported(chance: random.Random, year: YearBehind, id_: int, asset: Asset, day: date) -> Order:
    people = asset.school.people
    reporter = chance.choice([login for login in REPORTERS if login in people])
    return Order(
        id=id_,
        asset=asset,
        fault=chance.choice(FAULTS[asset.kind]),
        opened_at=year.moment(day, chance.randint(8 * 60, 16 * 60)),
        opened_by=people[reporter],
        technician=people["technician"],
        severity=chance.choices(("low", "normal", "high"), (2, 6, 2))[0],
    )


def _work_on(chance: random.Random, order: Order, until: datetime, *, is_done: bool = True) -> None:
    """One to three entries between the report and ``until``; the last one says what was done."""
    fault, span = order.fault, until - order.opened_at
    looks = chance.randint(0, 2) if is_done else 1
    for number in range(looks):
        at = order.opened_at + span * (number + 1) / (looks + 2)
        order.entries.append((at, fault.looks[number % len(fault.looks)], "", chance.randint(5, 25),
                              Decimal(0)))  # fmt: skip
    if is_done:
        cost = Decimal(chance.choice(fault.costs)) if order.state == "completed" else Decimal(0)
        found = fault.found if order.state == "completed" else "复查时未再出现"
        done = fault.done if order.state == "completed" else "观察一天，无异常"
        order.entries.append((until, found, done, chance.randint(10, 90), cost))
    elif order.state == "waiting_parts":
        order.entries.append((until, fault.found, "已申请配件，到货后更换", 20, Decimal(0)))


async def add_orders(orders: list[Order], names: dict[int, str]) -> None:
    """Store the orders and their entries."""
    await copy(
        "work_order",
        ("id", "school", "asset", "source", "fault", "summary", "severity", "state", "opened_by",
         "opened_at", "assignee", "closed_by", "closed_at", "resolution", "asset_state_before",
         "version"),
        [
            (o.id, o.asset.school.id, o.asset.id, o.source, "reported", o.fault.summary, o.severity,
             o.state, o.opened_by, o.opened_at, o.assignee,
             o.technician if o.closed_at else None, o.closed_at, _resolution(o), "in_service",
             _version(o))
            for o in orders
        ],
    )  # fmt: skip
    await copy(
        "work_order_outage",
        ("work_order", "school", "started_at", "ended_at"),
        [(o.id, o.asset.school.id, o.opened_at, o.closed_at) for o in orders],
    )
    entries = sorted(
        (at, order.id, order.asset.school.id, order.technician, names[order.technician], found, done,
         minutes, cost, "CNY")
        for order in orders
        for at, found, done, minutes, cost in order.entries
    )  # fmt: skip
    columns = ("at", "work_order", "school", "by", "by_name", "found", "done", "minutes", "cost",
               "currency")  # fmt: skip
    await copy("work_order_entry", columns, entries)


def _resolution(order: Order) -> str:
    if order.closed_at is None:
        return ""
    return order.fault.done if order.state == "completed" else "复查正常，无需维修"


def _version(order: Order) -> int:
    return {"open": 1, "assigned": 2}.get(order.state, 3)
