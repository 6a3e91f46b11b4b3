"""The share of a school's assets that nobody has seen for a year, month by month and at each stock-take.

An asset is seen in a stock-take, when it is handed out, when it is taken back, when the collector read
it, and while monitoring measures it on. docs/stocktakes.md says the same in words.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch, fetch_value
from core.errors import NotFound, say
from core.permissions import READ_EQUIPMENT
from inventory.assets.shapes import NO_LONGER_USED
from inventory.scope import school_id_of

UNSEEN_AFTER_MONTHS = 12
MONTHS_SHOWN = 24
STOCKTAKES_SHOWN = 24
# What is retired lies somewhere and should be seen; what is lost is known to be.
GONE = tuple(state for state in NO_LONGER_USED if state != "retired")


class UnseenShare(msgspec.Struct, frozen=True):
    """At one moment: of ``assets`` in the books ``unseen`` were not seen for a year, ``share`` of all.

    What is in the books for less than a year is not among them.
    """

    at: datetime
    assets: int
    unseen: int

    @property
    def percent(self) -> float:
        """The share in percent, one digit; 0 of nothing."""
        return round(100 * self.unseen / self.assets, 1) if self.assets else 0.0


class UnseenAtStocktake(msgspec.Struct, frozen=True):
    """The share when a stock-take was closed, and what that one saw."""

    id: int
    title: str
    at: datetime
    expected: int
    seen: int
    missing: int
    not_counted: int
    assets: int
    unseen: int

    @property
    def percent(self) -> float:
        """The share in percent, one digit; 0 of nothing."""
        return round(100 * self.unseen / self.assets, 1) if self.assets else 0.0


class UnseenReport(msgspec.Struct, frozen=True):
    """The share of one school now, at the end of each of the last months, and at its stock-takes."""

    school: str
    now: UnseenShare
    months: list[UnseenShare]
    stocktakes: list[UnseenAtStocktake]


class _Closed(msgspec.Struct):
    id: int
    title: str
    at: datetime
    expected: int
    seen: int
    missing: int
    not_counted: int


# Sights of a month are one span: what matters is a year.
SHARES = f"""
WITH moments AS (SELECT DISTINCT unnest(:moments::timestamptz[]) AS at),
mine AS (
  SELECT a.id, a.created_at, CASE WHEN a.lifecycle IN {GONE}
         THEN (SELECT max(s.at) FROM asset_step s WHERE s.asset = a.id) END AS left_at
    FROM asset a WHERE a.school = :school),
sights AS (
  SELECT s.asset, s.at AS began, s.at AS ended FROM stocktake_scan s
   WHERE s.asset IS NOT NULL AND s.voided_at IS NULL
  UNION ALL SELECT asset, started_at, started_at FROM custody WHERE school = :school
  UNION ALL SELECT asset, ended_at, ended_at FROM custody
   WHERE school = :school AND ended_at IS NOT NULL AND NOT was_lost
  UNION ALL SELECT asset, read_at, read_at FROM machine_reading WHERE voided_at IS NULL
  UNION ALL SELECT asset, started_at, coalesce(ended_at, now()) FROM power_session),
spans AS (
  SELECT asset, min(began) AS began, max(ended) AS ended FROM sights
   WHERE asset IN (SELECT id FROM mine) GROUP BY asset, date_trunc('month', began)),
seen AS (
  SELECT DISTINCT m.at, s.asset FROM moments m JOIN spans s
      ON s.began <= m.at AND s.ended > m.at - interval '{UNSEEN_AFTER_MONTHS} months')
SELECT m.at, count(a.id) AS assets,
       count(a.id) FILTER (WHERE s.asset IS NULL
                AND a.created_at <= m.at - interval '{UNSEEN_AFTER_MONTHS} months') AS unseen
  FROM moments m
  LEFT JOIN mine a ON a.created_at <= m.at AND (a.left_at IS NULL OR a.left_at > m.at)
  LEFT JOIN seen s ON s.at = m.at AND s.asset = a.id
 GROUP BY m.at ORDER BY m.at
"""
CLOSED = """
SELECT t.id, t.title, t.ended_at AS at, count(*) FILTER (WHERE a.is_expected) AS expected,
       count(*) FILTER (WHERE a.result IN ('found','wrong_place')) AS seen,
       count(*) FILTER (WHERE a.result = 'missing') AS missing,
       count(*) FILTER (WHERE a.result = 'not_counted') AS not_counted
  FROM (SELECT * FROM stocktake WHERE school = $1 AND state = 'closed'
         ORDER BY ended_at DESC LIMIT $2) t
  JOIN stocktake_asset a ON a.stocktake = t.id GROUP BY t.id, t.title, t.ended_at
 ORDER BY t.ended_at
"""


async def report_unseen(actor: Actor, *, school: str | None = None) -> UnseenReport:
    """The share of one school; without a code of the actor's first."""
    school_id = await _school(actor, school)
    now = clock.now()
    zone = await fetch_value("SELECT zone FROM school WHERE id = $1", school_id)
    ends = month_ends(now, ZoneInfo(zone))
    closed = await fetch(_Closed, CLOSED, school_id, STOCKTAKES_SHOWN)
    moments = [*ends, now, *(one.at for one in closed)]
    shares = await fetch(UnseenShare, SHARES, school=school_id, moments=moments)
    by_moment = {share.at: share for share in shares}
    return UnseenReport(
        await fetch_value("SELECT code FROM school WHERE id = $1", school_id),
        by_moment[now],
        [by_moment[end] for end in ends],
        [
            UnseenAtStocktake(
                **msgspec.structs.asdict(one),
                assets=by_moment[one.at].assets,
                unseen=by_moment[one.at].unseen,
            )
            for one in closed
        ],
    )


def month_ends(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments at which the last whole months ended by the school's clock, the oldest first."""
    first = now.astimezone(zone).date().replace(day=1)
    days: list[date] = []
    for _ in range(MONTHS_SHOWN):
        days.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return [datetime.combine(day, time(), zone) for day in reversed(days)]


async def _school(actor: Actor, code: str | None) -> int:
    if code:
        return await school_id_of(actor, code)
    schools = actor.school_ids_with(READ_EQUIPMENT)
    if not schools:
        raise NotFound(say("There is no such school, or you have no part in it"))
    return schools[0]
