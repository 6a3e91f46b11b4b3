"""The state of things at a glance: what a home page counts, one query each."""

from datetime import date

import msgspec

from core.access import Actor
from core.database import fetch, fetch_one
from inventory.assets.shapes import ENDS, LifecycleState


class StateCount(msgspec.Struct, frozen=True):
    """How many assets are in one state of their life."""

    state: str
    count: int


class PlaceCount(msgspec.Struct, frozen=True):
    """Unfinished work orders at one place; ``place_id`` None gathers assets without a place."""

    place_id: int | None
    place: str
    count: int
    gravest: str


class OrderCounts(msgspec.Struct, frozen=True):
    """Unfinished repairs by what they wait for, planned maintenance apart, and what is the reader's."""

    unfinished: int
    unassigned: int
    waiting_parts: int
    mine: int
    planned: int = 0


class DonationCounts(msgspec.Struct, frozen=True):
    """Donations received in a span of days: how many, and how many things were in them."""

    donations: int
    declared: int
    received: int


async def count_states(school_ids: list[int]) -> dict[str, int]:
    """Assets of the schools by state; a state without assets is absent."""
    rows = await fetch(
        StateCount,
        "SELECT lifecycle AS state, count(*) AS count FROM asset"
        " WHERE school = any($1::bigint[]) GROUP BY lifecycle",
        school_ids,
    )
    return {row.state: row.count for row in rows}


def on_the_books(states: dict[str, int]) -> int:
    """How many of ``count_states`` the school has: what has yet to come or has left is not counted,
    as in the usage report."""
    return sum(
        count
        for state, count in states.items()
        if state not in ENDS and state != LifecycleState.announced
    )


async def count_orders(actor: Actor, school_ids: list[int]) -> OrderCounts:
    """The unfinished orders of the schools."""
    counted = await fetch_one(
        OrderCounts,
        "SELECT count(*) FILTER (WHERE plan IS NULL) AS unfinished,"
        " count(*) FILTER (WHERE plan IS NULL AND state = 'open') AS unassigned,"
        " count(*) FILTER (WHERE plan IS NULL AND state = 'waiting_parts') AS waiting_parts,"
        " count(*) FILTER (WHERE assignee = $2) AS mine,"
        " count(*) FILTER (WHERE plan IS NOT NULL) AS planned"
        " FROM work_order WHERE closed_at IS NULL AND school = any($1::bigint[])",
        school_ids,
        actor.person_id,
    )
    return counted or OrderCounts(0, 0, 0, 0)


async def count_orders_by_place(school_ids: list[int], *, most: int = 8) -> list[PlaceCount]:
    """Where the unfinished repairs are, the fullest place first: a walk through the school."""
    return await fetch(
        PlaceCount,
        "SELECT pp.place AS place_id, coalesce(pp.path, '') AS place,"
        " count(*) AS count,"
        " (array_agg(w.severity::text ORDER BY"
        "   array_position(ARRAY['critical','high','normal','low'], w.severity::text)))[1]"
        "   AS gravest"
        " FROM work_order w JOIN asset a ON a.id = w.asset"
        " LEFT JOIN place_path pp ON pp.place = a.place"
        " WHERE w.closed_at IS NULL AND w.plan IS NULL AND w.school = any($1::bigint[])"
        " GROUP BY pp.place, pp.path ORDER BY count(*) DESC, place LIMIT $2",
        school_ids,
        most,
    )


async def count_donations(school_ids: list[int], since: date) -> DonationCounts:
    """What came since a day, and what had been declared of it."""
    counted = await fetch_one(
        DonationCounts,
        "SELECT count(DISTINCT d.id) AS donations, coalesce(sum(l.declared), 0)::bigint AS declared,"
        " coalesce(sum(l.received), 0)::bigint AS received"
        " FROM donation d LEFT JOIN donation_line l ON l.donation = d.id"
        " WHERE d.school = any($1::bigint[]) AND d.received_on >= $2",
        school_ids,
        since,
    )
    return counted or DonationCounts(0, 0, 0)
