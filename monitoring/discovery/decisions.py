"""What people decide about candidates: add as a device, ignore, take that back. The first one wins."""

from typing import Annotated, cast

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, fetch_one, transaction
from core.errors import Conflict, Invalid, NotFound, Problem, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from monitoring import registration
from monitoring.devices.networks import get_network
from monitoring.discovery.asset_lookup import match
from monitoring.discovery.candidates import MISSING, Candidate, get_candidate
from monitoring.discovery.matching import Trust
from monitoring.discovery.store import known_again
from monitoring.registration.devices import REFUSALS, NewDevice

MOST_AT_ONCE = 500


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which asset a candidate is. Left out: the one that it certainly is.

    ``credential_id`` left out: the one that opened it; one that has none is only pinged. ``move``:
    the asset is monitored at another address already, and its device is at this one now.
    """

    asset_tag: Annotated[str, Meta(examples=["S1-00042"])] | None = None
    credential_id: Annotated[Id, Meta(examples=[1])] | None = None
    move: bool = False


class AddedAll(msgspec.Struct, frozen=True):
    """How many became devices, and how many were left to people because they are not sure now."""

    added: int
    left: int


class _Locked(msgspec.Struct, frozen=True):
    id: int
    school_id: int
    address: str
    port: int
    credential_id: int | None
    profile: str | None
    identity: dict[str, str]
    mac: str | None
    decision: str | None


class _Asset(msgspec.Struct, frozen=True):
    tag: str
    school_id: int
    device_id: int | None


async def add_candidate(actor: Actor, candidate_id: int, choice: Choice) -> Candidate:
    """Make the candidate the device of an asset, or move the asset's device here.

    Conflict when somebody decided before; Invalid names the field that is in the way.
    """
    found = await get_candidate(actor, candidate_id)
    actor.require(found.school_id, EDIT_MONITORING)
    async with transaction(actor, REFUSALS):
        locked = await _undecided(candidate_id)
        asset = await _asset(actor, locked, choice)
        device_id = await _device_of(actor, locked, asset, choice)
        await execute(
            "UPDATE candidate SET decision = 'added', decided_at = $2, decided_by = $3,"
            " device = $4 WHERE id = $1",
            candidate_id,
            clock.now(),
            actor.person_id,
            device_id,
        )
    return await get_candidate(actor, candidate_id)


async def ignore_candidate(actor: Actor, candidate_id: int) -> Candidate:
    """Offer it no more, not after later searches either."""
    found = await get_candidate(actor, candidate_id)
    actor.require(found.school_id, EDIT_MONITORING)
    async with transaction(actor):
        await _undecided(candidate_id)
        await execute(
            "UPDATE candidate SET decision = 'ignored', decided_at = $2, decided_by = $3"
            " WHERE id = $1",
            candidate_id,
            clock.now(),
            actor.person_id,
        )
    return await get_candidate(actor, candidate_id)


async def take_back(actor: Actor, candidate_id: int) -> Candidate:
    """Let an ignored candidate wait again; one that was added is a device, to be removed as one."""
    found = await get_candidate(actor, candidate_id)
    actor.require(found.school_id, EDIT_MONITORING)
    async with transaction(actor):
        taken = await execute(
            "UPDATE candidate SET decision = NULL, decided_at = NULL, decided_by = NULL"
            " WHERE id = $1 AND decision = 'ignored'",
            candidate_id,
        )
    if not taken:
        raise Conflict(say("Only what is ignored can be taken back"), code="not_ignored")
    return await get_candidate(actor, candidate_id)


async def add_certain(
    actor: Actor, *, school_id: int | None = None, network_id: int | None = None
) -> AddedAll:
    """Add every candidate that is certain, each judged again as it is now; others are left."""
    if school_id is not None:
        actor.require(school_id, EDIT_MONITORING)
    if network_id is not None:
        actor.require((await get_network(actor, network_id)).school_id, EDIT_MONITORING)
    certain = await fetch_column(
        int,
        "SELECT id FROM candidate WHERE school = any($1::bigint[]) AND decision IS NULL"
        " AND trust = 'certain' AND network = coalesce($2, network) ORDER BY id LIMIT $3",
        actor.school_ids_with(EDIT_MONITORING) if school_id is None else [school_id],
        network_id,
        MOST_AT_ONCE,
    )
    added = sum([await _add_if_certain(actor, found) for found in certain])
    return AddedAll(added, len(certain) - added)


async def _add_if_certain(actor: Actor, candidate_id: int) -> bool:
    async with transaction(actor) as opened:
        # One that the database refuses must not spoil a transaction that holds the others.
        before = await opened.savepoint()
        try:
            await add_candidate(actor, candidate_id, Choice())
        except Problem:
            await before.rollback_to()  # type: ignore[no-untyped-call]
            return False
    return True


async def _undecided(candidate_id: int) -> _Locked:
    locked = await fetch_one(
        _Locked,
        "SELECT id, school AS school_id, address, port, credential AS credential_id, profile,"
        " identity, mac, decision FROM candidate WHERE id = $1 FOR UPDATE",
        candidate_id,
    )
    if locked is None:
        raise NotFound(MISSING)
    if locked.decision is not None:
        raise Conflict(say("Somebody has decided about this already"), code="decided")
    return locked


async def _asset(actor: Actor, locked: _Locked, choice: Choice) -> _Asset:
    """The chosen asset, else the one that the candidate certainly is now."""
    if choice.asset_tag is None:
        known = known_again(
            locked.school_id, locked.address, locked.port, locked.profile, locked.identity
        )
        verdict = await match(known)
        if verdict.trust is not Trust.certain:
            raise Invalid.of("asset_tag", say("Say which asset this is"), code="required")
        where, value = "a.id = $1", cast(object, verdict.asset_id)
    else:
        where, value = "a.tag = upper(btrim($1))", choice.asset_tag
    asset = await fetch_one(
        _Asset,
        "SELECT a.tag, a.school AS school_id, d.id AS device_id"
        " FROM asset a LEFT JOIN device d ON d.asset = a.id AND d.removed_at IS NULL"
        f" WHERE {where} AND a.school = any($2::bigint[])",
        value,
        actor.school_ids_with(EDIT_MONITORING),
    )
    if asset is None or asset.school_id != locked.school_id:
        raise Invalid.of(
            "asset_tag", say("No asset of this school has this tag"), code="tag_unknown"
        )
    return asset


async def _device_of(actor: Actor, locked: _Locked, asset: _Asset, choice: Choice) -> int:
    if asset.device_id is not None:
        return await _moved(locked, asset, choice)
    new = NewDevice(
        asset_tag=asset.tag,
        address=locked.address,
        credential_id=choice.credential_id or locked.credential_id,
        port=locked.port,
        mac=locked.mac,
    )
    return (await registration.create_device(actor, new)).id


async def _moved(locked: _Locked, asset: _Asset, choice: Choice) -> int:
    """The asset's own device, from now on at the candidate's address; all else stays as set."""
    if not choice.move or asset.device_id is None:
        raise Invalid.of(
            "asset_tag",
            say("This asset is monitored already; say that its device has moved here"),
            code="monitored",
        )
    await execute(
        "UPDATE device SET address = :address, port = :port,"
        " credential = coalesce(:credential_id, credential),"
        " method = CASE WHEN :credential_id::bigint IS NULL THEN method ELSE 'snmp' END,"
        " next_poll_at = :now, mac = coalesce(mac, :mac), failures = 0, recognised = NULL,"
        " version = version + 1"
        " WHERE id = :device_id",
        device_id=asset.device_id,
        address=locked.address,
        port=locked.port,
        credential_id=choice.credential_id or locked.credential_id,
        now=clock.now(),
        mac=locked.mac,
    )
    return asset.device_id
