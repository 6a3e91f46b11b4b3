"""A visit: what it finds, and the steady one, which asks for what the plan of a full one names.

A plan names the rows of each table, remembers what describes them, and carries over what is read
by the hour. It is good for an hour, for one boot, for one device and for one set of profiles.
"""

import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from ipaddress import IPv4Address
from time import time
from typing import NamedTuple

import msgspec

from monitoring.alerting.rules import with_states
from monitoring.decoding import DECODERS, Found, Rows, decode, scalar_row, table_rows
from monitoring.decoding.readings import Reading, is_possible, without_repeats
from monitoring.decoding.topology import Surroundings, surroundings_of
from monitoring.polling.counters import Uptime, uptime_of
from monitoring.profiles import Profile, Read, all_profiles
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
    oid,
)

SYS_OBJECT_ID = oid("1.3.6.1.2.1.1.2.0")

Remembered = int | str | Oid | None  # a number; bytes in base64, or an IPv4 address; an OID


class RowsPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a profile's ``read``, as this device answers it.

    ``asked`` and ``remembered`` are by role: the places, in ``rows``, of the rows that have it; and
    its value, as it was, for each row. ``carried``: what it told when it was last read, where that is
    not done at each visit. ``is_walked``: its rows come and go, so only a walk finds them.
    """

    rows: list[Oid] = []
    asked: dict[str, list[int]] = {}
    remembered: dict[str, list[Remembered]] = msgspec.field(default_factory=dict, name="kept")
    carried: list[Reading] | None = None
    read_at: float = 0.0
    is_walked: bool = False


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to ask a device for; ``reads`` stands beside the profile's, entry by entry."""

    profiles: int
    profile: str
    object_id: Oid
    uptime: str | None = None
    reads: list[RowsPlan] = []


@cache
def profiles_mark() -> int:
    """Another number for other profiles: a plan made with them may miss what these ask for."""
    return zlib.crc32(msgspec.json.encode(all_profiles()))


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
    question = _question(profile, plan)
    sources = [plan.uptime] if plan.uptime else []
    first = [SYS_OBJECT_ID, *map(oid, sources)]
    asked = list(dict.fromkeys([*first, *question.oids]))
    varbinds = await wire.get(address, credential, asked)
    values: dict[Oid, Value] = {varbind.oid: varbind.value for varbind in varbinds}
    uptime = uptime_of(sources, values)
    object_id = values[SYS_OBJECT_ID]
    if (
        (object_id if isinstance(object_id, tuple) else ()) != plan.object_id
        or (sources and uptime is None)
        or (uptime is not None and has_rebooted(uptime))
        or (_has_gone(question, values) and not may_miss_rows)
    ):
        raise Changed
    results = [
        await _result_of(wire, address, credential, read, rows, cells, values)
        for read, rows, cells in zip(profile.read, plan.reads, question.cells, strict=True)
    ]
    return assemble(profile, results, uptime, identity={})


class Cell(NamedTuple):
    """Where one answer belongs."""

    oid: Oid
    row: Oid
    role: str


class Question(NamedTuple):
    """All that a steady visit asks in one GET, and the cells of each read."""

    oids: list[Oid]
    cells: list[list[Cell]]


def _question(profile: Profile, plan: Plan) -> Question:
    """The objects to ask for, each once, and where the answers belong."""
    cells = [
        [
            Cell(roots[role] + rows.rows[place], rows.rows[place], role)
            for role, places in rows.asked.items()
            for place in places
        ]
        for roots, rows in zip(map(_roots, profile.read), plan.reads, strict=True)
    ]
    return Question(list(dict.fromkeys(cell.oid for some in cells for cell in some)), cells)


def _roots(read: Read) -> dict[str, Oid]:
    return {role: oid(text) for role, text in read.objects.items()}


def _has_gone(question: Question, values: dict[Oid, Value]) -> bool:
    """Whether something that was there is there no more: rows were renumbered, or taken out."""
    return any(values[one] is None for one in question.oids)


class ReadResult(NamedTuple):
    """What one entry of a profile's ``read`` gave, now or at an earlier visit."""

    found: Sequence[Found]
    is_carried: bool = False


async def _result_of(
    wire: Wire,
    address: Address,
    credential: Credential,
    read: Read,
    plan: RowsPlan,
    cells: list[Cell],
    values: dict[Oid, Value],
) -> ReadResult:
    if plan.carried is not None:
        return ReadResult(plan.carried, is_carried=True)
    if plan.is_walked:
        return ReadResult(decode(await rows_now(wire, address, credential, read, {}), read))
    return ReadResult(decode(_answered(plan, cells, values), read))


def _answered(plan: RowsPlan, cells: list[Cell], values: dict[Oid, Value]) -> Rows:
    """The rows of one read: what was remembered of them, and what was just answered."""
    rows: Rows = {index: {} for index in plan.rows}
    for role, column in plan.remembered.items():
        for index, remembered in zip(plan.rows, column, strict=True):
            if remembered is not None:
                rows[index][role] = _unpacked(remembered)
    for cell in cells:
        value = values[cell.oid]
        if value is not None:
            rows[cell.row][cell.role] = value
    return {index: row for index, row in rows.items() if row}


def _unpacked(remembered: Remembered) -> Value:
    if not isinstance(remembered, str):
        return remembered
    # Base64 has no full stop, and an address cannot be without.
    return IPv4Address(remembered) if "." in remembered else b64decode(remembered)


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
    readings = readings_of(found)
    around = Surroundings() if len(readings) == len(found) else surroundings_of(found)
    refused = [one for one in readings if not is_possible(one)]
    readings = [one for one in readings if is_possible(one)] if refused else readings
    if uptime is not None:
        readings.insert(0, Reading("uptime", value=int(uptime.seconds), unit="seconds"))
    old = {(r.metric, r.instance) for t in results if t.is_carried for r in readings_of(t.found)}
    if old:
        new = (r for part in results if not part.is_carried for r in readings_of(part.found))
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


def readings_of(found: Iterable[Found]) -> list[Reading]:
    return [one for one in found if isinstance(one, Reading)]
