"""A full visit: who the device is, all that its profile names, and the plan for the visits after it."""

from base64 import b64encode
from collections.abc import Sequence
from ipaddress import IPv4Address
from time import time

from core.errors import say
from monitoring.decoding import DECODERS, Rows, decode
from monitoring.decoding.readings import Reading
from monitoring.polling.counters import SNMP_ENGINE_TIME, uptime_of
from monitoring.polling.visit import (
    SYS_OBJECT_ID,
    Plan,
    ReadResult,
    Remembered,
    RowsPlan,
    Visit,
    assemble,
    profiles_mark,
    readings_of,
    rows_now,
)
from monitoring.profiles import Profile, Read, profile_named
from monitoring.profiles.identification import oid_of, recognise_device, text_of
from monitoring.snmp import Address, BadReply, Credential, Oid, Value, VarBind, Wire, dotted, oid

SYS_DESCR, SYS_CONTACT, SYS_NAME, SYS_LOCATION = (oid(f"1.3.6.1.2.1.1.{n}.0") for n in (1, 4, 5, 6))
SYSTEM = {
    "name": SYS_NAME,
    "description": SYS_DESCR,
    "location": SYS_LOCATION,
    "contact": SYS_CONTACT,
}
DAY_SECONDS = 24 * 3600


async def visit(
    wire: Wire,
    address: Address,
    credential: Credential,
    *,
    profile: str | None = None,
    before: Plan | None = None,
) -> Visit:
    """Recognise the device (or take ``profile`` for granted) and read all that its profile names.

    Raises SnmpError when the device gives nothing; a table that one agent garbles is left out.
    What is read by the day is taken from the plan ``before`` while that is not over.
    """
    known = profile_named(profile) if profile else None
    chosen = known or await _recognised(wire, address, credential)
    scalars = await _scalars(wire, address, credential, chosen)
    at = time()
    carried = still_carried(before, chosen, at)
    results: list[ReadResult] = []
    reads: list[RowsPlan] = []
    for place, read in enumerate(chosen.read):
        if (still_good := carried.get(place)) is not None:
            results.append(ReadResult(still_good.carried or [], is_carried=True))
            reads.append(still_good)
            continue
        rows = await rows_now(wire, address, credential, read, scalars)
        results.append(ReadResult(decode(rows, read)))
        reads.append(rows_plan(read, rows, readings_of(results[-1].found), at))
    uptime = uptime_of(chosen.uptime, {one: varbind.value for one, varbind in scalars.items()})
    identity = _identity(chosen, scalars)
    plan = Plan(
        profiles=profiles_mark(),
        profile=chosen.name,
        object_id=oid_of(scalars[SYS_OBJECT_ID]),
        uptime=uptime.source if uptime else None,
        reads=reads,
    )
    return assemble(chosen, results, uptime, identity=identity, plan=plan)


async def _recognised(wire: Wire, address: Address, credential: Credential) -> Profile:
    object_id, descr = await wire.get(address, credential, [SYS_OBJECT_ID, SYS_DESCR])
    found = await recognise_device(wire, address, credential, object_id, descr)
    if object_id.value is None and descr.value is None and not found.answers:
        raise BadReply(say("The device answers, but lets us read nothing"))
    return found.profile


async def _scalars(
    wire: Wire, address: Address, credential: Credential, profile: Profile
) -> dict[Oid, VarBind]:
    wanted = [*SYSTEM.values(), SYS_OBJECT_ID, *map(oid, profile.identity.values())]
    wanted += [*map(oid, profile.uptime), SNMP_ENGINE_TIME]
    wanted += [oid(o) for read in profile.read if read.is_scalar for o in read.objects.values()]
    unique = list(dict.fromkeys(wanted))
    return {varbind.oid: varbind for varbind in await wire.get(address, credential, unique)}


def _identity(profile: Profile, scalars: dict[Oid, VarBind]) -> dict[str, str]:
    identity = {name: text_of(scalars[one]) for name, one in SYSTEM.items()}
    identity["sys_object_id"] = dotted(oid_of(scalars[SYS_OBJECT_ID]))
    for name, text in profile.identity.items():
        identity[name] = text_of(scalars[oid(text)])
    return {name: value for name, value in identity.items() if value}


def rows_plan(read: Read, rows: Rows, carried: Sequence[Reading], at: float) -> RowsPlan:
    """What to ask for next time, after ``read`` found ``rows`` and made ``carried`` of them."""
    if read.every != "visit":
        return RowsPlan(carried=list(carried), read_at=at)
    decoder = DECODERS[read.decode]
    if decoder.rows_come_and_go and not read.is_scalar:
        return RowsPlan(is_walked=True)
    rows = decoder.worth_asking(rows)
    remembered: dict[str, list[Remembered]] = {}
    asked: dict[str, list[int]] = {}
    for role in read.objects:
        better = decoder.instead_of.get(role)
        places = [p for p, row in enumerate(rows.values()) if role in row and better not in row]
        if not places:
            continue
        if role in decoder.steady:
            remembered[role] = [_packed(row.get(role)) for row in rows.values()]
        else:
            asked[role] = places
    return RowsPlan(list(rows), asked, remembered)


def _packed(value: Value) -> Remembered:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, IPv4Address):
        return str(value)
    return value


def still_carried(plan: Plan | None, profile: Profile, at: float) -> dict[int, RowsPlan]:
    """The reads that even a full visit need not repeat: those by the day, by their place."""
    if plan is None or plan.profile != profile.name or plan.profiles != profiles_mark():
        return {}
    return {
        place: before
        for place, (read, before) in enumerate(zip(profile.read, plan.reads, strict=True))
        if read.every == "day" and before.carried is not None and at - before.read_at < DAY_SECONDS
    }
