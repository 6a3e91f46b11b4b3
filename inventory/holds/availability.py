"""Whether an asset, a room or a model can be had for a time, and what stands in the way.

Computed by the same functions of the database that judge each hold as it is written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Message, say
from core.permissions import READ_BORROWERS
from inventory.holds.things import Thing
from inventory.holds.times import Period

State = Literal[
    "booking", "repair", "transfer", "exam", "stocktake",
    "out", "not_in_service", "place_closed", "requested",
]  # fmt: skip


class Obstacle(msgspec.Struct, frozen=True):
    """One thing that stands in the way, until ``ends_at``, if that is known.

    ``holder`` is a class, a room, or a person for readers who may know that.
    """

    state: State
    hold_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    holder: str | None
    is_mine: bool

    @property
    def sentence(self) -> Message:
        """What people read: "booked for 七(3)班 until Friday"."""
        return _sentence(self)


class Availability(msgspec.Struct, frozen=True):
    """How many of a thing are free from ``starts_at`` until ``ends_at``, of how many there are.

    Of an asset or a room it is one or none, and ``obstacles`` are all that stands in the way.
    """

    starts_at: datetime
    ends_at: datetime
    free: int
    total: int
    obstacles: list[Obstacle]

    @property
    def is_free(self) -> bool:
        return self.free > 0


class _Found(msgspec.Struct):
    n: int
    state: State
    hold_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    person_id: int | None
    person: str | None
    shown: str | None


OBSTACLES = """
SELECT p.n - 1 AS n, o.state, o.hold AS hold_id, o.starts_at, o.ends_at,
       coalesce(h.person, c.holder) AS person_id,
       coalesce(who.name, nullif(guest.name, '')) AS person,
       coalesce(nullif(h.group_name, ''), room.name,
                borrower_group_title(class.name, class.year, s.zone)) AS shown
  FROM unnest(:assets::bigint[], :places::bigint[], :starts::timestamptz[], :ends::timestamptz[])
       WITH ORDINALITY p (asset, place, since, until, n)
 CROSS JOIN LATERAL obstacles(p.asset, p.place, p.since, p.until, :but) o
  LEFT JOIN hold h ON h.id = o.hold
  LEFT JOIN custody c ON c.id = o.custody
  LEFT JOIN school s ON s.id = c.school
  LEFT JOIN person who ON who.id = coalesce(h.person, c.holder)
  LEFT JOIN place room ON room.id = c.holder_place
  LEFT JOIN borrower_group class ON class.id = c.borrower_group
  LEFT JOIN guest ON guest.id = c.guest
 ORDER BY p.n, o.starts_at NULLS FIRST
"""
COUNTS = """
SELECT greatest(e.free, 0) AS free,
       (SELECT count(*) FROM asset a WHERE a.school = :school AND a.model = :model
           AND a.lifecycle = 'in_service') AS total
  FROM free_of_model_each(:school, :model, :starts, :ends,
                          array_remove(ARRAY[:but::bigint], NULL)) e
 ORDER BY e.n
"""


class _Count(msgspec.Struct):
    free: int
    total: int


async def find_availability(
    actor: Actor, thing: Thing, periods: Sequence[Period], *, but_hold: int | None = None
) -> list[Availability]:
    """What can be had in each of the periods; one query. ``but_hold`` is looked away from."""
    if thing.asset_id is None and thing.place_id is None:
        counts = await fetch(
            _Count,
            COUNTS,
            school=thing.school_id,
            model=thing.model_id,
            starts=[one.starts_at for one in periods],
            ends=[one.ends_at for one in periods],
            but=but_hold,
        )
        return [
            Availability(period.starts_at, period.ends_at, count.free, count.total, [])
            for period, count in zip(periods, counts, strict=True)
        ]
    found = await find_obstacles(actor, [(thing, period) for period in periods], but_hold=but_hold)
    return [
        Availability(period.starts_at, period.ends_at, int(not ones), 1, ones)
        for period, ones in zip(periods, found, strict=True)
    ]


async def find_obstacles(
    actor: Actor, asked: Sequence[tuple[Thing, Period]], *, but_hold: int | None = None
) -> list[list[Obstacle]]:
    """What stands in the way of each asset or room in its period; one query."""
    rows = await fetch(
        _Found,
        OBSTACLES,
        assets=[thing.asset_id for thing, _ in asked],
        places=[thing.place_id for thing, _ in asked],
        starts=[period.starts_at for _, period in asked],
        ends=[period.ends_at for _, period in asked],
        but=but_hold,
    )
    found: list[list[Obstacle]] = [[] for _ in asked]
    for row in rows:
        found[row.n].append(_obstacle(actor, row, asked[row.n][0].school_id))
    return found


class _Against(_Found):
    school_id: int


AGAINST_LOANS = """
SELECT w.n - 1 AS n, o.state, o.hold AS hold_id, o.starts_at, o.ends_at, h.person AS person_id,
       who.name AS person, nullif(h.group_name, '') AS shown, h.school AS school_id
  FROM ({loans}) w
 CROSS JOIN LATERAL obstacles_of_loan(
       w.asset, w.person, w.key, w.year, w.booking, w.since, w.until, w.but_assets) o
  JOIN hold h ON h.id = o.hold
  LEFT JOIN person who ON who.id = h.person
 ORDER BY w.n, o.starts_at
"""


async def find_against_loans(
    actor: Actor, loans: str, **values: object
) -> dict[int, list[Obstacle]]:
    """What others have booked of what somebody shall have, by its place in the list, from 0.

    ``loans`` selects n (from 1), asset, person, key and year of the class, booking, since, until,
    but_assets: the values of ``obstacles_of_loan``, which the triggers of custody ask as well.
    """
    found: dict[int, list[Obstacle]] = {}
    for row in await fetch(_Against, AGAINST_LOANS.format(loans=loans), **values):
        found.setdefault(row.n, []).append(_obstacle(actor, row, row.school_id))
    return found


def _obstacle(actor: Actor, row: _Found, school_id: int) -> Obstacle:
    is_mine = row.person_id is not None and row.person_id == actor.person_id
    names = is_mine or actor.can_at(school_id, READ_BORROWERS) or actor.is_system
    return Obstacle(
        row.state,
        row.hold_id,
        row.starts_at,
        row.ends_at,
        row.shown or (row.person if names else None),
        is_mine,
    )


def _sentence(one: Obstacle) -> Message:
    who, until = one.holder, one.ends_at
    if one.state == "booking":
        return (
            say("booked for {who} until {until}", who=who, until=until)
            if who
            else say("booked until {until}", until=until)
        )
    if one.state == "out":
        return _out(who, until)
    if one.state == "requested" and one.hold_id is not None and until is not None:
        return _requested(who, until)
    if one.state == "repair":
        return say("in repair")
    if until is not None and one.state in HELD:
        return HELD[one.state](until)
    return OTHERS.get(one.state, say("taken"))


HELD = {
    "exam": lambda until: say("held for an exam until {until}", until=until),
    "stocktake": lambda until: say("being counted until {until}", until=until),
    "transfer": lambda until: say("on its way to another school until {until}", until=until),
}
OTHERS = {
    "transfer": say("on its way to another school"),
    "not_in_service": say("not in service"),
    "place_closed": say("not in use any more"),
    "requested": say("all of this model are booked then"),
}


def _requested(who: str | None, until: datetime) -> Message:
    if who:
        return say(
            "all that are left of this model are booked, for {who} until {until}",
            who=who, until=until,
        )  # fmt: skip
    return say("all that are left of this model are booked until {until}", until=until)


def _out(who: str | None, until: datetime | None) -> Message:
    if who and until:
        return say("handed out to {who} until {until}", who=who, until=until)
    if who:
        return say("handed out to {who}", who=who)
    if until:
        return say("handed out until {until}", until=until)
    return say("handed out")
