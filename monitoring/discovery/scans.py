"""Searches of a network: asked for by people or by the clock, looked at, cancelled."""

from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value, get_one, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.paging import Page
from core.permissions import EDIT_MONITORING
from core.query import Key, Order, Where, list_page
from core.rows import insert_row
from monitoring.devices.networks import ScanOrder, get_network
from monitoring.devices.networks.addressing import can_be_searched
from monitoring.devices.networks.changes import too_large
from monitoring.devices.networks.grants import refusal
from monitoring.tables import networks as network_tables

ScanState = Literal["waiting", "running", "finished", "cancelled", "failed"]


class NetworkScan(msgspec.Struct, frozen=True):
    """One search: how many of its ``addresses`` have been asked, and how many of them answered.

    ``requested_by`` is None where the clock asked for it; ``found`` counts what it saw that is no
    device yet.
    """

    id: int
    school_id: int
    network_id: int
    network: str
    cidr: str
    state: ScanState
    addresses: int
    asked: int
    answered: int
    found: int
    seconds_left: int
    requested_by: str | None
    created_at: datetime
    finished_at: datetime | None
    cancelled_at: datetime | None
    failed_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state in ("finished", "cancelled", "failed")


SELECT = """
SELECT s.id, s.school AS school_id, s.network AS network_id, n.name AS network, n.cidr,
       CASE WHEN s.cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN s.finished_at IS NOT NULL THEN 'finished'
            WHEN s.failed_at IS NOT NULL THEN 'failed'
            WHEN s.attempts > 0 THEN 'running'
            ELSE 'waiting' END AS state,
       s.addresses, s.asked, s.answered,
       CASE WHEN s.over_at IS NOT NULL THEN 0
            ELSE ceil((s.addresses - s.asked)::numeric / n.addresses_per_second)::integer
            END AS seconds_left,
       (SELECT count(*) FROM candidate c WHERE c.network = s.network AND c.seen_at >= s.created_at
           AND c.seen_at <= coalesce(s.over_at, 'infinity')) AS found,
       p.name AS requested_by, s.created_at, s.finished_at, s.cancelled_at, s.failed_at
  FROM network_scan s JOIN network n ON n.id = s.network LEFT JOIN person p ON p.id = s.requested_by
"""
NEWEST_FIRST = Order(Key("s.id", int, "id"), descending=True)
ALREADY = Conflict(say("This network is being searched already"), code="scan_running")
REFUSALS = {"network_scan_one_at_a_time": ALREADY}


async def start_scan(actor: Actor, network_id: int) -> NetworkScan:
    """Let a worker search the network; Conflict while one does so already."""
    network = await get_network(actor, network_id)
    actor.require(network.school_id, EDIT_MONITORING)
    async with transaction(actor, REFUSALS):
        scan_id = await _begin(network_id, network.school_id, actor.person_id)
    return await get_scan(actor, network_id, scan_id)


async def _begin(network_id: int, school_id: int, person_id: int | None) -> int:
    # As it is now: somebody may have changed it since it was looked at.
    cidr = await fetch_value("SELECT cidr FROM network WHERE id = $1 FOR SHARE", network_id)
    if cidr is None:
        raise NotFound(say("There is no such network, or it is not of your school"))
    if not await fetch_value("SELECT network_is_granted($1, $2)", school_id, cidr):
        raise refusal("network_id")
    around = ip_network(cidr)
    if not can_be_searched(around):
        raise Invalid.of("network_id", too_large(), code="too_large")
    return await insert_row(
        network_tables.NetworkScan,
        school_id=school_id,
        network_id=network_id,
        requested_by=person_id,
        created_at=clock.now(),
        addresses=len(ScanOrder(around)),
    )


async def cancel_scan(actor: Actor, network_id: int, scan_id: int) -> NetworkScan:
    """Ask no further address; what was found stays. Conflict when the search is over."""
    scan = await get_scan(actor, network_id, scan_id)
    actor.require(scan.school_id, EDIT_MONITORING)
    async with transaction(actor):
        cancelled = await execute(
            "UPDATE network_scan SET cancelled_at = $2, lease_until = NULL"
            " WHERE id = $1 AND over_at IS NULL",
            scan_id,
            clock.now(),
        )
    if not cancelled:
        raise Conflict(say("This search is over already"), code="scan_over")
    return await get_scan(actor, network_id, scan_id)


async def get_scan(actor: Actor, network_id: int, scan_id: int) -> NetworkScan:
    """One search of a network in the actor's sight."""
    await get_network(actor, network_id)
    return await get_one(
        NetworkScan,
        f"{SELECT} WHERE s.id = $1 AND s.network = $2",
        scan_id,
        network_id,
        missing=say("There is no such search, or it is not of your school"),
    )


async def list_scans(
    actor: Actor, network_id: int, *, limit: int = 50, cursor: str | None = None
) -> Page[NetworkScan]:
    """The searches of a network, the newest first."""
    await get_network(actor, network_id)
    of_network = Where("s.network = :network", network=network_id)
    return await list_page(
        NetworkScan, SELECT, of_network, NEWEST_FIRST, cursor=cursor, limit=limit
    )


class _Due(msgspec.Struct, frozen=True):
    id: int
    school: int
    cidr: str


async def start_due() -> int:
    """Begin the searches whose time has come; how many. A network that is being searched waits."""
    now = clock.now()
    async with transaction():
        due = await fetch(
            _Due,
            "SELECT id, school, cidr FROM network n WHERE next_scan_at <= $1"
            " AND scan_every_hours IS NOT NULL AND network_is_granted(school, cidr)"
            " AND NOT EXISTS (SELECT FROM network_scan s"
            "   WHERE s.network = n.id AND s.over_at IS NULL)"
            " ORDER BY next_scan_at LIMIT 100 FOR UPDATE SKIP LOCKED",
            now,
        )
        for network in due:
            await execute(
                "INSERT INTO network_scan (school, network, created_at, addresses)"
                " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                network.school,
                network.id,
                now,
                len(ScanOrder(ip_network(network.cidr))),
            )
            await execute(
                "UPDATE network SET next_scan_at = $2::timestamptz"
                " + make_interval(hours => scan_every_hours) WHERE id = $1",
                network.id,
                now,
            )
    return len(due)


async def delete_old() -> None:
    """Drop searches that were over a year ago, and what waits undecided though long unseen."""
    now = clock.now()
    await execute("DELETE FROM network_scan WHERE over_at < $1", now - timedelta(days=365))
    await execute(
        "DELETE FROM candidate WHERE decision IS NULL AND seen_at < $1", now - timedelta(days=90)
    )
