"""Which profile fits: by the tables that answer and by what the device calls itself."""

import re
from collections.abc import Collection, Iterable

from monitoring.profiles.types import Profile
from monitoring.snmp import Oid, oid

# A table that answers is proof; a vendor's object ID may be that of the board inside.
TABLE_ANSWERS = 20
NAMED_BY_OBJECT_ID = 30
NAMED_BY_DESCRIPTION = 50


def probe_roots(profiles: Iterable[Profile]) -> list[Oid]:
    """The subtrees whose first object is asked for to tell the profiles apart."""
    return sorted({oid(text) for profile in profiles for text in profile.recognise.answers})


def recognise(
    profiles: Iterable[Profile], sys_object_id: Oid, sys_descr: str, answering: Collection[Oid]
) -> Profile:
    """The profile that fits best; there is always one, since one asks for nothing."""
    scores = {p.name: _score(p, sys_object_id, sys_descr, answering) for p in profiles}
    return max(profiles, key=lambda profile: (scores[profile.name], profile.name))


def _score(profile: Profile, sys_object_id: Oid, sys_descr: str, answering: Collection[Oid]) -> int:
    """The rank and what speaks for the profile; -1 when nothing that it asks for is there."""
    wanted = profile.recognise
    answers = any(oid(text) in answering for text in wanted.answers)
    prefixes = [oid(text) for text in wanted.object_ids]
    is_named = any(sys_object_id[: len(prefix)] == prefix for prefix in prefixes)
    if wanted.answers and not (answers or is_named):
        return -1
    is_described = any(re.search(p, sys_descr, re.IGNORECASE) for p in wanted.descriptions)
    return (
        wanted.rank
        + TABLE_ANSWERS * answers
        + NAMED_BY_OBJECT_ID * is_named
        + NAMED_BY_DESCRIPTION * is_described
    )
