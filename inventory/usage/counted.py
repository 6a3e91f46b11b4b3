"""What the inventory knows of each asset in a period, as parts of one query.

Monitoring puts its power sessions beside them: the report is one statement, and neither side knows
the other's tables. The values are the same everywhere: the ``schools``, the period from ``since``
``until`` its end or now, a ``donation`` or null, the ``zone`` of its days.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

By = Literal["donation", "model", "school", "room", "asset"]

# On the books at some time of the period, once for each place where it was: a row is a stay, and
# its figures are of the days of that stay within the period. The day of a move counts where the
# asset came to. What ended its life before has a step that says so.
_SCOPE = """
scope AS MATERIALIZED (
    SELECT stay.id AS stay, a.id, a.tag, stay.school, a.model, a.lifecycle, a.created_at,
           line.donation, CASE p.kind WHEN 'cabinet' THEN p.parent ELSE p.id END AS room,
           greatest(stay.since, :since) AS since, least(stay.until, :until) AS until,
           stay.until IS NULL OR stay.until >= :until AS is_last
      FROM (SELECT id, asset, school, place, date_trunc('day', since, :zone) AS since,
                   date_trunc('day', until, :zone) AS until
              FROM asset_stay WHERE school = any(:schools::bigint[])) stay
      JOIN asset a ON a.id = stay.asset
      JOIN lifecycle l ON l.state = a.lifecycle
      LEFT JOIN donation_line line ON line.id = a.donation_line
      LEFT JOIN place p ON p.id = stay.place
     WHERE stay.since < :until AND (stay.until IS NULL OR stay.until > greatest(stay.since, :since))
       AND a.created_at < :until AND a.lifecycle NOT IN ('announced', 'voided')
       AND (:donation::bigint IS NULL OR line.donation = :donation)
       AND NOT (l.is_end AND EXISTS (
           SELECT FROM asset_step s
            WHERE s.asset = a.id AND s.to_state = a.lifecycle AND s.at < :since))
)"""
# Nobody has what is lost: from the day it was lost until the next step of its life.
_LOST = """
lost AS (
    SELECT s.asset, range_agg(tstzrange(s.at, (
               SELECT greatest(s.at, min(n.at)) FROM asset_step n
                WHERE n.asset = s.asset AND n.id > s.id))) AS spans
      FROM asset_step s
     WHERE s.to_state = 'lost' AND s.asset IN (SELECT id FROM scope)
     GROUP BY s.asset
)"""
# Spans are merged before they are measured: what overlaps counts once.
_HELD = """
held AS (
    SELECT scope.stay, range_agg(tstzrange(greatest(c.started_at, scope.since),
                                           least(coalesce(c.ended_at, scope.until), scope.until)))
                    - coalesce((SELECT lost.spans FROM lost WHERE lost.asset = scope.id),
                               '{}'::tstzmultirange) AS spans
      FROM custody c JOIN scope ON scope.id = c.asset
     WHERE c.started_at < scope.until AND (c.ended_at IS NULL OR c.ended_at > scope.since)
     GROUP BY scope.stay, scope.id
)"""
_DOWN = """
down AS (
    SELECT scope.stay,
           range_agg(tstzrange(greatest(o.started_at, scope.since),
                               least(coalesce(o.ended_at, scope.until), scope.until)))
               FILTER (WHERE o.started_at < scope.until
                         AND coalesce(o.ended_at, scope.until) > scope.since) AS spans,
           count(DISTINCT w.id)
               FILTER (WHERE w.opened_at >= scope.since AND w.state <> 'cancelled'
                         AND w.plan IS NULL) AS repairs
      FROM work_order w JOIN scope ON scope.id = w.asset
      LEFT JOIN work_order_outage o ON o.work_order = w.id
     WHERE w.opened_at < scope.until AND (w.closed_at IS NULL OR w.closed_at > scope.since)
     GROUP BY scope.stay
)"""
_WORKED = """
worked AS (
    SELECT scope.stay, sum(e.minutes) AS minutes, sum(e.cost) AS cost
      FROM work_order_effort e JOIN work_order w ON w.id = e.work_order
      JOIN scope ON scope.id = w.asset
     WHERE e.at >= scope.since AND e.at < scope.until
     GROUP BY scope.stay
)"""


class Grouping(msgspec.Struct, frozen=True):
    """How assets are put together: a key, its words (in the ``locale``), where they stand."""

    key: str
    label: str
    join: str


BY: Mapping[By, Grouping] = {
    "donation": Grouping(
        "scope.donation", "coalesce(g.title, '')", "LEFT JOIN donation g ON g.id = scope.donation"
    ),
    "model": Grouping(
        "scope.model",
        "model_title(g.brand, g.name)",
        "JOIN asset_model g ON g.id = scope.model",
    ),
    "school": Grouping(
        "scope.school",
        "CASE WHEN :locale = 'en' THEN coalesce(nullif(g.name_en, ''), g.name_zh)"
        " ELSE coalesce(nullif(g.name_zh, ''), g.name_en) END",
        "JOIN school g ON g.id = scope.school",
    ),
    "room": Grouping(
        "scope.room",
        "coalesce(g.path, '')",
        "LEFT JOIN place_path g ON g.place = scope.room",
    ),
    "asset": Grouping("scope.id", "scope.tag", ""),
}


def ctes() -> str:
    """The inventory's part, to stand behind ``WITH``: scope, lost, held, down and worked, by stay."""
    return ",".join((_SCOPE, _LOST, _HELD, _DOWN, _WORKED))


def downtime_ctes() -> str:
    """Of these, scope and down alone."""
    return ",".join((_SCOPE, _DOWN))
