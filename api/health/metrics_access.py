"""Who may read the figures: this machine, and tokens for monitoring, also while the database is away."""

import asyncio
from ipaddress import ip_address
from time import monotonic

from api.health.probes import PATIENCE_SECONDS
from api.http.identity import client_address, find_actor, identify
from api.http.types import WebRequest
from core.access import Role
from core.database_faults import DATABASE_AWAY
from core.errors import Unavailable
from core.hashing import hash_token

# A token that was good so lately is believed while nobody can be asked: that is when its figures
# are wanted most. One that is revoked meanwhile reads figures for so much longer.
BELIEVED_SECONDS = 300.0
MOST_BELIEVED = 100

_good_at: dict[bytes, float] = {}

# What proxies add for those for whom they ask.
FORWARDED = {"forwarded", "x-forwarded-for", "x-real-ip", "via"}


async def may_read_metrics(request: WebRequest) -> bool:
    """Whether to show them; Unavailable if the database is away and the token is not known."""
    if _is_from_this_machine(request):
        return True
    key = hash_token(request.headers.get("authorization", ""))
    try:
        allowed = await _ask(request)
    except Unavailable:
        if monotonic() - _good_at.get(key, float("-inf")) < BELIEVED_SECONDS:
            return True
        raise
    _remember(key, allowed=allowed)
    return allowed


async def _ask(request: WebRequest) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await identify(request)
    except TimeoutError as error:
        raise Unavailable(DATABASE_AWAY, code="database_down") from error
    actor = find_actor(request)
    return (
        actor is not None
        and actor.is_a(Role.admin, Role.technician)
        and actor.may("monitoring:read")
    )


def _remember(key: bytes, *, allowed: bool) -> None:
    _good_at.pop(key, None)
    if allowed:
        _good_at[key] = monotonic()
    while len(_good_at) > MOST_BELIEVED:
        _good_at.pop(next(iter(_good_at)))


def _is_from_this_machine(request: WebRequest) -> bool:
    """Not a visitor whom a proxy of this machine brings without being named (LABSHARE_PROXIES)."""
    if FORWARDED & set(request.headers.keys()):
        return False
    try:
        return ip_address(client_address(request)).is_loopback
    except ValueError:
        return False
