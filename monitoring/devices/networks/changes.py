"""Creating, changing and deleting a school's networks; only administrators say where we may ask."""

from typing import Annotated

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch_value, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING_SETUP
from core.rows import delete_row, insert_row
from monitoring.devices.networks.addressing import Bounds, IpNetwork, can_be_searched, checked_cidr
from monitoring.devices.networks.grants import refusal, require_granted
from monitoring.devices.networks.views import Network, get_network
from monitoring.tables import networks as network_tables

MOST_NAME = 80
MOST_CREDENTIALS = 5
DEFAULT_ADDRESSES_PER_SECOND = 20


class NewNetwork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network as people name it; ``scan_every_hours`` left out: searched only on demand.

    A search tries ``credential_ids`` in their order and no others. The same credential twice, or
    one of another school, is refused.
    """

    school_id: Annotated[Id, Meta(examples=[1])]
    name: Annotated[str, Meta(examples=["Computer rooms"])]
    cidr: Annotated[str, Meta(examples=["192.168.3.0/24"])]
    scan_every_hours: Annotated[int, Meta(ge=1, le=720, examples=[24])] | None = None
    addresses_per_second: Annotated[int, Meta(ge=1, le=200)] = DEFAULT_ADDRESSES_PER_SECOND
    credential_ids: list[Id] = []


_STAYS = say("Devices of the school are in this network; move or remove them first")
REFUSALS: dict[str, Message | Problem] = {
    "network_once_a_school": Invalid.of(
        "cidr", say("The school has this network already"), code="taken"
    ),
    "network_never_overlaps": Invalid.of(
        "cidr", say("Another network of the school has some of these addresses"), code="overlap"
    ),
    "network_keeps_its_devices": Invalid.of("cidr", _STAYS, code="network_in_use"),
    "network_is_granted": refusal(),
}


async def create_network(actor: Actor, bounds: Bounds, new: NewNetwork) -> Network:
    """Let a school have devices in a network; ``bounds`` are those of the installation.

    Refuses networks that lie outside of them, or of what the operator gave to the school.
    """
    actor.require(new.school_id, EDIT_MONITORING_SETUP)
    around = _checked(new, bounds)
    await require_granted(new.school_id, str(around))
    async with transaction(actor, REFUSALS):
        network_id = await insert_row(
            network_tables.Network,
            school_id=new.school_id,
            name=new.name.strip(),
            cidr=str(around),
            scan_every_hours=new.scan_every_hours,
            addresses_per_second=new.addresses_per_second,
            next_scan_at=clock.now() if new.scan_every_hours else None,
            created_at=clock.now(),
        )
        await _set_credentials(network_id, new)
    return await get_network(actor, network_id)


async def update_network(
    actor: Actor,
    bounds: Bounds,
    network_id: int,
    new: NewNetwork,
    *,
    version: int | None = None,
) -> Network:
    """Change a network; a search of its old addresses ends, what it found elsewhere is forgotten.

    Refused while a device would be left outside. ``version`` refuses when somebody was faster.
    """
    before = await get_network(actor, network_id)
    actor.require(before.school_id, EDIT_MONITORING_SETUP)
    if new.school_id != before.school_id:
        raise Invalid.of("school_id", say("A network stays with its school"), code="school")
    around = _checked(new, bounds)
    if str(around) != before.cidr:
        await require_granted(new.school_id, str(around))
    async with transaction(actor, REFUSALS):
        changed = await execute(
            "UPDATE network SET name = :name, cidr = :cidr,"
            " scan_every_hours = :scan_every_hours, addresses_per_second = :addresses_per_second, version = version + 1,"
            " next_scan_at = CASE WHEN :scan_every_hours::integer IS NOT NULL"
            "   THEN coalesce(next_scan_at, :now) END"
            " WHERE id = :network_id AND version = coalesce(:version, version)",
            network_id=network_id,
            name=new.name.strip(),
            cidr=str(around),
            scan_every_hours=new.scan_every_hours,
            addresses_per_second=new.addresses_per_second,
            now=clock.now(),
            version=version,
        )
        if not changed:
            raise Conflict(
                say("Somebody changed this network just now; look at it again"), code="version"
            )
        await _set_credentials(network_id, new)
        if str(around) != before.cidr:
            await _forget_outside(network_id)
    return await get_network(actor, network_id)


async def delete_network(actor: Actor, network_id: int) -> Network:
    """Ask there no longer, and delete what searches found; gives what it was.

    Conflict while devices are in it.
    """
    found = await get_network(actor, network_id)
    actor.require(found.school_id, EDIT_MONITORING_SETUP)
    in_use = {**REFUSALS, "network_keeps_its_devices": Conflict(_STAYS, code="network_in_use")}
    async with transaction(actor, in_use):
        await delete_row(network_tables.Network, network_id)
    return found


def _checked(new: NewNetwork, bounds: Bounds) -> IpNetwork:
    """The network, or every field that is wrong at once."""
    errors: list[FieldError] = []
    around = None
    if not 1 <= len(new.name.strip()) <= MOST_NAME:
        errors.append(
            FieldError("name", say("Give a name of 1 to {most} characters", most=MOST_NAME))
        )
    try:
        around = checked_cidr(new.cidr, bounds)
    except Invalid as invalid:
        errors += invalid.errors
    if around and new.scan_every_hours and not can_be_searched(around):
        errors.append(FieldError("scan_every_hours", too_large(), "too_large"))
    if len(set(new.credential_ids)) != len(new.credential_ids):
        errors.append(FieldError("credential_ids", say("Name each credential once"), "twice"))
    if len(new.credential_ids) > MOST_CREDENTIALS:
        most = say("Name {most} credentials at most", most=MOST_CREDENTIALS)
        errors.append(FieldError("credential_ids", most, "too_many"))
    if errors or around is None:
        raise Invalid(errors)
    return around


def too_large() -> Message:
    return say("Only networks of /16 or smaller (IPv6: /112) can be searched")


async def _set_credentials(network_id: int, new: NewNetwork) -> None:
    known = await fetch_value(
        "SELECT count(*) FROM (SELECT FROM credential WHERE id = any($1::bigint[]) AND school = $2"
        " FOR KEY SHARE) AS found",
        new.credential_ids,
        new.school_id,
    )
    if known != len(new.credential_ids):
        raise Invalid.of(
            "credential_ids", say("Choose credentials of the network's school"), code="credential"
        )
    await execute("DELETE FROM network_credential WHERE network = $1", network_id)
    await execute_many(
        "INSERT INTO network_credential (network, credential, place) VALUES ($1, $2, $3)",
        [(network_id, one, place) for place, one in enumerate(new.credential_ids, start=1)],
    )


async def _forget_outside(network_id: int) -> None:
    await execute(
        "UPDATE network_scan SET cancelled_at = $2, lease_until = NULL"
        " WHERE network = $1 AND over_at IS NULL",
        network_id,
        clock.now(),
    )
    await execute(
        "DELETE FROM candidate c USING network n WHERE n.id = $1 AND c.network = n.id"
        " AND c.device IS NULL AND NOT c.address::inet <<= n.cidr::inet",
        network_id,
    )
