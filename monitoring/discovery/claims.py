"""Searches that a worker takes under a lease, and gives up when they stop one worker after another."""

from datetime import timedelta

import msgspec
import structlog

from core import clock, leases
from core.database import execute, fetch, fetch_one
from core.errors import NotFound, say
from core.leases import Queue
from monitoring.devices.credentials import EncryptedCredential

log = structlog.get_logger(__name__)

QUEUE = Queue(
    table="network_scan",
    until="lease_until",
    waiting="over_at IS NULL",
    lost="lost_claims",
    lease=timedelta(seconds=30),
    renew_seconds=10.0,
    longest_wait=timedelta(minutes=5),
)
# Several workers in a row that came no further were stopped by what they met.
MOST_LOST_CLAIMS = 5


class ScanClaim(msgspec.Struct, frozen=True):
    """A search that is ours until the lease ends; it begins at the place ``asked``."""

    id: int
    attempts: int
    lost_claims: int
    school: int
    network: int
    asked: int

    @property
    def is_suspect(self) -> bool:
        """Whether the worker before came no further."""
        return self.lost_claims > 1


class Range(msgspec.Struct, frozen=True):
    """What a search goes through, and how fast."""

    cidr: str
    addresses_per_second: int


class StoredKey(EncryptedCredential, frozen=True):
    """A credential of a network, as it is stored."""

    credential_id: int


async def claim_scan(*, suspects: bool = True) -> ScanClaim | None:
    """Take the oldest search that nobody works at, new or of a worker that was killed.

    One that came no further under several workers is failed in its place. Without ``suspects``
    only those whose last worker came further, or said that it stopped.
    """
    where = "true" if suspects else "lost_claims = 0"
    while claims := await leases.claim(ScanClaim, QUEUE, where=where):
        if claims[0].lost_claims <= MOST_LOST_CLAIMS:
            return claims[0]
        await _fail(claims[0])
    return None


async def _fail(claim: ScanClaim) -> None:
    log.error("search.stops_workers", scan=claim.id, lost_claims=claim.lost_claims - 1)
    await execute(
        "UPDATE network_scan SET failed_at = $3, lease_until = NULL"
        " WHERE id = $1 AND attempts = $2 AND over_at IS NULL",
        claim.id,
        claim.attempts,
        clock.now(),
    )


async def range_of(claim: ScanClaim) -> Range:
    """The network as it is now; NotFound when it was removed."""
    found = await fetch_one(
        Range, "SELECT cidr, addresses_per_second FROM network WHERE id = $1", claim.network
    )
    if found is None:
        raise NotFound(say("There is no such network, or it is not of your school"))
    return found


async def keys_of(network_id: int) -> list[StoredKey]:
    """The credentials that a search of the network may try, in their order."""
    return await fetch(
        StoredKey,
        "SELECT c.id AS credential_id, c.school AS school_id, c.version, c.user_name,"
        " c.auth_protocol, c.priv_protocol, c.context, c.sealed"
        " FROM network_credential nc JOIN credential c ON c.id = nc.credential"
        " WHERE nc.network = $1 ORDER BY nc.place, nc.id",
        network_id,
    )
