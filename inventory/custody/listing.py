"""Who has what: mine, what is out, what is overdue, and the past of one asset."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from core import paging
from core.access import Actor
from core.changes import changed_since
from core.database import fetch, fetch_value
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_BORROWERS
from core.query import Key, Orders, Schools, Where, list_page
from inventory import tags
from inventory.borrowers import HOLDER_NAME, IS_OPEN, READABLE, without_borrower
from inventory.custody.shapes import READ, Custody
from inventory.groups import GROUP_AND_BEFORE
from inventory.models import like
from inventory.scope import school_id_of


class CustodyView(StrEnum):
    """Which custody to list: open, only overdue, ended, or ended with parts still missing."""

    out = "out"
    overdue = "overdue"
    ended = "ended"
    missing = "missing"


class CustodyFilters(msgspec.Struct, frozen=True):
    """What to list; ``mine`` is what the reader holds, ``holder`` a person's id.

    ``group`` is a class, with what it took along from the years before; ``guest`` a guest.
    """

    q: str = ""
    view: CustodyView = CustodyView.out
    school: str | None = None
    tag: str | None = None
    holder: Id | None = None
    group: Id | None = None
    guest: Id | None = None
    mine: bool = False
    changed_since: datetime | None = None


NO_FILTERS = CustodyFilters()
ENDED = (CustodyView.ended, CustodyView.missing)
VIEWS = {
    CustodyView.out: "c.ended_at IS NULL",
    CustodyView.overdue: "c.ended_at IS NULL AND c.due_at < now()",
    CustodyView.ended: "c.ended_at IS NOT NULL",
    CustodyView.missing: "lack.id IS NOT NULL",
}
# Whoever may not know which person it is finds those last, in the order of their ids.
BY_HOLDER = Key(
    f"CASE WHEN {IS_OPEN} OR {READABLE} THEN {HOLDER_NAME} END",
    str,
    "holder",
    is_optional=True,
)
ORDERS = Orders(
    "due_at",
    Key("c.id", int, "id"),
    due_at=Key("c.due_at", datetime, "due_at", is_optional=True),
    started_at=Key("c.started_at", datetime, "started_at"),
    ended_at=Key("c.ended_at", datetime, "ended_at", is_optional=True),
    tag=Key('a.tag COLLATE "C"', str, "tag"),
    title=Key("asset_title(a.name, m.brand, m.name)", str, "title"),
    holder=BY_HOLDER,
)


async def list_custody(
    actor: Actor,
    filters: CustodyFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = paging.DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Custody]:
    """One page: open custody by the day it is due, ended custody newest first, or by ``sort``."""
    schools = [await school_id_of(actor, filters.school)] if filters.school else actor.school_ids
    changed = changed_since(filters.changed_since, "custody", "c.id", schools)
    # What has ended since is a change as well.
    whole = changed is not None and filters.view is CustodyView.out
    where = Where(None if whole else VIEWS[filters.view])
    order = ORDERS.chosen(sort, default_order(filters))
    reader = {"readable": actor.school_ids_with(READ_BORROWERS), "me": actor.person_id}
    _narrow(where, filters, reader)
    if BY_HOLDER in order.keys:
        where.bind(**reader)
    return await list_page(
        Custody,
        READ,
        where,
        order,
        cursor=cursor,
        limit=limit,
        schools=Schools("c.school", schools),
        readable=lambda rows: [_readable(actor, row) for row in rows],
        changed=changed,
    )


def default_order(filters: CustodyFilters) -> str:
    """How the list is sorted when nothing is said: what has ended by when it did."""
    return "-ended_at" if filters.view in ENDED else ORDERS.default


async def list_own(actor: Actor) -> list[Custody]:
    """What the reader holds now, soonest due first."""
    page = await list_custody(actor, CustodyFilters(mine=True), limit=paging.MAX_LIMIT)
    return page.items


async def list_of_asset(actor: Actor, tag: str, *, limit: int = 20) -> list[Custody]:
    """Who has had an asset, newest first, the open one included."""
    rows = await fetch(
        Custody,
        f"{READ} WHERE a.tag = $1 AND c.school = any($2::bigint[])"
        " ORDER BY c.started_at DESC, c.id DESC LIMIT $3",
        tags.clean(tag),
        actor.school_ids,
        limit,
    )
    return [_readable(actor, row) for row in rows]


def _readable(actor: Actor, row: Custody) -> Custody:
    return without_borrower(actor, row, note="", return_note="")


async def count_overdue(actor: Actor) -> int:
    """How many assets in the actor's sight should have been back."""
    counted: int = await fetch_value(
        "SELECT count(*) FROM custody c"
        f" WHERE c.school = any($1::bigint[]) AND {VIEWS[CustodyView.overdue]}",
        actor.school_ids,
    )
    return counted


class Candidate(msgspec.Struct, frozen=True):
    """A person of a school to whom something can be handed out."""

    id: int
    name: str


async def find_candidates(actor: Actor, school_id: int) -> list[Candidate]:
    """The persons of a school that the actor keeps, by name."""
    actor.require(school_id, EDIT_EQUIPMENT)
    return await fetch(
        Candidate,
        "SELECT DISTINCT p.id, p.name FROM valid_membership m JOIN person p"
        " ON p.id = m.person WHERE m.school = $1 AND p.closed_at IS NULL ORDER BY p.name, p.id",
        school_id,
    )


def _narrow(where: Where, filters: CustodyFilters, reader: Mapping[str, object]) -> None:
    if filters.mine:
        where.add("c.holder = :me::bigint", me=reader["me"])
    if filters.holder is not None:
        where.add(f"c.holder = :holder AND {READABLE}", holder=filters.holder, **reader)
    if filters.group is not None:
        where.add(f"c.borrower_group IN ({GROUP_AND_BEFORE})", group=filters.group)
    if filters.guest is not None:
        where.add(f"c.guest = :guest AND {READABLE}", guest=filters.guest, **reader)
    if filters.tag:
        where.add("a.tag = :tag", tag=tags.clean(filters.tag))
    if filters.q.strip():
        where.add(
            "(a.tag || ' ' || a.name || ' ' || m.brand || ' ' || m.name || ' '"
            f" || coalesce(CASE WHEN {IS_OPEN} OR {READABLE} THEN {HOLDER_NAME} END, '')) ILIKE :pattern",
            pattern=like(filters.q),
            **reader,
        )
