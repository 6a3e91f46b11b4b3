"""The usage report: hours on beside custody, repairs and idleness, one statement a table.

Each number is defined in docs/usage.md.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import msgspec

from core import clock, database
from core.access import Actor
from core.errors import Forbidden, say
from core.permissions import READ_USAGE
from inventory.usage import BY, By, Period, ctes
from monitoring.history.time_on import POWER, SPANS, WHOLE_DAYS, whole_days
from monitoring.usage.idleness import always_on, idle_since, use_of
from monitoring.usage.watched import COLLECTED, WATCHED, collected_days

DAY_SECONDS = 86_400
CURRENCY = "CNY"


class UsageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a group of assets in a period; ``hours_per_day`` is of one measured asset.

    ``monitored`` had a device, ``collected`` had none and were read by the collector on a stick;
    ``average_hours`` are those of the hours on that are averages between two such readings.

    Of those in service ``idle`` were not used for 30 days, of ``use_unknown`` nobody knows, and
    ``infrastructure`` is meant to be on all the time.
    """

    assets: int
    in_service: int
    in_repair: int
    lost: int
    preparing: int
    gone: int
    monitored: int
    collected: int
    hours_on: float
    average_hours: float
    hours_per_day: float | None
    custody_days: float
    repairs: int
    downtime_hours: float
    work_minutes: int
    cost: Decimal
    idle: int
    use_unknown: int
    infrastructure: int


class UsageRow(msgspec.Struct, frozen=True):
    """One donation, model, school, room or asset; the empty label gathers those without one."""

    key: int | None
    label: str
    figures: UsageFigures


class DayOfUse(msgspec.Struct, frozen=True):
    """Hours that all assets together were on during one day at the schools."""

    day: date
    hours: float


class UsageReport(msgspec.Struct, frozen=True, kw_only=True):
    """A period in numbers; a running period is counted up to ``counted_until``."""

    by: By
    first_day: date
    last_day: date
    counted_until: datetime
    currency: str = CURRENCY
    rows: list[UsageRow]
    totals: UsageFigures
    days: list[DayOfUse]


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """A group as the database adds it up; sums of groups may be added again."""

    key: int | None
    label: str
    assets: int
    in_service: int
    in_repair: int
    lost: int
    preparing: int
    gone: int
    monitored: int
    collected: int
    monitored_seconds: float
    on_seconds: float
    average_seconds: float
    custody_seconds: float
    repairs: int
    down_seconds: float
    work_minutes: int
    cost: Decimal
    idle: int
    use_unknown: int
    infrastructure: int


def _seconds(spans: str) -> str:
    return (
        "coalesce((SELECT sum(extract(epoch FROM upper(one) - lower(one)))"
        f" FROM unnest({spans}) one), 0)::float8"
    )


# From ``idle_since`` on the last 30 days are counted; the profiles of ``awake`` are never off.
_EACH = f"""
each AS (
    SELECT scope.*,
           coalesce(power.seconds, 0) + coalesce(collected.on_seconds, 0) AS on_seconds,
           coalesce(collected.on_seconds, 0) AS average_seconds,
           watched.stay IS NOT NULL AS is_monitored, collected.stay IS NOT NULL AS is_collected,
           {_seconds("watched.spans")} + coalesce(collected.seconds, 0) AS monitored_seconds,
           {_seconds("held.spans")} AS custody_seconds,
           {_seconds("down.spans")} AS down_seconds,
           coalesce(down.repairs, 0) AS repairs, coalesce(worked.minutes, 0) AS minutes,
           coalesce(worked.cost, 0) AS cost,
           {use_of("scope", since=":idle_since", until=":until", awake=":awake")} AS use
      FROM scope
      LEFT JOIN power USING (stay) LEFT JOIN watched USING (stay)
      LEFT JOIN collected USING (stay)
      LEFT JOIN held USING (stay) LEFT JOIN down USING (stay) LEFT JOIN worked USING (stay)
)"""


# An asset is counted once, where it was at the end; its hours count where they were.
def _table(by: By) -> str:
    group = BY[by]
    return f"""
WITH {ctes()}, {WHOLE_DAYS}, {SPANS}, {POWER}, {WATCHED}, {COLLECTED}, {_EACH}
SELECT {group.key} AS key, {group.label} AS label, count(*) FILTER (WHERE is_last) AS assets,
       count(*) FILTER (WHERE is_last AND lifecycle = 'in_service') AS in_service,
       count(*) FILTER (WHERE is_last AND lifecycle = 'in_repair') AS in_repair,
       count(*) FILTER (WHERE is_last AND lifecycle = 'lost') AS lost,
       count(*) FILTER (WHERE is_last AND lifecycle IN ('received','triage','wiping','refurbish')) AS preparing,
       count(*) FILTER (WHERE is_last AND lifecycle IN
           ('retired','disposed','written_off','returned_to_donor','sold','dismantled')) AS gone,
       count(*) FILTER (WHERE is_last AND is_monitored) AS monitored,
       count(*) FILTER (WHERE is_last AND is_collected AND NOT is_monitored) AS collected,
       sum(monitored_seconds) AS monitored_seconds, sum(on_seconds) AS on_seconds,
       sum(average_seconds) AS average_seconds,
       sum(custody_seconds) AS custody_seconds, sum(repairs)::bigint AS repairs,
       sum(down_seconds) AS down_seconds, sum(minutes)::bigint AS work_minutes,
       sum(cost) AS cost, count(*) FILTER (WHERE is_last AND use = 'idle') AS idle,
       count(*) FILTER (WHERE is_last AND use = 'unknown') AS use_unknown,
       count(*) FILTER (WHERE is_last AND use = 'infrastructure') AS infrastructure
  FROM each AS scope {group.join}
 WHERE :locale::text IS NOT NULL
 GROUP BY 1, 2
 ORDER BY sum(on_seconds) DESC, count(*) FILTER (WHERE is_last) DESC, 2, 1"""


# Most sessions lie within one day; the others are cut at each midnight.
_DAYS = f"""
WITH {ctes()}, {WHOLE_DAYS}, {SPANS}, local AS (
    SELECT starts_at, ends_at, (starts_at AT TIME ZONE :zone)::date AS first_day,
           ((ends_at - interval '1 microsecond') AT TIME ZONE :zone)::date AS last_day
      FROM spans
), cut AS (
    SELECT first_day AS day, ends_at - starts_at AS length FROM local WHERE first_day = last_day
     UNION ALL
    SELECT d.day::date,
           least(ends_at, (d.day + interval '1 day') AT TIME ZONE :zone)
           - greatest(starts_at, d.day AT TIME ZONE :zone)
      FROM local
     CROSS JOIN LATERAL generate_series(
           first_day::timestamp, last_day::timestamp, interval '1 day') AS d(day)
     WHERE first_day < last_day
)
SELECT day, (sum(microseconds) / 1000000)::float8 AS seconds
  FROM (SELECT day, microseconds FROM whole
         UNION ALL
        SELECT day, (extract(epoch FROM length) * 1000000)::bigint FROM cut) AS measured
 GROUP BY day"""


class _Day(msgspec.Struct):
    day: date
    seconds: float


async def usage(
    actor: Actor, by: By, period: Period, *, donation_id: int | None = None
) -> UsageReport:
    """The report over the schools whose books the actor reads; a donation's story if one is named.

    Forbidden for who is neither admin nor auditor anywhere.
    """
    schools = actor.school_ids_with(READ_USAGE)
    if not schools:
        raise Forbidden(say("The usage report is for admins and auditors"))
    until = min(period.ends_at, clock.now())
    sums = await database.fetch(
        Sums,
        _table(by),
        schools=schools,
        since=period.starts_at,
        until=until,
        donation=donation_id,
        locale=actor.locale,
        idle_since=idle_since(until),
        awake=always_on(),
        **await whole_days(period),
    )
    return UsageReport(
        by=by,
        first_day=period.first_day,
        last_day=period.last_day,
        counted_until=until,
        rows=[UsageRow(one.key, one.label, figures([one])) for one in sums],
        totals=figures(sums),
        days=await days_of_use(schools, period, donation_id=donation_id),
    )


async def days_of_use(
    school_ids: list[int], period: Period, *, donation_id: int | None = None
) -> list[DayOfUse]:
    """Hours on of all assets of the schools (or of one donation), each day of the period."""
    until = min(period.ends_at, clock.now())
    values: dict[str, object] = {
        "schools": school_ids,
        "since": period.starts_at,
        "until": until,
        "donation": donation_id,
        **await whole_days(period),
    }
    seconds = {row.day: row.seconds for row in await database.fetch(_Day, _DAYS, **values)}
    averages = await collected_days(period, values)
    return [
        DayOfUse(day, _hours(seconds.get(day, 0) + averages.get(day, 0))) for day in period.days
    ]


def figures(sums: Iterable[Sums]) -> UsageFigures:
    """Groups added up, in hours and days; rounded last, so that totals hold what rows show."""
    groups = list(sums)
    monitored_days = sum(one.monitored_seconds for one in groups) / DAY_SECONDS
    on_hours = sum(one.on_seconds for one in groups) / 3600
    return UsageFigures(
        assets=sum(one.assets for one in groups),
        in_service=sum(one.in_service for one in groups),
        in_repair=sum(one.in_repair for one in groups),
        lost=sum(one.lost for one in groups),
        preparing=sum(one.preparing for one in groups),
        gone=sum(one.gone for one in groups),
        monitored=sum(one.monitored for one in groups),
        collected=sum(one.collected for one in groups),
        hours_on=round(on_hours, 2),
        average_hours=_hours(sum(one.average_seconds for one in groups)),
        hours_per_day=round(on_hours / monitored_days, 2) if monitored_days else None,
        custody_days=round(sum(one.custody_seconds for one in groups) / DAY_SECONDS, 2),
        repairs=sum(one.repairs for one in groups),
        downtime_hours=_hours(sum(one.down_seconds for one in groups)),
        work_minutes=sum(one.work_minutes for one in groups),
        cost=sum((one.cost for one in groups), Decimal(0)),
        idle=sum(one.idle for one in groups),
        use_unknown=sum(one.use_unknown for one in groups),
        infrastructure=sum(one.infrastructure for one in groups),
    )


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 2)
