"""Networks that the operator gives to schools: from the first one on, a school has what it was given.

While there is no grant at all, every school may use what the installation may ask. The rule is the
database's: triggers on ``network`` and ``device``, and ``network_is_granted`` in what workers claim.
"""

from ipaddress import ip_network

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.rows import insert_row
from monitoring.devices.networks.addressing import Bounds, checked_cidr
from monitoring.snmp import SnmpError
from monitoring.tables import networks as network_tables


class NetworkGrant(msgspec.Struct, frozen=True):
    """A range of addresses that a school may use; shared: others may be given parts of it too."""

    school_code: str
    cidr: str
    is_shared: bool


class NotGranted(SnmpError):
    """The address lies in no network that the school was given, so nothing was sent."""

    code = "network_not_granted"
    was_heard = False

    def __init__(self) -> None:
        super().__init__(
            say("Not asked: the address lies outside of the networks that the school was given")
        )


REFUSALS = {
    "network_grant_is_of_one_school": Conflict(
        say("Some of these addresses are given already; --shared gives them to several schools"),
        code="overlap",
    ),
    "network_grant_once_a_school": Conflict(
        say("The school has been given this network already"), code="taken"
    ),
}


async def find_granted(school_ids: list[int]) -> Bounds | None:
    """What these schools may use together; None while no school has been given anything."""
    if not await fetch_value("SELECT EXISTS (SELECT FROM network_grant)"):
        return None
    cidrs = await fetch_value(
        "SELECT array_agg(cidr ORDER BY cidr::inet) FROM network_grant"
        " WHERE school = any($1::bigint[])",
        school_ids,
    )
    return tuple(ip_network(cidr) for cidr in cidrs or ())


async def require_granted(school_id: int, cidr: str) -> None:
    """Invalid, with what the school was given, unless the network lies within."""
    if await fetch_value("SELECT network_is_granted($1, $2)", school_id, cidr):
        return
    given = await find_granted([school_id])
    if not given:
        raise refusal()
    raise Invalid.of(
        "cidr",
        say(
            "The school was given only {networks}. Name a network within, or ask whoever looks"
            " after the server.",
            networks=", ".join(map(str, given)),
        ),
        code="not_granted",
    )


def refusal(field: str = "cidr") -> Invalid:
    """Why a school that was not given these addresses may not use them."""
    return Invalid.of(
        field,
        say("The school was not given these addresses; ask whoever looks after the server"),
        code="not_granted",
    )


async def grant(bounds: Bounds, school_code: str, cidr: str, *, is_shared: bool) -> NetworkGrant:
    """Give a network within ``bounds`` to a school; from the command line alone.

    Refuses addresses that another grant has, unless one of the two is shared.
    """
    around = str(checked_cidr(cidr, bounds))
    async with transaction(Actor.system("labshare network grant", []), REFUSALS):
        await insert_row(
            network_tables.NetworkGrant,
            school_id=await _school_id(school_code),
            cidr=around,
            is_shared=is_shared,
            created_at=clock.now(),
        )
        await _end_searches()
    return NetworkGrant(school_code, around, is_shared)


async def revoke(school_code: str, cidr: str) -> None:
    """Take a network from a school: nothing there is asked any more, and its searches end."""
    try:
        around = str(ip_network(cidr.strip(), strict=False))
    except ValueError:
        around = cidr
    async with transaction(Actor.system("labshare network revoke", [])):
        deleted = await execute(
            "DELETE FROM network_grant WHERE school = $1 AND cidr = $2",
            await _school_id(school_code),
            around,
        )
        await _end_searches()
    if not deleted:
        raise NotFound(say("The school was not given {network}", network=around))


async def list_grants() -> list[NetworkGrant]:
    """All of them, by school and address: for the operator."""
    return await fetch(
        NetworkGrant,
        "SELECT s.code AS school_code, g.cidr, g.is_shared FROM network_grant g"
        " JOIN school s ON s.id = g.school ORDER BY s.code, g.cidr::inet",
    )


async def _school_id(code: str) -> int:
    found: int | None = await fetch_value("SELECT id FROM school WHERE code = $1", code)
    if found is None:
        raise NotFound(say("There is no school with the code {code}", code=code))
    return found


async def _end_searches() -> None:
    await execute(
        "UPDATE network_scan s SET cancelled_at = $1, lease_until = NULL"
        " FROM network n WHERE n.id = s.network AND s.over_at IS NULL"
        " AND NOT network_is_granted(n.school, n.cidr)",
        clock.now(),
    )
