"""Upkeep: what models and donations cost in repairs, parts, work and downtime, in one statement.

Each number is defined in docs/maintenance.md.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.errors import Forbidden, say
from core.permissions import READ_UPKEEP
from inventory.repairs.precedents import REPEATED_WITHIN
from inventory.repairs.views import CURRENCY
from inventory.usage.counted import BY, downtime_ctes
from inventory.usage.periods import Period

UpkeepBy = Literal["model", "donation"]


class UpkeepFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a group of assets in a period.

    ``orders`` are ``faults`` and ``planned`` ones, opened in the period and not cancelled; of the
    faults ``repeats`` came back within 90 days of a repair. ``parts_cost`` is of parts from stock
    less those given back; of ``unpriced_parts`` nobody said what they cost. ``other_cost`` is what
    entries say beside them; ``cost`` is both.
    """

    assets: int
    orders: int
    faults: int
    repeats: int
    planned: int
    downtime_hours: float
    work_minutes: int
    parts_cost: Decimal
    unpriced_parts: int
    other_cost: Decimal
    cost: Decimal


class UpkeepRow(msgspec.Struct, frozen=True):
    """A model or a donation; the empty label gathers what no donation brought."""

    key: int | None
    label: str
    figures: UpkeepFigures


class UpkeepReport(msgspec.Struct, frozen=True, kw_only=True):
    """A period in numbers, the dearest first; a running period is counted up to ``counted_until``."""

    by: UpkeepBy
    first_day: date
    last_day: date
    counted_until: datetime
    currency: str = CURRENCY
    rows: list[UpkeepRow]
    totals: UpkeepFigures


class _Sums(msgspec.Struct, kw_only=True):
    key: int | None
    label: str
    assets: int
    faults: int
    repeats: int
    planned: int
    down_seconds: float
    work_minutes: int
    parts_cost: Decimal
    unpriced_parts: int
    other_cost: Decimal


# A fault counts where its asset stood when it was opened; work and parts, on their day.
_ORDERS = """
orders AS (
    SELECT scope.stay, count(*) FILTER (WHERE w.plan IS NULL) AS faults,
           count(*) FILTER (WHERE w.plan IS NOT NULL) AS planned,
           count(*) FILTER (WHERE w.plan IS NULL AND EXISTS (
               SELECT FROM work_order e
                WHERE e.asset = w.asset AND e.fault = w.fault AND e.id <> w.id AND e.plan IS NULL
                  AND e.state = 'completed' AND e.closed_by IS NOT NULL
                  AND e.closed_at <= w.opened_at
                  AND e.closed_at >= w.opened_at - :repeated_within::interval)) AS repeats
      FROM work_order w JOIN scope ON scope.id = w.asset
     WHERE w.opened_at >= scope.since AND w.opened_at < scope.until AND w.state <> 'cancelled'
     GROUP BY scope.stay
), entries AS (
    SELECT scope.stay, sum(e.minutes) AS minutes, sum(e.cost) AS cost
      FROM work_order_entry e JOIN work_order w ON w.id = e.work_order
      JOIN scope ON scope.id = w.asset
     WHERE e.at >= scope.since AND e.at < scope.until
     GROUP BY scope.stay
), parts AS (
    SELECT scope.stay, sum(-v.change * coalesce(v.unit_cost, 0)) AS cost,
           sum(-v.change) FILTER (WHERE v.unit_cost IS NULL) AS unpriced
      FROM stock_move v JOIN work_order w ON w.id = v.work_order
      JOIN scope ON scope.id = w.asset
     WHERE v.at >= scope.since AND v.at < scope.until
     GROUP BY scope.stay
)"""
_DOWN_SECONDS = """coalesce((SELECT sum(extract(epoch FROM upper(one) - lower(one)))
                                FROM unnest(down.spans) one), 0)"""


def _table(by: UpkeepBy) -> str:
    group = BY[by]
    return f"""
WITH {downtime_ctes()}, {_ORDERS}
SELECT {group.key} AS key, {group.label} AS label, count(*) FILTER (WHERE scope.is_last) AS assets,
       coalesce(sum(orders.faults), 0)::bigint AS faults,
       coalesce(sum(orders.repeats), 0)::bigint AS repeats,
       coalesce(sum(orders.planned), 0)::bigint AS planned,
       sum({_DOWN_SECONDS})::float8 AS down_seconds,
       coalesce(sum(entries.minutes), 0)::bigint AS work_minutes,
       coalesce(sum(parts.cost), 0) AS parts_cost,
       coalesce(sum(parts.unpriced), 0)::bigint AS unpriced_parts,
       coalesce(sum(entries.cost), 0) AS other_cost
  FROM scope {group.join}
  LEFT JOIN orders USING (stay) LEFT JOIN entries USING (stay) LEFT JOIN parts USING (stay)
  LEFT JOIN down USING (stay)
 WHERE :model::bigint IS NULL OR scope.model = :model
 GROUP BY 1, 2
 ORDER BY coalesce(sum(parts.cost), 0) + coalesce(sum(entries.cost), 0) DESC,
          sum({_DOWN_SECONDS}) DESC, coalesce(sum(orders.faults), 0) DESC,
          count(*) FILTER (WHERE scope.is_last) DESC, 2, 1"""


async def report_upkeep(
    actor: Actor,
    by: UpkeepBy,
    period: Period,
    *,
    donation_id: int | None = None,
    model_id: int | None = None,
) -> UpkeepReport:
    """The report over the schools whose repairs the actor answers for; of one donation or one model
    where it is named. Forbidden for who is neither admin, technician nor auditor anywhere."""
    schools = actor.school_ids_with(READ_UPKEEP)
    if not schools:
        raise Forbidden(say("This report is for admins, technicians and auditors"))
    until = min(period.ends_at, clock.now())
    sums = await fetch(
        _Sums,
        _table(by),
        schools=schools,
        since=period.starts_at,
        until=until,
        zone=period.zone,
        donation=donation_id,
        model=model_id,
        repeated_within=REPEATED_WITHIN,
    )
    return UpkeepReport(
        by=by,
        first_day=period.first_day,
        last_day=period.last_day,
        counted_until=until,
        rows=[UpkeepRow(one.key, one.label, _figures([one])) for one in sums],
        totals=_figures(sums),
    )


def _figures(sums: Iterable[_Sums]) -> UpkeepFigures:
    """Groups added up; rounded last, so that totals hold what rows show."""
    groups = list(sums)
    faults = sum(one.faults for one in groups)
    planned = sum(one.planned for one in groups)
    parts_cost = sum((one.parts_cost for one in groups), Decimal(0))
    other_cost = sum((one.other_cost for one in groups), Decimal(0))
    return UpkeepFigures(
        assets=sum(one.assets for one in groups),
        orders=faults + planned,
        faults=faults,
        repeats=sum(one.repeats for one in groups),
        planned=planned,
        downtime_hours=round(sum(one.down_seconds for one in groups) / 3600, 2),
        work_minutes=sum(one.work_minutes for one in groups),
        parts_cost=parts_cost,
        unpriced_parts=sum(one.unpriced_parts for one in groups),
        other_cost=other_cost,
        cost=parts_cost + other_cost,
    )
