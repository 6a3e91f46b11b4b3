"""What a search found, written down: progress and candidates together, both or neither."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from monitoring.discovery.asset_lookup import Known, match
from monitoring.discovery.claims import ScanClaim
from monitoring.discovery.identifying import Discovered
from monitoring.discovery.matching import Match

WORKER_NAME = "monitoring"


async def store_progress(
    claim: ScanClaim, asked: int, found: Sequence[Discovered], *, is_over: bool
) -> bool:
    """Store how far the search is and what it found; False when it is ours no longer."""
    now = clock.now()
    async with transaction(Actor.system(WORKER_NAME, [claim.school])):
        is_ours = await fetch_value(
            "UPDATE network_scan SET asked = :asked, answered = answered + :found,"
            " lost_claims = CASE WHEN asked < :asked THEN 0 ELSE lost_claims END,"
            " finished_at = CASE WHEN :is_over THEN :now::timestamptz END,"
            " lease_until = CASE WHEN :is_over THEN NULL ELSE lease_until END"
            " WHERE id = :id AND attempts = :attempts AND over_at IS NULL RETURNING id",
            id=claim.id,
            attempts=claim.attempts,
            asked=asked,
            found=len(found),
            is_over=is_over,
            now=now,
        )
        if is_ours is None:
            return False
        await _lock_in_order(claim, found)
        for discovered in found:
            await store_candidate(claim, discovered, now)
    return True


async def _lock_in_order(claim: ScanClaim, found: Sequence[Discovered]) -> None:
    """The network as one who removes it holds it, and devices that may learn as visits lock them."""
    await execute("SELECT FROM network WHERE id = $1 FOR KEY SHARE", claim.network)
    await execute(
        "SELECT FROM device WHERE school = $1 AND address = any($2::text[]) AND mac IS NULL"
        " AND removed_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        claim.school,
        [one.address for one in found if one.macs],
    )


async def store_candidate(claim: ScanClaim, discovered: Discovered, now: datetime) -> None:
    """One that was discovered, as a candidate with its verdict; what is a device already only learns."""
    if await _is_device(claim, discovered):
        return
    known = known_of(claim.school, discovered)
    verdict = await match(known)
    await execute(
        """
        INSERT INTO candidate AS c (school, network, address, port, credential, profile, identity,
                                    mac, trust, asset, keys, found_at, seen_at)
        VALUES (:school_id, :network_id, :address, :port, :credential_id, :profile,
                :identity, :mac, :trust, :asset_id, :keys, :now, :now)
        ON CONFLICT (school, address, port) DO UPDATE SET
            network = excluded.network, credential = excluded.credential,
            profile = excluded.profile, identity = excluded.identity, mac = excluded.mac,
            trust = excluded.trust, asset = excluded.asset, keys = excluded.keys,
            seen_at = excluded.seen_at,
            (decision, decided_at, decided_by, device) = (
                SELECT c.decision, c.decided_at, c.decided_by, c.device
                 WHERE c.decision = 'ignored'
                   AND (c.mac IS NULL OR excluded.mac IS NULL OR c.mac = excluded.mac))
        """,
        school_id=claim.school,
        network_id=claim.network,
        address=discovered.address,
        port=discovered.port,
        credential_id=discovered.credential_id,
        profile=discovered.profile,
        identity=_json(stored_identity(discovered)),
        mac=discovered.macs[0] if discovered.macs else None,
        trust=verdict.trust,
        asset_id=verdict.asset_id,
        keys=_json(verdict),
        now=now,
    )


async def _is_device(claim: ScanClaim, discovered: Discovered) -> bool:
    """Whether a device is at the address already; it learns its card's number, if it had none."""
    device_id = await fetch_value(
        "SELECT id FROM device WHERE school = $1 AND address = $2 AND removed_at IS NULL"
        " AND (port = $3 OR method = 'ping') ORDER BY id LIMIT 1",
        claim.school,
        discovered.address,
        discovered.port,
    )
    if device_id is None:
        return False
    if discovered.macs:
        await execute(
            "UPDATE device SET mac = $2 WHERE id = $1 AND mac IS NULL",
            device_id,
            discovered.macs[0],
        )
    await execute(
        "DELETE FROM candidate WHERE school = $1 AND address = $2 AND port = $3"
        " AND decision IS NULL",
        claim.school,
        discovered.address,
        discovered.port,
    )
    return True


class _Waiting(msgspec.Struct, frozen=True):
    id: int
    school_id: int
    address: str
    port: int
    profile: str | None
    identity: dict[str, str]

    @property
    def known(self) -> Known:
        return known_again(self.school_id, self.address, self.port, self.profile, self.identity)


MOST_MATCHED_AT_ONCE = 500


async def match_waiting() -> int:
    """Judge those who wait once more: assets come, move and get serial numbers; how many changed.

    Where more wait than are judged at once, chance lets each have its turn.
    """
    waiting = await fetch(
        _Waiting,
        "SELECT id, school AS school_id, address, port, profile, identity FROM candidate"
        " WHERE decision IS NULL ORDER BY random() LIMIT $1",
        MOST_MATCHED_AT_ONCE,
    )
    changed = 0
    for one in waiting:
        verdict = await match(one.known)
        changed += await execute(
            "UPDATE candidate SET trust = $2, asset = $3, keys = $4 WHERE id = $1"
            " AND decision IS NULL AND (trust, asset, keys) IS DISTINCT FROM ($2, $3, $4::jsonb)",
            one.id,
            verdict.trust,
            verdict.asset_id,
            _json(verdict),
        )
    return changed


def known_of(school_id: int, discovered: Discovered) -> Known:
    """What matching needs to know of what was discovered."""
    return Known(
        school_id,
        discovered.address,
        discovered.port,
        discovered.profile,
        discovered.identity,
        list(discovered.macs),
    )


def known_again(
    school_id: int, address: str, port: int, profile: str | None, identity: dict[str, str]
) -> Known:
    """What matching needs to know of a candidate, out of what was stored of it."""
    return Known(school_id, address, port, profile, identity, identity.get("macs", "").split())


def stored_identity(discovered: Discovered) -> dict[str, str]:
    """The identity with all its cards, and whether it would not let us read it."""
    more = {"macs": " ".join(discovered.macs), "refuses": "yes" if discovered.refuses else ""}
    return {**discovered.identity, **{name: value for name, value in more.items() if value}}


def verdict_of(keys: dict[str, Any]) -> Match:
    """A stored verdict."""
    return msgspec.convert(keys, Match) if keys else Match()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
