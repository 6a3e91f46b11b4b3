"""What a device's ports are called, as its last full visit found them: traps name only numbers."""

from base64 import b64decode

import msgspec

from core.database import fetch
from monitoring.decoding.rows import decode_text
from monitoring.polling.visit import Plan, RowsPlan
from monitoring.profiles import profile_named

NAMES = ("name", "descr")  # in the order in which visits prefer them


class _Planned(msgspec.Struct, frozen=True):
    device_id: int
    plan: Plan


async def port_names(device_ids: list[int]) -> dict[int, dict[int, str]]:
    """By device, the names of its ports by ifIndex; devices that tell of none are left out."""
    if not device_ids:
        return {}
    rows = await fetch(
        _Planned,
        "SELECT device AS device_id, plan FROM latest_visit"
        " WHERE device = any($1::bigint[]) AND plan IS NOT NULL",
        device_ids,
    )
    return {row.device_id: names for row in rows if (names := names_in(row.plan))}


def names_in(plan: Plan) -> dict[int, str]:
    """The names that a plan remembers; empty for one made with other profiles."""
    profile = profile_named(plan.profile)
    if profile is None or len(profile.read) != len(plan.reads):
        return {}
    names: dict[int, str] = {}
    for read, rows in zip(profile.read, plan.reads, strict=True):
        if read.decode == "interfaces":
            names |= _names(rows)
    return names


def _names(rows: RowsPlan) -> dict[int, str]:
    names: dict[int, str] = {}
    for role in reversed(NAMES):
        for index, remembered in zip(rows.rows, rows.remembered.get(role, []), strict=False):
            if len(index) == 1 and isinstance(remembered, str) and (name := _text(remembered)):
                names[index[0]] = name
    return names


def _text(remembered: str) -> str:
    # An IPv4 address has full stops, base64 has none.
    return remembered if "." in remembered else decode_text(b64decode(remembered)).value
