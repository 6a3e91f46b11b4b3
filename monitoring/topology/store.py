"""What was seen at ports, into the database: in bulk, outside of the visit's transaction, never twice."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core import clock
from core.access import Actor
from core.database import execute, transaction
from monitoring.decoding.topology import ForwardingEntry, HardwareAddress, Neighbour, Surroundings

FORGET_AFTER = timedelta(days=30)

# An address that several devices share (agents behind one machine) tells of none of them.
FILL_IN = """
UPDATE device SET mac = heard.mac
  FROM unnest($1::text[], $2::text[]) AS heard (address, mac)
 WHERE device.address = heard.address AND device.id IN (
    SELECT id FROM device d
     WHERE d.school = $3 AND d.mac IS NULL AND d.removed_at IS NULL
       AND d.address = any($1::text[])
       AND NOT EXISTS (SELECT FROM device o WHERE o.school = d.school AND o.address = d.address
                          AND o.id <> d.id AND o.removed_at IS NULL)
     ORDER BY id FOR UPDATE SKIP LOCKED)
"""


async def store_surroundings(
    device_id: int, school_id: int, around: Surroundings, at: datetime
) -> None:
    """What a visit told of others; call it after the visit is saved, for it locks other devices.

    Losing it to a crash does no harm: the same is told again within the hour.
    """
    if not (around.forwarding or around.neighbours or around.addresses):
        return
    async with transaction(Actor.system("monitoring", [school_id])):
        await store_forwarding(device_id, around.forwarding, at)
        await _store_neighbours(device_id, around.neighbours, at)
        await _fill_in_macs(device_id, school_id, around.addresses)


async def store_forwarding(
    device_id: int, forwarding: Iterable[ForwardingEntry], at: datetime
) -> None:
    """Each card where it was heard last; one statement, however many there are."""
    rows = sorted({one.mac: one for one in forwarding}.values(), key=lambda one: one.mac)
    if not rows:
        return
    await execute(
        "INSERT INTO port_sighting (device, port, mac, vlan, seen_at)"
        " SELECT :device_id, port, mac, vlan, :at"
        " FROM unnest(:ports::text[], :macs::text[], :vlans::int[]) AS seen (port, mac, vlan)"
        " ON CONFLICT ON CONSTRAINT port_sighting_once"
        " DO UPDATE SET port = excluded.port, vlan = excluded.vlan, seen_at = excluded.seen_at"
        " WHERE port_sighting.seen_at <= excluded.seen_at",
        device_id=device_id,
        ports=[one.port for one in rows],
        macs=[one.mac for one in rows],
        vlans=[one.vlan for one in rows],
        at=at,
    )


async def delete_old() -> None:
    """Delete what was not seen for a month."""
    before = clock.now() - FORGET_AFTER
    for table in ("port_sighting", "port_neighbour"):
        await execute(f"DELETE FROM {table} WHERE seen_at < $1", before)


async def _store_neighbours(device_id: int, found: Iterable[Neighbour], at: datetime) -> None:
    """Those at the cables now; who was there before and is not named any more has left."""
    rows = sorted({(n.port, n.chassis): n for n in found}.items())
    if not rows:
        return
    await execute(
        "INSERT INTO port_neighbour (device, port, chassis, name, remote_port, seen_at)"
        " SELECT :device_id, port, chassis, name, remote_port, :at"
        " FROM unnest(:ports::text[], :chassis::text[], :names::text[],"
        " :remote_ports::text[])"
        " AS heard (port, chassis, name, remote_port)"
        " ON CONFLICT ON CONSTRAINT port_neighbour_once DO UPDATE SET name = excluded.name,"
        " remote_port = excluded.remote_port, seen_at = excluded.seen_at",
        device_id=device_id,
        ports=[n.port for _, n in rows],
        chassis=[n.chassis for _, n in rows],
        names=[n.name for _, n in rows],
        remote_ports=[n.remote_port for _, n in rows],
        at=at,
    )
    await execute("DELETE FROM port_neighbour WHERE device = $1 AND seen_at < $2", device_id, at)


async def _fill_in_macs(
    device_id: int, school_id: int, addresses: Iterable[HardwareAddress]
) -> None:
    """The card of devices of which nobody entered it: by ARP, or as the device says itself."""
    heard = {one.address: one.mac for one in addresses if not one.is_own}
    own = {one.address: one.mac for one in addresses if one.is_own}
    if len(set(own.values())) == 1:
        await execute(
            "UPDATE device SET mac = $2 WHERE id = $1 AND mac IS NULL",
            device_id,
            next(iter(own.values())),
        )
    by_address = {**heard, **own}
    if by_address:
        await execute(FILL_IN, list(by_address), list(by_address.values()), school_id)
