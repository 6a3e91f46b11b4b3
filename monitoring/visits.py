"""One visit to one device, without a database: who it is, what it says, in what state it is."""

from time import time

import msgspec

from core.errors import say
from monitoring.decoding import DECODERS, Found, Rows, scalar_row, table_rows
from monitoring.profiles import (
    Profile,
    Read,
    all_profiles,
    probe_roots,
    profile_named,
    recognise,
)
from monitoring.readings import Reading, without_repeats
from monitoring.rules import with_states
from monitoring.sightings import Surroundings, surroundings_of
from monitoring.snmp import (
    Address,
    AgentError,
    BadReply,
    Credential,
    Oid,
    VarBind,
    Wire,
    dotted,
    oid,
)
from monitoring.text import decode_text

SYS_DESCR, SYS_OBJECT_ID, SYS_CONTACT, SYS_NAME, SYS_LOCATION = (
    oid(f"1.3.6.1.2.1.1.{n}.0") for n in (1, 2, 4, 5, 6)
)
SYSTEM = {
    "name": SYS_NAME,
    "description": SYS_DESCR,
    "location": SYS_LOCATION,
    "contact": SYS_CONTACT,
}


class Uptime(msgspec.Struct, frozen=True):
    """Hundredths of a second since the start, in 32 bits as the agent counts them, and by whom."""

    ticks: int
    source: str


class Visit(msgspec.Struct, frozen=True):
    """What one visit found; ``profile`` is the name of the profile it was read with."""

    profile: str
    identity: dict[str, str]
    readings: list[Reading]
    uptime: Uptime | None = None
    at: float = 0.0
    surroundings: Surroundings = Surroundings()


async def visit(
    wire: Wire, address: Address, credential: Credential, *, profile: str | None = None
) -> Visit:
    """Recognise the device (or take ``profile`` for granted) and read all that its profile names.

    Raises SnmpError when the device gives nothing; a table that one agent garbles is left out.
    """
    known = profile_named(profile) if profile else None
    chosen = known or await _recognised(wire, address, credential)
    scalars = await _scalars(wire, address, credential, chosen)
    found: list[Found] = []
    for read in chosen.read:
        rows = await _rows(wire, address, credential, read, scalars)
        found += DECODERS[read.decode].decode(rows, read)
    readings = [one for one in found if isinstance(one, Reading)]
    uptime = _uptime(chosen, scalars)
    if uptime is not None:
        readings.insert(0, Reading("uptime", value=uptime.ticks // 100, unit="seconds"))
    return Visit(
        chosen.name,
        _identity(chosen, scalars),
        with_states(chosen, without_repeats(readings)),
        uptime,
        time(),
        surroundings_of(found),
    )


async def _recognised(wire: Wire, address: Address, credential: Credential) -> Profile:
    profiles = all_profiles()
    object_id, descr = await wire.get(address, credential, [SYS_OBJECT_ID, SYS_DESCR])
    answering = await wire.answering(address, credential, probe_roots(profiles))
    if object_id.value is None and descr.value is None and not answering:
        raise BadReply(say("The device answers, but lets us read nothing"))
    return recognise(profiles, _oid_of(object_id), _text_of(descr), answering)


async def _scalars(
    wire: Wire, address: Address, credential: Credential, profile: Profile
) -> dict[Oid, VarBind]:
    wanted = [*SYSTEM.values(), SYS_OBJECT_ID, *map(oid, profile.identity.values())]
    wanted += map(oid, profile.uptime)
    wanted += [oid(o) for read in profile.read if read.is_scalar for o in read.objects.values()]
    unique = list(dict.fromkeys(wanted))
    return {varbind.oid: varbind for varbind in await wire.get(address, credential, unique)}


async def _rows(
    wire: Wire,
    address: Address,
    credential: Credential,
    read: Read,
    scalars: dict[Oid, VarBind],
) -> Rows:
    if read.is_scalar:
        return scalar_row(read.objects, scalars)
    columns = {}
    for role, text in read.objects.items():
        root = oid(text)
        try:
            columns[role] = (root, await wire.walk(address, credential, root))
        except (AgentError, BadReply):
            return {}
    return table_rows(columns)


def _uptime(profile: Profile, scalars: dict[Oid, VarBind]) -> Uptime | None:
    for text in profile.uptime:
        value = scalars[oid(text)].value
        if isinstance(value, int) and value >= 0:
            return Uptime(value, text)
    return None


def _identity(profile: Profile, scalars: dict[Oid, VarBind]) -> dict[str, str]:
    identity = {name: _text_of(scalars[one]) for name, one in SYSTEM.items()}
    identity["sys_object_id"] = dotted(_oid_of(scalars[SYS_OBJECT_ID]))
    for name, text in profile.identity.items():
        identity[name] = _text_of(scalars[oid(text)])
    return {name: value for name, value in identity.items() if value}


def _text_of(varbind: VarBind) -> str:
    return decode_text(varbind.value).value if isinstance(varbind.value, bytes) else ""


def _oid_of(varbind: VarBind) -> Oid:
    return varbind.value if isinstance(varbind.value, tuple) else ()
