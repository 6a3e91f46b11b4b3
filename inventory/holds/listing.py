"""Bookings and other holds as people read them: mine, of a thing, of a day."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from core.access import Actor
from core.changes import changed_since
from core.database import fetch
from core.errors import say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from core.permissions import READ_BORROWERS
from core.query import Key, Orders, Schools, Where, get_row, in_sight, list_page, opaque
from inventory import tags
from inventory.holds.things import Wanted
from inventory.models import like
from inventory.scope import school_id_of

HoldKind = Literal["booking", "repair", "transfer", "exam", "stocktake"]
HoldEnd = Literal["cancelled", "ended", "fulfilled", "no_show"]
Trouble = Literal[
    "repair", "transfer", "exam", "stocktake", "booking", "not_in_service", "place_closed", "out",
    "short",
]  # fmt: skip


class Hold(msgspec.Struct, frozen=True):
    """Something taken for a time: an asset (``tag``), a room (``place_id``), or of a model.

    ``group_id`` is the class or group of this name, where the school has it, of the year in which
    the booking begins. ``outstanding`` is how many are still to be handed out. ``trouble`` is why a booking cannot be
    kept as things stand. ``person`` is empty for readers who may not know which person it is.
    """

    id: int
    school: str
    school_id: int
    kind: HoldKind
    title: str
    tag: str | None
    place_id: int | None
    model_id: int | None
    quantity: int
    outstanding: int
    starts_at: datetime
    ends_at: datetime | None
    person_id: int | None
    person: str | None
    group: str
    group_id: int | None
    purpose: str
    series: UUID | None
    made_by: str | None
    made_at: datetime
    closed_as: HoldEnd | None
    closed_at: datetime | None
    trouble: Trouble | None
    version: int

    @property
    def handed_out(self) -> int:
        """How many of a model have been handed out for it."""
        return self.quantity - self.outstanding

    @property
    def over_at(self) -> datetime | None:
        """When it was over, early or at its end."""
        return min((at for at in (self.closed_at, self.ends_at) if at), default=None)

    @property
    def wanted(self) -> Wanted:
        """What is held, as one asks for it."""
        if self.tag is not None:
            return Wanted(tag=self.tag)
        if self.place_id is not None:
            return Wanted(place_id=self.place_id)
        return Wanted(model_id=self.model_id, school_id=self.school_id)


class HoldView(StrEnum):
    """Which to list: those to come and going on, or those that are over or closed."""

    coming = "coming"
    past = "past"


class HoldFilters(msgspec.Struct, frozen=True):
    """What to list; ``mine`` is what is booked for the reader, ``day`` by the school's clock."""

    q: str = ""
    view: HoldView = HoldView.coming
    kind: HoldKind | None = None
    school: str | None = None
    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    person_id: Id | None = None
    day: date | None = None
    mine: bool = False
    changed_since: datetime | None = None


NO_FILTERS = HoldFilters()
MINE = HoldFilters(kind="booking", mine=True)
# Of a repair nobody knows the end: it comes last. Indexes have this expression.
FAR = datetime(9999, 1, 1, tzinfo=UTC)
ENDS = "coalesce(h.ends_at, TIMESTAMPTZ '9999-01-01 00:00:00+00')"
# When it was over, early or at its end.
OVER = "least(h.closed_at, h.ends_at)"
VIEWS = {
    HoldView.coming: f"h.closed_at IS NULL AND {ENDS} > now()",
    HoldView.past: f"{OVER} <= now()",
}
READABLE = "(h.school = any(:readable::bigint[]) OR h.person = :me::bigint)"
READ = """
SELECT h.id, s.code AS school, h.school AS school_id, h.kind,
       coalesce(pp.path, asset_title(a.name, m.brand, m.name)) AS title,
       a.tag, h.place AS place_id, m.id AS model_id, h.quantity, outstanding(h) AS outstanding,
       h.starts_at, h.ends_at, h.person AS person_id, who.name AS person,
       h.group_name AS group, class_of(h) AS group_id, h.purpose, h.series, maker.name AS made_by, h.made_at,
       h.closed_as, h.closed_at,
       (SELECT t.trouble FROM booking_trouble t WHERE t.hold = h.id) AS trouble, h.version
  FROM hold h
  JOIN school s ON s.id = h.school
  LEFT JOIN asset a ON a.id = h.asset
  LEFT JOIN asset_model m ON m.id = coalesce(h.model, a.model)
  LEFT JOIN place_path pp ON pp.place = h.place
  LEFT JOIN person who ON who.id = h.person
  LEFT JOIN person maker ON maker.id = h.made_by
"""
ORDERS = Orders(
    "ends_at",
    Key("h.id", int, "id"),
    ends_at=Key(ENDS, datetime, lambda row: row.ends_at or FAR),
    over_at=Key(OVER, datetime, "over_at", is_optional=True),
    starts_at=Key("h.starts_at", datetime, "starts_at"),
)
MISSING = say("There is no such booking, or it is not of your school")


async def list_holds(
    actor: Actor,
    filters: HoldFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Hold]:
    """One page: what is to come, the first that ends first; what is over, latest first."""
    schools = [await school_id_of(actor, filters.school)] if filters.school else actor.school_ids
    changed = changed_since(filters.changed_since, "hold", "h.id", schools)
    # What was cancelled or fulfilled since is a change as well.
    whole = changed is not None and filters.view is HoldView.coming
    where = Where(None if whole else VIEWS[filters.view])
    _narrow(actor, where, filters)
    usual = "-over_at" if filters.view is HoldView.past else "ends_at"
    return await list_page(
        Hold,
        READ,
        where,
        ORDERS.chosen(sort, usual),
        cursor=cursor,
        limit=limit,
        schools=Schools("h.school", schools),
        readable=lambda rows: [readable(actor, row) for row in rows],
        changed=changed,
    )


def _narrow(actor: Actor, where: Where, filters: HoldFilters) -> None:
    where.add_given("h.kind = :kind", kind=filters.kind)
    if filters.tag:
        where.add("a.tag = :tag", tag=tags.clean(filters.tag))
    where.add_given("h.place = :place", place=filters.place_id)
    where.add_given("m.id = :model", model=filters.model_id)
    reader = {"readable": actor.school_ids_with(READ_BORROWERS), "me": actor.person_id}
    if filters.mine:
        where.add("h.person = :me::bigint", me=actor.person_id)
    if filters.person_id is not None:
        where.add(f"h.person = :person AND {READABLE}", person=filters.person_id, **reader)
    if filters.day is not None:
        where.add(
            "h.starts_at < (:day::date + 1)::timestamp AT TIME ZONE s.zone"
            " AND h.ends_at > :day::date::timestamp AT TIME ZONE s.zone",
            day=filters.day,
        )
    if filters.q.strip():
        where.add(
            "concat_ws(' ', a.tag, a.name, m.brand, m.name, pp.path, h.group_name,"
            f" CASE WHEN {READABLE} THEN who.name || ' ' || h.purpose END) ILIKE :pattern",
            pattern=like(filters.q),
            **reader,
        )


async def get_hold(actor: Actor, hold_id: int) -> Hold:
    """One hold of a school in the actor's sight, else NotFound."""
    return readable(actor, await get_row(Hold, READ, in_sight(actor, "h", hold_id), MISSING))


async def find_holds(actor: Actor, ids: list[int]) -> list[Hold]:
    """Those of these in the actor's sight, by their beginning."""
    rows = await fetch(
        Hold,
        f"{READ} WHERE h.id = any{opaque('ids')} AND h.school = any{opaque('schools')}"
        " ORDER BY h.starts_at, h.id",
        ids=ids,
        schools=actor.school_ids,
    )
    return [readable(actor, row) for row in rows]


TODAY = (
    "h.kind = 'booking' AND h.place IS NULL AND h.starts_at <"
    " ((now() AT TIME ZONE s.zone)::date + 1)::timestamp AT TIME ZONE s.zone"
)


async def list_to_hand_over(actor: Actor, school_ids: list[int], *, limit: int) -> list[Hold]:
    """The first bookings of things that are to be handed over today, or should have been."""
    rows = await fetch(
        Hold,
        f"{READ} WHERE h.school = any(:schools) AND {VIEWS[HoldView.coming]} AND {TODAY}"
        " ORDER BY h.starts_at, h.id LIMIT :limit",
        schools=school_ids,
        limit=limit,
    )
    return [readable(actor, row) for row in rows]


async def list_own(actor: Actor) -> list[Hold]:
    """What is booked for the reader, the next first."""
    return (await list_holds(actor, MINE, limit=MAX_LIMIT)).items


def readable(actor: Actor, row: Hold) -> Hold:
    """Who has booked is for staff: a pupil who helps sees that, and for which class."""
    if (
        row.person_id is None
        or row.person_id == actor.person_id
        or actor.is_system
        or actor.can_at(row.school_id, READ_BORROWERS)
    ):
        return row
    return msgspec.structs.replace(row, person_id=None, person=None, made_by=None, purpose="")
