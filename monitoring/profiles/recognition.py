"""Which profile fits: by what a device calls itself, else by the tables that answer."""

import re
from collections.abc import Collection, Iterable, Sequence

from monitoring.profiles.types import Profile
from monitoring.snmp import Oid, oid

# Agents that many makers build in, and no name at all: such a sysObjectID tells of no device.
SHARED_OBJECT_IDS = (
    oid("1.3.6.1.4.1.8072.3.2"),  # net-snmp
    oid("1.3.6.1.4.1.2021.250"),  # ucd-snmp
    oid("0.0"),
)


def is_shared(object_id: str) -> bool:
    """Whether a sysObjectID that begins so is the agent's rather than the device's."""
    return _is_shared(oid(object_id))


def probe_roots(profiles: Iterable[Profile]) -> list[Oid]:
    """The subtrees whose first object is asked for to tell the profiles apart."""
    return sorted({oid(text) for profile in profiles for text in profile.recognise.answers})


def recognise_by_name(
    profiles: Sequence[Profile], sys_object_id: Oid, sys_descr: str
) -> Profile | None:
    """The profile whose sysObjectID fits best, so that nothing more need be asked; else None."""
    if _is_shared(sys_object_id):
        return None
    fitting = {p.name: _longest_prefix(p, sys_object_id) for p in profiles}
    named = [profile for profile in profiles if fitting[profile.name]]
    return max(
        named,
        key=lambda p: (fitting[p.name], _is_described(p, sys_descr), p.recognise.rank, p.name),
        default=None,
    )


def recognise(
    profiles: Sequence[Profile], sys_object_id: Oid, sys_descr: str, answering: Collection[Oid]
) -> Profile:
    """The profile that fits best; there is always one, since one asks for nothing.

    A table that answers is proof. A description alone is none where tables are named too: a PC
    may be called "switch".
    """
    by_name = recognise_by_name(profiles, sys_object_id, sys_descr)
    if by_name is not None:
        return by_name
    possible = [p for p in profiles if _is_possible(p, sys_descr, answering)]
    return max(
        possible,
        key=lambda p: (
            _is_described(p, sys_descr),
            _answers(p, answering),
            p.recognise.rank,
            p.name,
        ),
    )


def _is_possible(profile: Profile, sys_descr: str, answering: Collection[Oid]) -> bool:
    wanted = profile.recognise
    if _answers(profile, answering):
        return True
    if wanted.answers:
        return False
    asks_for_nothing = not wanted.object_ids and not wanted.descriptions
    return asks_for_nothing or _is_described(profile, sys_descr)


def _longest_prefix(profile: Profile, sys_object_id: Oid) -> int:
    prefixes = [oid(text) for text in profile.recognise.object_ids]
    fitting = [len(p) for p in prefixes if sys_object_id[: len(p)] == p]
    return max(fitting, default=0)


def _is_described(profile: Profile, sys_descr: str) -> bool:
    patterns = profile.recognise.descriptions
    return any(re.search(pattern, sys_descr, re.IGNORECASE) for pattern in patterns)


def _answers(profile: Profile, answering: Collection[Oid]) -> bool:
    return any(oid(text) in answering for text in profile.recognise.answers)


def _is_shared(object_id: Oid) -> bool:
    return any(object_id[: len(shared)] == shared for shared in SHARED_OBJECT_IDS)
