"""Work orders for tests, and pictures made on the spot."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO

from PIL import Image

from core import database
from core.access import Actor
from core.clock import now
from inventory import repairs
from inventory.repairs import outages
from tests.factories import MadeAsset, MadePerson


def worker(*school_ids: int) -> Actor:
    """The poller, acting for the schools given."""
    return Actor.system("monitoring", school_ids)


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    """A small real picture."""
    stream = BytesIO()
    Image.new("RGB", size, (40, 90, 160)).save(stream, kind)
    return stream.getvalue()


async def order(
    on: MadeAsset, *, fault: str = "reported", summary: str = "Screen stays dark"
) -> repairs.WorkOrder:
    """An open order of an asset."""
    return await repairs.open_work_order(
        worker(on.school_id), asset_id=on.id, source="person", fault=fault, summary=summary
    )


async def proposed(
    technician: MadePerson, helper: MadePerson, on: MadeAsset, done: str = "A new cable"
) -> repairs.WorkOrderEntry:
    """What a student helper did on an order that a technician gave to him: it waits."""
    given = await repairs.assign(technician.actor, (await order(on)).id, assignee_id=helper.id)
    entry = repairs.NewEntry(done=done, minutes=20, cost=Decimal(5))
    return await repairs.create_entry(helper.actor, given.id, entry)


async def past_order(
    on: MadeAsset,
    opened_at: datetime,
    closed_at: datetime | None,
    *,
    state: str = "completed",
    before: str = "in_service",
    keeps_in_service: bool = False,
) -> int:
    """An order with times of its own, without touching the asset."""
    created: int = await database.fetch_value(
        "INSERT INTO work_order (school, asset, source, fault, summary, severity, state,"
        " opened_at, closed_at, resolution, asset_state_before, keeps_in_service)"
        " VALUES ($1, $2, 'person', $3, 'Screen stays dark', 'normal', $4, $5, $6, '', $7, $8)"
        " RETURNING id",
        on.school_id,
        on.id,
        f"reported {now().timestamp()}",
        state if closed_at else "open",
        opened_at,
        closed_at,
        before,
        keeps_in_service,
    )
    if not keeps_in_service:
        await outages.begin(created, on.school_id, opened_at)
        if closed_at is not None:
            await outages.end(created, closed_at)
    return created


async def lifecycle_of(on: MadeAsset) -> str:
    state: str = await database.fetch_value("SELECT lifecycle FROM asset WHERE id = $1", on.id)
    return state
