"""Which profile fits: by what a device calls itself, else by the tables that answer."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from monitoring.profiles.types import Carrier, Profile
from monitoring.snmp import Oid, oid

# Agents that many makers build in, and no name at all: such a sysObjectID tells of no device.
SHARED_OBJECT_IDS = (
    oid("1.3.6.1.4.1.8072.3.2"),  # net-snmp
    oid("1.3.6.1.4.1.2021.250"),  # ucd-snmp
    oid("0.0"),
)
BRIDGE = oid("1.3.6.1.2.1.17.1")
COMPUTER_TABLES = (oid("1.3.6.1.2.1.25.1.1"), oid("1.3.6.1.4.1.2021.4"))
# sysServices (RFC 3418) has a bit for each layer that a device works on.
LAYER_2, LAYER_3, LAYER_7 = 0x02, 0x04, 0x40
# Phones and cameras have a second socket; what has three passes traffic on.
LEAST_SOCKETS_OF_A_SWITCH = 3
LEAST_SOCKETS_OF_A_ROUTER = 2
# Above what only computers and nobody in particular have, below what has tables of its own.
CARRIER_RANK = 50


class Traits(NamedTuple):
    """What tells whether a device passes on the traffic of others.

    ``services`` is sysServices, ``forwards`` ipForwarding; ``sockets`` counts the ports that
    people can plug something into, and antennas.
    """

    services: int | None = None
    forwards: bool = False
    sockets: int = 0


NOTHING_KNOWN = Traits()


def is_shared(object_id: str) -> bool:
    """Whether a sysObjectID that begins so is the agent's rather than the device's."""
    return _is_shared(oid(object_id))


def probe_roots(profiles: Iterable[Profile]) -> list[Oid]:
    """The subtrees whose first object is asked for to tell the profiles apart."""
    return sorted({oid(text) for profile in profiles for text in profile.recognise.answers})


def recognise_by_name(
    profiles: Sequence[Profile], sys_object_id: Oid, sys_descr: str
) -> Profile | None:
    """The profile whose sysObjectID fits best, so that nothing more need be asked; else None.

    What a profile is based on gives way to it, however much longer the OID is that it names.
    """
    if _is_shared(sys_object_id):
        return None
    fitting = {p.name: _longest_prefix(p, sys_object_id) for p in profiles}
    named = [profile for profile in profiles if fitting[profile.name]]
    bases = {base for profile in named for base in _bases(profiles, profile)}
    return max(
        (profile for profile in named if profile.name not in bases),
        key=lambda p: (fitting[p.name], _is_described(p, sys_descr), p.recognise.rank, p.name),
        default=None,
    )


def recognise(
    profiles: Sequence[Profile],
    sys_object_id: Oid,
    sys_descr: str,
    answering: Collection[Oid],
    traits: Traits = NOTHING_KNOWN,
) -> Profile:
    """The profile that fits best; there is always one, since one asks for nothing.

    A table that answers is proof, and so is passing on the traffic of others. A description is
    little where tables are named too: a PC may be called "switch".
    """
    by_name = recognise_by_name(profiles, sys_object_id, sys_descr)
    if by_name is not None:
        return by_name
    carrier = carrier_of(traits, answering)
    is_named = bool(sys_object_id) and not _is_shared(sys_object_id)

    def fit(profile: Profile) -> tuple[bool, bool, int, str]:
        wanted = profile.recognise
        carries = carrier is not None and wanted.carrier == carrier
        proven = carries or _answers(profile, answering)
        described = _is_described(profile, sys_descr) and (proven or not wanted.answers)
        rank = max(wanted.rank, CARRIER_RANK) if carries else wanted.rank
        return described, proven, rank, profile.name

    possible = [p for p in profiles if _is_possible(p, sys_descr, is_named) or fit(p)[1]]
    return max(possible, key=fit)


def carrier_of(traits: Traits, answering: Collection[Oid]) -> Carrier | None:
    """As what a device passes on the traffic of others; None where nothing speaks for it.

    A computer with one socket may forward between the machines inside of it, and no more.
    """
    services = traits.services or 0
    is_computer = any(table in answering for table in COMPUTER_TABLES)
    if BRIDGE in answering or services & LAYER_2:
        return "network"
    if is_computer:
        routes = traits.forwards and traits.sockets >= LEAST_SOCKETS_OF_A_ROUTER
        return "computer" if routes else None
    routes = traits.forwards or bool(services & LAYER_3 and not services & LAYER_7)
    return "network" if routes or traits.sockets >= LEAST_SOCKETS_OF_A_SWITCH else None


def _is_possible(profile: Profile, sys_descr: str, is_named: bool) -> bool:
    """Whether a profile without proof may be meant; ``is_named``: the maker gave a sysObjectID."""
    wanted = profile.recognise
    if wanted.answers and not is_named:
        return False
    ways = wanted.object_ids or wanted.descriptions or wanted.answers or wanted.carrier
    return not ways or _is_described(profile, sys_descr)


def _bases(profiles: Sequence[Profile], profile: Profile) -> set[str]:
    """The names of all profiles that it is based on, by any number of steps."""
    by_name = {one.name: one for one in profiles}
    bases: set[str] = set()
    while profile.based_on is not None and profile.based_on not in bases:
        bases.add(profile.based_on)
        if profile.based_on not in by_name:
            break
        profile = by_name[profile.based_on]
    return bases


def _longest_prefix(profile: Profile, sys_object_id: Oid) -> int:
    if _begins_with(sys_object_id, profile.recognise.except_object_ids):
        return 0
    return _begins_with(sys_object_id, profile.recognise.object_ids)


def _begins_with(object_id: Oid, texts: Iterable[str]) -> int:
    """The length of the longest OID of ``texts`` that it begins with."""
    prefixes = map(oid, texts)
    return max((len(p) for p in prefixes if object_id[: len(p)] == p), default=0)


def _is_described(profile: Profile, sys_descr: str) -> bool:
    patterns = profile.recognise.descriptions
    return any(re.search(pattern, sys_descr, re.IGNORECASE) for pattern in patterns)


def _answers(profile: Profile, answering: Collection[Oid]) -> bool:
    return any(oid(text) in answering for text in profile.recognise.answers)


def _is_shared(object_id: Oid) -> bool:
    return any(object_id[: len(shared)] == shared for shared in SHARED_OBJECT_IDS)
