"""Opening a work order: by a worker that measured a fault, or by anybody who sees one."""

from collections.abc import Sequence

import msgspec

from core import clock, database
from core.access import Actor
from core.database import transaction
from core.errors import Forbidden, Invalid, Message, NotFound, say
from core.permissions import REPORT_FAULTS
from core.rows import insert_row
from inventory import tables
from inventory.assets.locking import HAS_LEFT, lock_visible
from inventory.assets.references import resolve_one
from inventory.repairs import entries, outages
from inventory.repairs.assets import (
    find_state_before,
    put_in_repair,
    refuse_after_end,
)
from inventory.repairs.outages import take_out_of_service
from inventory.repairs.views import Severity, Source, WorkOrder, get_work_order, stored
from storage.photos import Photo

SUMMARY_MAX_LENGTH = 400
# What people report about one asset is one fault until a technician separates them: the second
# report of a dead projector joins the first instead of opening a second job.
REPORTED = "reported"


class ReportableAsset(msgspec.Struct, frozen=True):
    """What a reporter needs to see to know that it is the right thing."""

    id: int
    tag: str
    school_id: int
    model: str
    place: str
    open_orders: int


class Reported(msgspec.Struct, frozen=True):
    """Where a report went: into a new order, or into one that was open already."""

    work_order_id: int
    is_new: bool


async def open_work_order(
    actor: Actor,
    *,
    asset_id: int,
    source: Source,
    fault: str,
    summary: Message | str,
    severity: Severity = "normal",
    keeps_in_service: bool = False,
) -> WorkOrder:
    """The one open order for this fault of this asset, opened if there is none.

    Joins the caller's transaction. A new order puts an asset that is in service in repair and
    remembers what it was, unless it ``keeps_in_service``: toner is to be bought, and the printer
    prints meanwhile. Conflict when the asset has left the books.
    """
    order_id, _ = await _open(
        actor, asset_id, source, fault, summary, severity, keeps_in_service=keeps_in_service
    )
    return await get_work_order(actor, order_id)


async def report_fault(
    actor: Actor,
    tag: str,
    what: str,
    *,
    severity: Severity = "normal",
    is_usable: bool = True,
    photos: Sequence[Photo] = (),
) -> Reported:
    """Report to the technicians what is wrong, in one sentence, with pictures if there are any.

    The asset stays in use unless the reporter says that it cannot be used (not ``is_usable``).
    Joins an order that is open for the asset already: the sentence becomes an entry there.
    Anybody who works at the asset's school may report; auditors only read.
    """
    what = what.strip()
    if not 1 <= len(what) <= SUMMARY_MAX_LENGTH:
        raise Invalid.of(
            "what",
            say("Say in 1 to {most} characters what is wrong", most=SUMMARY_MAX_LENGTH),
            code="length",
        )
    asset = await get_reportable(actor, tag)
    async with transaction(actor):
        order_id, is_new = await _open(
            actor, asset.id, "person", REPORTED, what, severity, keeps_in_service=is_usable
        )
        if not is_new or photos:
            await entries.record(
                actor, order_id, asset.school_id, entries.NewEntry(found=what), photos
            )
    return Reported(order_id, is_new)


async def get_reportable(actor: Actor, tag: str) -> ReportableAsset:
    """The asset that a tag, a label or a number means, for somebody who may report its faults."""
    meant = await resolve_one(actor, tag)
    if meant.candidates:
        raise Invalid.of("tag", meant.missing, code="ambiguous")
    asset = await database.fetch_one(
        ReportableAsset,
        "SELECT a.id, a.tag, a.school AS school_id, model_title(m.brand, m.name) AS model,"
        " coalesce(pp.path, '') AS place,"
        " (SELECT count(*) FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL"
        " AND w.plan IS NULL) AS open_orders FROM asset a JOIN asset_model m ON m.id = a.model"
        " LEFT JOIN place_path pp ON pp.place = a.place"
        " WHERE a.id = $1 AND a.school = any($2)",
        meant.asset_id,
        actor.school_ids,
    )
    if asset is None:
        raise NotFound(say("No asset here has the tag {tag}", tag=tag), code="tag_unknown")
    if asset.school_id not in actor.school_ids_with(REPORT_FAULTS):
        raise Forbidden(say("Your role at this school does not allow this"))
    return asset


async def _open(
    actor: Actor,
    asset_id: int,
    source: Source,
    fault: str,
    summary: Message | str,
    severity: Severity,
    *,
    keeps_in_service: bool = False,
) -> tuple[int, bool]:
    """The order's id, and whether it is new."""
    async with transaction(actor, HAS_LEFT):
        asset = await lock_visible(actor, asset_id)
        open_id: int | None = await database.fetch_value(
            "SELECT id FROM work_order WHERE asset = $1 AND fault = $2 AND closed_at IS NULL",
            asset_id,
            fault,
        )
        if open_id is not None:
            if not keeps_in_service:
                await take_out_of_service(actor, asset, open_id)
            return open_id, False
        refuse_after_end(asset)
        text, params = stored(summary)
        now = clock.now()
        new_id = await insert_row(
            tables.WorkOrder,
            school_id=asset.school_id,
            asset_id=asset_id,
            source=source,
            fault=fault,
            summary=text,
            summary_params=params,
            severity=severity,
            opened_by=actor.person_id,
            opened_at=now,
            asset_state_before=await find_state_before(asset),
            keeps_in_service=keeps_in_service,
        )
        if not keeps_in_service:
            await outages.begin(new_id, asset.school_id, now)
            await put_in_repair(actor, asset, new_id)
        return new_id, True
