"""What a device is connected to, as the switches report it; a person decides whether it is so."""

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Conflict, say
from core.permissions import EDIT_MONITORING
from monitoring import devices
from monitoring.alerting import parents
from monitoring.topology.locations import Location, locations_of


class Uplink(msgspec.Struct, frozen=True, kw_only=True):
    """The switch and port that a device seems to be connected to.

    ``is_heard``: the two introduced themselves over the cable (LLDP), so there is no doubt.
    ``is_parent``: somebody has taken it as the parent already.
    """

    device_id: int
    asset_tag: str
    name: str
    port: str
    is_heard: bool
    is_parent: bool


class _Parent(msgspec.Struct, frozen=True):
    mac: str | None
    parent: int | None
    identity_name: str | None
    hanging: list[int]


async def suggest_parent(actor: Actor, device_id: int) -> Uplink | None:
    """The switch that a device of the actor's schools hangs on, None when no switch tells.

    What hangs on the device itself is no candidate: two switches see each other.
    """
    device = await devices.get_device(actor, device_id)
    row = await _known(device_id)
    candidates = await _heard(device.school_id, device_id, row)
    if row.mac is not None:
        seen = await locations_of([device.school_id], row.mac)
        candidates += [_from_seen(one, row) for one in seen]
    fitting = [one for one in candidates if one.device_id not in (device_id, *row.hanging)]
    return fitting[0] if fitting else None


async def take_parent(actor: Actor, device_id: int) -> Uplink:
    """Make what the switches report the device's parent; Conflict when they report nothing now."""
    device = await devices.get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    uplink = await suggest_parent(actor, device_id)
    if uplink is None:
        raise Conflict(
            say("No switch has seen this device lately, so there is nothing to take over"),
            code="no_uplink",
        )
    await parents.set_parent(actor, device_id, uplink.device_id)
    return msgspec.structs.replace(uplink, is_parent=True)


async def _known(device_id: int) -> _Parent:
    rows = await fetch(
        _Parent,
        "WITH RECURSIVE below AS ("
        " SELECT id FROM device WHERE parent = $1 AND removed_at IS NULL"
        " UNION SELECT d.id FROM device d JOIN below b ON d.parent = b.id"
        "  WHERE d.removed_at IS NULL)"
        " SELECT mac, parent, identity ->> 'name' AS identity_name,"
        "  ARRAY(SELECT id FROM below) AS hanging FROM device WHERE id = $1",
        device_id,
    )
    return rows[0]


async def _heard(school_id: int, device_id: int, row: _Parent) -> list[Uplink]:
    """Switches of the school that heard the device introduce itself, by its card or its name."""
    return await fetch(
        Uplink,
        "SELECT d.id AS device_id, a.tag AS asset_tag,"
        " device_name_or_tag(a.name, d.identity, a.tag) AS name, n.port, true AS is_heard,"
        " d.id IS NOT DISTINCT FROM :parent::bigint AS is_parent"
        " FROM port_neighbour n JOIN device d ON d.id = n.device AND d.removed_at IS NULL"
        " JOIN asset a ON a.id = d.asset"
        " WHERE d.school = :school AND d.id <> :device AND (n.chassis = :mac"
        "  OR (:name <> '' AND n.name = :name"
        "  AND (SELECT count(*) FROM device o WHERE o.school = :school AND o.removed_at IS NULL"
        "       AND o.identity ->> 'name' = :name) = 1))"
        " ORDER BY n.seen_at DESC, n.port",
        parent=row.parent,
        school=school_id,
        device=device_id,
        mac=row.mac,
        name=row.identity_name or "",
    )


def _from_seen(one: Location, row: _Parent) -> Uplink:
    return Uplink(
        device_id=one.device_id,
        asset_tag=one.asset_tag,
        name=one.name,
        port=one.port,
        is_heard=False,
        is_parent=one.device_id == row.parent,
    )
