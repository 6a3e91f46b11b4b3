"""A visit: a full one that looks at everything, and one by the plan that asks for what changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import time
from typing import NamedTuple

import msgspec

from core.errors import say
from monitoring.alerting.rules import with_states
from monitoring.decoding import DECODERS, Found, Rows, decode, scalar_row, table_rows
from monitoring.decoding.readings import Reading, is_possible, without_repeats
from monitoring.decoding.topology import Surroundings, surroundings_of
from monitoring.polling import plans
from monitoring.polling.counters import Uptime
from monitoring.polling.plans import Plan, Question, RowsPlan
from monitoring.profiles import Profile, Read, profile_named
from monitoring.profiles.identification import oid_of, recognise_device, text_of
from monitoring.snmp import (
    Address,
    AgentError,
    BadReply,
    Credential,
    Oid,
    TooManyRows,
    Value,
    VarBind,
    Wire,
    dotted,
    oid,
)

SYS_DESCR, SYS_OBJECT_ID, SYS_CONTACT, SYS_NAME, SYS_LOCATION = (
    oid(f"1.3.6.1.2.1.1.{n}.0") for n in (1, 2, 4, 5, 6)
)
SYS_UPTIME, SNMP_ENGINE_TIME = oid("1.3.6.1.2.1.1.3.0"), oid("1.3.6.1.6.3.10.2.1.3.0")
SYSTEM = {
    "name": SYS_NAME,
    "description": SYS_DESCR,
    "location": SYS_LOCATION,
    "contact": SYS_CONTACT,
}


class Visit(msgspec.Struct, frozen=True):
    """What one visit found; ``profile`` is the name of the profile it was read with.

    ``carried``: the metrics and instances among the readings that were not read now, but by an
    earlier visit. ``plan``: what the next visits may ask for, where this one looked at everything;
    one that did not has no identity to tell either. ``refused``: what no device can mean, left out.
    """

    profile: str
    identity: dict[str, str]
    readings: list[Reading]
    uptime: Uptime | None = None
    at: float = 0.0
    surroundings: Surroundings = Surroundings()
    carried: frozenset[tuple[str, str]] = frozenset()
    plan: Plan | None = None
    refused: list[Reading] = []


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
    carried = plans.still_carried(before, chosen, at)
    results: list[ReadResult] = []
    reads: list[RowsPlan] = []
    for place, read in enumerate(chosen.read):
        if (still_good := carried.get(place)) is not None:
            results.append(ReadResult(still_good.carried or [], is_carried=True))
            reads.append(still_good)
            continue
        rows = await rows_now(wire, address, credential, read, scalars)
        results.append(ReadResult(decode(rows, read)))
        reads.append(plans.rows_plan(read, rows, _readings(results[-1].found), at))
    uptime = uptime_of(chosen.uptime, {one: varbind.value for one, varbind in scalars.items()})
    identity = _identity(chosen, scalars)
    plan = Plan(
        profiles=plans.profiles_mark(),
        profile=chosen.name,
        object_id=identity.get("sys_object_id", ""),
        uptime=uptime.source if uptime else None,
        reads=reads,
    )
    return assemble(chosen, results, uptime, identity=identity, plan=plan)


class ReadResult(NamedTuple):
    """What one entry of a profile's ``read`` gave, now or at an earlier visit."""

    found: Sequence[Found]
    is_carried: bool = False


def assemble(
    profile: Profile,
    results: list[ReadResult],
    uptime: Uptime | None,
    *,
    identity: dict[str, str],
    plan: Plan | None = None,
) -> Visit:
    """All that was read, in the profile's order, with the state of each reading by the rules."""
    found = [one for part in results for one in part.found]
    readings = _readings(found)
    around = Surroundings() if len(readings) == len(found) else surroundings_of(found)
    refused = [one for one in readings if not is_possible(one)]
    readings = [one for one in readings if is_possible(one)] if refused else readings
    if uptime is not None:
        readings.insert(0, Reading("uptime", value=int(uptime.seconds), unit="seconds"))
    old = {(r.metric, r.instance) for t in results if t.is_carried for r in _readings(t.found)}
    if old:
        new = (r for part in results if not part.is_carried for r in _readings(part.found))
        old -= {(r.metric, r.instance) for r in new}
    return Visit(
        profile.name,
        identity,
        with_states(profile, without_repeats(readings)),
        uptime,
        time(),
        around,
        frozenset(old),
        plan,
        refused,
    )


def _readings(found: Iterable[Found]) -> list[Reading]:
    return [one for one in found if isinstance(one, Reading)]


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


async def rows_now(
    wire: Wire,
    address: Address,
    credential: Credential,
    read: Read,
    scalars: dict[Oid, VarBind],
) -> Rows:
    """The rows of one read as they are now: of ``scalars``, or of a walk."""
    if read.is_scalar:
        return scalar_row(read.objects, scalars)
    roots = [oid(text) for text in read.objects.values()]
    try:
        walked = await wire.table(address, credential, roots)
    except TooManyRows as error:
        if not DECODERS[read.decode].may_be_cut:
            return {}
        walked = error.columns
    except (AgentError, BadReply):
        return {}
    columns = dict(zip(read.objects, zip(roots, walked, strict=True), strict=True))
    return table_rows(columns)


def uptime_of(sources: Iterable[str], values: Mapping[Oid, Value]) -> Uptime | None:
    """The uptime by the first of the sources (dotted OIDs) that gives one."""
    for text in sources:
        value = values[oid(text)]
        if isinstance(value, int) and value >= 0:
            return Uptime(value, text, _engine_seconds(text, values))
    return None


def _engine_seconds(source: str, values: Mapping[Oid, Value]) -> int | None:
    """snmpEngineTime, where it was asked for and the uptime is the agent's as well."""
    value = values.get(SNMP_ENGINE_TIME)
    return value if oid(source) == SYS_UPTIME and isinstance(value, int) else None


def _identity(profile: Profile, scalars: dict[Oid, VarBind]) -> dict[str, str]:
    identity = {name: text_of(scalars[one]) for name, one in SYSTEM.items()}
    identity["sys_object_id"] = dotted(oid_of(scalars[SYS_OBJECT_ID]))
    for name, text in profile.identity.items():
        identity[name] = text_of(scalars[oid(text)])
    return {name: value for name, value in identity.items() if value}


class Changed(Exception):
    """The device is not as the plan has it: another one, started again, or with other rows."""


async def visit_by_plan(
    wire: Wire,
    address: Address,
    credential: Credential,
    profile: Profile,
    plan: Plan,
    *,
    has_rebooted: Callable[[Uptime], bool],
    may_miss_rows: bool = False,
) -> Visit:
    """Ask for what the plan names; Changed when a full visit must find out what there is now.

    ``may_miss_rows``: rows that are gone are left out instead, for they went lately as well.
    """
    question = plans.question(profile, plan)
    sources = [plan.uptime] if plan.uptime else []
    first = [SYS_OBJECT_ID, *map(oid, sources)]
    asked = list(dict.fromkeys([*first, *question.oids]))
    varbinds = await wire.get(address, credential, asked)
    values: dict[Oid, Value] = {varbind.oid: varbind.value for varbind in varbinds}
    uptime = uptime_of(sources, values)
    if (
        _object_id(values) != plan.object_id
        or (sources and uptime is None)
        or (uptime is not None and has_rebooted(uptime))
        or (plans.has_gone(question, values) and not may_miss_rows)
    ):
        raise Changed
    results = [
        await _result_of(wire, address, credential, read, rows, question, place, values)
        for place, (read, rows) in enumerate(zip(profile.read, plan.reads, strict=True))
    ]
    return assemble(profile, results, uptime, identity={})


async def _result_of(
    wire: Wire,
    address: Address,
    credential: Credential,
    read: Read,
    plan: RowsPlan,
    question: Question,
    place: int,
    values: dict[Oid, Value],
) -> ReadResult:
    if plan.carried is not None:
        return ReadResult(plan.carried, is_carried=True)
    if plan.is_walked:
        return ReadResult(decode(await rows_now(wire, address, credential, read, {}), read))
    return ReadResult(decode(plans.answered(plan, question.cells[place], values), read))


def _object_id(values: dict[Oid, Value]) -> str:
    value = values[SYS_OBJECT_ID]
    return dotted(value) if isinstance(value, tuple) else ""
