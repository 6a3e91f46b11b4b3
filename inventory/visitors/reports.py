"""Reports of visitors, moderated: each becomes a work order or is dismissed."""

from datetime import datetime, timedelta

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, fetch_one, fetch_value, transaction
from core.errors import Conflict, NotFound, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_WORK_ORDERS
from core.query import Key, Order, Where, list_page
from inventory import repairs

KEEP_DECIDED = timedelta(days=90)
KEEP_SENDERS = timedelta(days=1)
# Long enough to ask back while the thing is mended; the visitor's page says so.
KEEP_CONTACTS = timedelta(days=30)


class VisitorReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor wrote about a thing; ``contact`` is empty after a month, or once dismissed."""

    id: int
    school_id: int
    school: str
    asset_tag: str
    asset_title: str
    place: str | None
    what: str
    contact: str
    reported_at: datetime
    decided_at: datetime | None
    work_order_id: int | None


class VisitorReportFilters(msgspec.Struct, frozen=True):
    """Those that wait, or those that are decided; of one school, if it is named."""

    school_id: Id | None = None
    decided: bool = False


WAITING = VisitorReportFilters()
READ = """
SELECT r.id, a.school AS school_id, s.code AS school, a.tag AS asset_tag,
       asset_title(a.name, m.brand, m.name) AS asset_title, pp.path AS place,
       r.what, r.contact, r.reported_at, r.decided_at, r.work_order AS work_order_id
  FROM visitor_report r JOIN asset a ON a.id = r.asset JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = a.school LEFT JOIN place_path pp ON pp.place = a.place
"""
NEWEST_FIRST = Order(
    Key("r.reported_at", datetime, "reported_at"), Key("r.id", int, "id"), descending=True
)


async def list_visitor_reports(
    actor: Actor,
    filters: VisitorReportFilters = WAITING,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[VisitorReport]:
    """The reports about things of the schools whose repairs the actor manages, newest first."""
    where = Where("a.school = any(:schools)", schools=actor.school_ids_with(MANAGE_WORK_ORDERS))
    where.add_given("a.school = :school", school=filters.school_id)
    where.add("r.decided_at IS NOT NULL" if filters.decided else "r.decided_at IS NULL")
    return await list_page(VisitorReport, READ, where, NEWEST_FIRST, cursor=cursor, limit=limit)


async def count_waiting(actor: Actor) -> int:
    """How many wait for the actor."""
    waiting: int = await fetch_value(
        "SELECT count(*) FROM visitor_report r JOIN asset a ON a.id = r.asset"
        " WHERE r.decided_at IS NULL AND a.school = any($1::bigint[])",
        actor.school_ids_with(MANAGE_WORK_ORDERS),
    )
    return waiting


async def find_contacts(actor: Actor, work_order_id: int) -> list[str]:
    """How to reach the visitors whose reports an order came from, for who manages its repair."""
    return await fetch_column(
        str,
        "SELECT r.contact FROM visitor_report r JOIN asset a ON a.id = r.asset"
        " WHERE r.work_order = $1 AND r.contact <> '' AND a.school = any($2::bigint[])"
        " ORDER BY r.id",
        work_order_id,
        actor.school_ids_with(MANAGE_WORK_ORDERS),
    )


async def accept(actor: Actor, report_id: int) -> VisitorReport:
    """Make it a fault report: a new work order, or words added to the one that is open.

    A contact stays here, and is in nothing that is kept longer. Conflict if it is decided already.
    """
    async with transaction(actor):
        report = await _lock(actor, report_id)
        reported = await repairs.report_fault(actor, report.asset_tag, report.what)
        await _decide(actor, report_id, reported.work_order_id)
    return await _get(report_id)


async def dismiss(actor: Actor, report_id: int) -> VisitorReport:
    """Nothing comes of it. Conflict if it is decided already."""
    async with transaction(actor):
        await _lock(actor, report_id)
        await _decide(actor, report_id, None)
    return await _get(report_id)


async def _lock(actor: Actor, report_id: int) -> VisitorReport:
    """The waiting report, while no other decides on it."""
    await execute("SELECT FROM visitor_report WHERE id = $1 FOR UPDATE", report_id)
    found = await fetch_one(
        VisitorReport,
        f"{READ} WHERE r.id = $1 AND a.school = any($2::bigint[])",
        report_id,
        actor.school_ids,
    )
    if found is None:
        raise NotFound(say("There is no such report, or it is not of your school"))
    actor.require(found.school_id, MANAGE_WORK_ORDERS)
    if found.decided_at is not None:
        raise Conflict(say("Somebody has decided on this report already"), code="decided")
    return found


async def _decide(actor: Actor, report_id: int, work_order_id: int | None) -> None:
    await execute(
        "UPDATE visitor_report SET decided_at = :now, decided_by = :by, work_order = :work_order,"
        " contact = CASE WHEN :work_order::bigint IS NULL THEN '' ELSE contact END WHERE id = :id",
        id=report_id,
        now=clock.now(),
        by=actor.person_id,
        work_order=work_order_id,
    )


async def _get(report_id: int) -> VisitorReport:
    found = await fetch_one(VisitorReport, f"{READ} WHERE r.id = $1", report_id)
    assert found is not None
    return found


async def delete_old_reports() -> None:
    """Delete what was decided on long ago, old contacts, and by now needless hashes of addresses."""
    now = clock.now()
    await execute("DELETE FROM visitor_report WHERE decided_at < $1", now - KEEP_DECIDED)
    await execute(
        "UPDATE visitor_report SET sender = NULL WHERE sender IS NOT NULL AND reported_at < $1",
        now - KEEP_SENDERS,
    )
    await execute(
        "UPDATE visitor_report SET contact = '' WHERE contact <> '' AND reported_at < $1",
        now - KEEP_CONTACTS,
    )
