"""Asking a device what tells its profile: no more than its name does not say."""

from typing import NamedTuple

from monitoring.decoding.interfaces import physical
from monitoring.decoding.rows import decode_text, table_rows
from monitoring.profiles import (
    Profile,
    all_profiles,
    probe_roots,
    recognise,
    recognise_by_name,
)
from monitoring.profiles.recognition import CARRIER_RANK, Traits
from monitoring.snmp import (
    Address,
    AgentError,
    BadReply,
    Credential,
    Oid,
    TooManyRows,
    VarBind,
    Wire,
    oid,
)

SYS_SERVICES, IP_FORWARDING = oid("1.3.6.1.2.1.1.7.0"), oid("1.3.6.1.2.1.4.1.0")
FORWARDING = 1
INTERFACES = {
    "type": oid("1.3.6.1.2.1.2.2.1.3"),
    "descr": oid("1.3.6.1.2.1.2.2.1.2"),
    "name": oid("1.3.6.1.2.1.31.1.1.1.1"),
    "connector": oid("1.3.6.1.2.1.31.1.1.1.17"),
}


class Recognised(NamedTuple):
    """The profile that fits; ``answers``: whether anything tells of it but its absence."""

    profile: Profile
    answers: bool


async def recognise_device(
    wire: Wire, address: Address, credential: Credential, object_id: VarBind, descr: VarBind
) -> Recognised:
    """The profile of the device with this sysObjectID and sysDescr.

    Where they name none, the tables are asked for, and where only a computer or nobody in
    particular answers, whether it passes on the traffic of others.
    """
    profiles = all_profiles()
    name, words = oid_of(object_id), text_of(descr)
    by_name = recognise_by_name(profiles, name, words)
    if by_name is not None:
        return Recognised(by_name, answers=True)
    answering = await wire.answering(address, credential, probe_roots(profiles))
    traits = await _traits(wire, address, credential)
    found = recognise(profiles, name, words, answering, traits)
    if found.may_sleep and found.recognise.rank < CARRIER_RANK:
        sockets = await _sockets(wire, address, credential)
        found = recognise(profiles, name, words, answering, traits._replace(sockets=sockets))
    return Recognised(found, answers=bool(answering))


async def _traits(wire: Wire, address: Address, credential: Credential) -> Traits:
    services, forwarding = await wire.get(address, credential, [SYS_SERVICES, IP_FORWARDING])
    layers = services.value if isinstance(services.value, int) else None
    return Traits(layers, forwards=forwarding.value == FORWARDING)


async def _sockets(wire: Wire, address: Address, credential: Credential) -> int:
    """How many ports people can plug something into; 0 where the agent does not say."""
    try:
        walked = await wire.table(address, credential, list(INTERFACES.values()))
    except TooManyRows as error:
        walked = error.columns
    except (AgentError, BadReply):
        return 0
    columns = zip(INTERFACES.values(), walked, strict=True)
    return len(physical(table_rows(dict(zip(INTERFACES, columns, strict=True)))))


def text_of(varbind: VarBind) -> str:
    """The value as text, "" where it is none."""
    return decode_text(varbind.value).value if isinstance(varbind.value, bytes) else ""


def oid_of(varbind: VarBind) -> Oid:
    """The value where it is an OID, else the empty one."""
    return varbind.value if isinstance(varbind.value, tuple) else ()
