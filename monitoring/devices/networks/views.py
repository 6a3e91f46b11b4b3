"""Networks as people see them: what they are for, how they are searched, what is in them."""

from datetime import datetime
from ipaddress import ip_network

import msgspec

from core.access import Actor
from core.errors import say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_MONITORING_SETUP
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, get_row, in_sight, list_page
from monitoring.devices.networks.addressing import ScanOrder, can_be_searched


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """Where devices of a school may be, and how it is searched for more of them.

    ``credential_ids`` are tried in this order, and no others. ``addresses`` counts the machines
    that a search asks, None where the network is too large for one. Where the school was not given
    all of it (``is_granted``), it is not searched, and devices outside are not asked.
    """

    id: int
    school_id: int
    name: str
    cidr: str
    scan_every_hours: int | None
    addresses_per_second: int
    next_scan_at: datetime | None
    credential_ids: list[int]
    devices: int
    waiting: int
    running_scan_id: int | None
    last_scan_id: int | None
    last_scan_at: datetime | None
    last_scan_failed_at: datetime | None
    version: int
    is_granted: bool
    addresses: int | None = None


SELECT = """
SELECT n.id, n.school AS school_id, n.name, n.cidr, n.scan_every_hours, n.addresses_per_second,
       n.next_scan_at, n.version, network_is_granted(n.school, n.cidr) AS is_granted,
       ARRAY(SELECT c.credential FROM network_credential c
              WHERE c.network = n.id ORDER BY c.place, c.id) AS credential_ids,
       (SELECT count(*) FROM device d WHERE d.school = n.school AND d.removed_at IS NULL
           AND d.address::inet <<= n.cidr::inet) AS devices,
       (SELECT count(*) FROM candidate c
         WHERE c.network = n.id AND c.decision IS NULL) AS waiting,
       (SELECT s.id FROM network_scan s WHERE s.network = n.id
           AND s.over_at IS NULL) AS running_scan_id,
       last.id AS last_scan_id, last.finished_at AS last_scan_at,
       last.failed_at AS last_scan_failed_at
  FROM network n
  LEFT JOIN LATERAL (SELECT s.id, s.finished_at, s.failed_at FROM network_scan s
                      WHERE s.network = n.id AND coalesce(s.finished_at, s.failed_at) IS NOT NULL
                      ORDER BY s.id DESC LIMIT 1) last ON true
"""
MISSING = say("There is no such network, or it is not of your school")
BY_NAME = Order(Key("n.name", str, "name"), Key("n.id", int, "id"))


async def list_networks(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Network]:
    """The networks of the schools whose devices the actor keeps, by name."""
    schools = actor.schools_for(filters.school_id, READ_MONITORING_SETUP)
    where = Where("n.school = any(:schools::bigint[])", schools=schools)
    page = await list_page(Network, SELECT, where, BY_NAME, cursor=cursor, limit=limit)
    return Page([_counted(row) for row in page.items], page.next_cursor)


async def get_network(actor: Actor, network_id: int) -> Network:
    """One network, for those who keep the devices of its school."""
    found = await get_row(Network, SELECT, in_sight(actor, "n", network_id), MISSING)
    actor.require(found.school_id, READ_MONITORING_SETUP)
    return _counted(found)


def _counted(network: Network) -> Network:
    around = ip_network(network.cidr)
    if not can_be_searched(around):
        return network
    return msgspec.structs.replace(network, addresses=len(ScanOrder(around)))
