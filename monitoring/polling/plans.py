"""What a full visit found a device to have, so that the visits after it ask for just that.

A plan names the rows of each table, remembers what describes them, and carries over what is read
by the hour. It is good for an hour, for one boot, for one device and for one set of profiles.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Address
from typing import NamedTuple

import msgspec

from monitoring.decoding import DECODERS, Rows
from monitoring.decoding.readings import Reading
from monitoring.polling.scheduler import share_of
from monitoring.profiles import Profile, Read, all_profiles
from monitoring.snmp import Oid, Value, oid

GOOD_SECONDS = 3600
# Plans that were made together, after a start, are renewed over a third of an hour.
EARLIEST_SHARE = 0.7
DAY_SECONDS = 24 * 3600
# Rows that come and go would otherwise have a device walked at every visit.
LEAST_SECONDS_BETWEEN_WALKS = 300

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
    object_id: str
    uptime: str | None = None
    reads: list[RowsPlan] = []


class Cell(NamedTuple):
    """Where one answer belongs."""

    oid: Oid
    row: Oid
    role: str


class Question(NamedTuple):
    """All that a steady visit asks in one GET, and the cells of each read."""

    oids: list[Oid]
    cells: list[list[Cell]]


@cache
def profiles_mark() -> int:
    """Another number for other profiles: a plan made with them may miss what these ask for."""
    return zlib.crc32(msgspec.json.encode(all_profiles()))


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


def is_good(plan: Plan, *, device_id: int, profile: Profile | None, age_seconds: float) -> bool:
    """Whether the plan still holds, as far as can be known before the device is asked."""
    share = EARLIEST_SHARE + (1 - EARLIEST_SHARE) * share_of(device_id)
    return (
        profile is not None
        and plan.profile == profile.name
        and plan.profiles == profiles_mark()
        and len(plan.reads) == len(profile.read)
        and 0 <= age_seconds < GOOD_SECONDS * share
    )


def still_carried(plan: Plan | None, profile: Profile, at: float) -> dict[int, RowsPlan]:
    """The reads that even a full visit need not repeat: those by the day, by their place."""
    if plan is None or plan.profile != profile.name or plan.profiles != profiles_mark():
        return {}
    return {
        place: before
        for place, (read, before) in enumerate(zip(profile.read, plan.reads, strict=True))
        if read.every == "day" and before.carried is not None and at - before.read_at < DAY_SECONDS
    }


def question(profile: Profile, plan: Plan) -> Question:
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


def answered(plan: RowsPlan, cells: list[Cell], values: dict[Oid, Value]) -> Rows:
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


def has_gone(question: Question, values: dict[Oid, Value]) -> bool:
    """Whether something that was there is there no more: rows were renumbered, or taken out."""
    return any(values[one] is None for one in question.oids)


def _roots(read: Read) -> dict[str, Oid]:
    return {role: oid(text) for role, text in read.objects.items()}


def _packed(value: Value) -> Remembered:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, IPv4Address):
        return str(value)
    return value


def _unpacked(remembered: Remembered) -> Value:
    if not isinstance(remembered, str):
        return remembered
    # Base64 has no full stop, and an address cannot be without.
    return IPv4Address(remembered) if "." in remembered else b64decode(remembered)
