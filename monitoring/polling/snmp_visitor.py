"""How a claimed device is visited over SNMP: by its plan, or fully when there is none that holds."""

from collections.abc import Callable
from functools import lru_cache
from time import time
from typing import Protocol

import msgspec

from core.errors import Unavailable, say
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.credentials import EncryptedCredential, decrypt_credential
from monitoring.polling.claims import Claim
from monitoring.polling.counters import Uptime, follow
from monitoring.polling.full_visit import visit
from monitoring.polling.scheduler import share_of
from monitoring.polling.visit import (
    SYS_OBJECT_ID,
    Changed,
    Plan,
    Visit,
    profiles_mark,
    visit_by_plan,
)
from monitoring.profiles import Profile, profile_named
from monitoring.snmp import Credential, Session, WrongCredentials

MOST_CREDENTIALS = 4096
PLAN_GOOD_SECONDS = 3600
# Plans that were made together, after a start, are renewed over a third of an hour.
EARLIEST_SHARE = 0.7
# Rows that come and go would otherwise have a device walked at every visit.
LEAST_SECONDS_BETWEEN_WALKS = 300


class NothingToAskWith(WrongCredentials):
    """Our own side lacks the credential, or the key that opens it, so nothing was sent."""

    was_heard = False


class Visitor(Protocol):
    """One way of finding out how a device is; ``device.method`` says which one is meant."""

    async def visit(self, claim: Claim) -> Visit:
        """What the device told; SnmpError when it told nothing."""
        ...


class SnmpVisitor:
    """Visits by SNMP, with as few questions as the device's plan allows."""

    def __init__(self, wire: Session, cipher: CredentialCipher) -> None:
        self._wire = wire
        # Opening takes as long as a visit's question; the secrets stay in this process's memory.
        self._open = lru_cache(maxsize=MOST_CREDENTIALS)(
            lambda one: decrypt_credential(cipher, one)
        )

    async def visit(self, claim: Claim) -> Visit:
        """By the plan where one holds; the silent are asked for a single object first."""
        credential = self._credential(claim)
        self._wire.accept_other_source(claim.address, accept=claim.any_source)
        if claim.is_suspect:
            await self._wire.get(claim.address, credential, [SYS_OBJECT_ID])
        plan = _plan_of(claim)
        profile = profile_named(claim.known_profile) if claim.known_profile else None
        age = time() - claim.planned_at.timestamp() if claim.planned_at else PLAN_GOOD_SECONDS
        if (
            plan is None
            or profile is None
            or claim.is_suspect
            or not is_good(plan, device_id=claim.device_id, profile=profile, age_seconds=age)
        ):
            return await self._look_at_everything(claim, credential, plan)
        try:
            return await visit_by_plan(
                self._wire,
                claim.address,
                credential,
                profile,
                plan,
                has_rebooted=_reboots_of(claim),
                may_miss_rows=age < LEAST_SECONDS_BETWEEN_WALKS,
            )
        except Changed:
            return await self._look_at_everything(claim, credential, plan)

    async def _look_at_everything(
        self, claim: Claim, credential: Credential, before: Plan | None
    ) -> Visit:
        """A full visit; what turns out to be another device, or was started again, is recognised."""
        found = await self._full(claim, credential, claim.known_profile, before)
        if claim.chosen_profile or not claim.recognised:
            return found
        is_same = claim.object_id in (None, found.identity.get("sys_object_id"))
        is_new_boot = found.uptime is not None and _reboots_of(claim)(found.uptime)
        has_new_profiles = before is not None and before.profiles != profiles_mark()
        if is_same and not is_new_boot and not has_new_profiles:
            return found
        return await self._full(claim, credential, None, None)

    async def _full(
        self, claim: Claim, credential: Credential, profile: str | None, before: Plan | None
    ) -> Visit:
        return await visit(self._wire, claim.address, credential, profile=profile, before=before)

    def _credential(self, claim: Claim) -> Credential:
        sealed: EncryptedCredential | None = claim.credential
        if sealed is None:
            raise NothingToAskWith(say("The device has no credential to be read with"))
        try:
            return self._open(sealed)
        except Unavailable as error:
            raise NothingToAskWith(error.message) from error


def is_good(plan: Plan, *, device_id: int, profile: Profile, age_seconds: float) -> bool:
    """Whether the plan still holds, as far as can be known before the device is asked."""
    share = EARLIEST_SHARE + (1 - EARLIEST_SHARE) * share_of(device_id)
    return (
        plan.profile == profile.name
        and plan.profiles == profiles_mark()
        and len(plan.reads) == len(profile.read)
        and 0 <= age_seconds < PLAN_GOOD_SECONDS * share
    )


_plan = msgspec.json.Decoder(Plan)


def _plan_of(claim: Claim) -> Plan | None:
    """The plan, unless an older program wrote it in a way that we do not read."""
    try:
        return _plan.decode(claim.plan_json) if claim.plan_json else None
    except msgspec.ValidationError:
        return None


def _reboots_of(claim: Claim) -> Callable[[Uptime], bool]:
    return lambda uptime: follow(claim.uptime, uptime, time()).rebooted
