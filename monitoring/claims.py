"""Who visits what: due devices claimed under a lease, so that workers share and survive each other."""

from datetime import timedelta

import msgspec

from core import clock
from core.database import execute, fetch
from monitoring.credentials import Sealed, Version
from monitoring.devices.views import profile_of
from monitoring.profiles import Profile
from monitoring.schedules import SUSPECT_AFTER_FAILURES
from monitoring.snmp import Address, AuthProtocol, PrivProtocol

LEASE_SECONDS = 90
# Equipment that has left the rooms is no fault when it is silent.
GONE = ("retired", "disposed", "written_off", "returned_to_donor", "lost")


class Claim(msgspec.Struct, frozen=True):
    """A device that is ours to visit until the lease ends."""

    device_id: int
    school_id: int
    host: str
    port: int
    chosen_profile: str | None
    recognised: str | None
    chosen_interval_seconds: int | None
    chosen_may_sleep: bool | None
    version: Version
    user_name: str
    auth_protocol: AuthProtocol | None
    priv_protocol: PrivProtocol | None
    context: str
    sealed: bytes

    @property
    def credential(self) -> Sealed:
        return Sealed(
            self.school_id,
            self.version,
            self.user_name,
            self.auth_protocol,
            self.priv_protocol,
            self.context,
            self.sealed,
        )

    @property
    def address(self) -> Address:
        return Address(self.host, self.port)

    @property
    def known_profile(self) -> str | None:
        return self.chosen_profile or self.recognised

    @property
    def profile(self) -> Profile:
        return profile_of(self.chosen_profile, self.recognised)

    @property
    def interval_seconds(self) -> int:
        return self.chosen_interval_seconds or self.profile.interval_seconds

    @property
    def may_sleep(self) -> bool:
        chosen = self.chosen_may_sleep
        return self.profile.may_sleep if chosen is None else chosen


async def claim_due(worker: str, *, limit: int, suspect: bool) -> list[Claim]:
    """Take up to ``limit`` devices whose turn it is: those that answer, or those that do not.

    A device that another worker holds is passed over, until that worker's lease has run out.
    """
    now = clock.now()
    return await fetch(
        Claim,
        """
        WITH due AS (
            SELECT d.id FROM device d JOIN asset a ON a.id = d.asset
             WHERE d.removed_at IS NULL AND d.paused_at IS NULL AND d.next_poll_at <= $1
               AND (d.lease_until IS NULL OR d.lease_until < $1)
               AND (d.failures >= $2) = $3 AND a.lifecycle <> ALL ($4::text[])
             ORDER BY d.next_poll_at LIMIT $5 FOR UPDATE OF d SKIP LOCKED)
        UPDATE device d SET leased_by = $6, lease_until = $7
          FROM due, credential c WHERE d.id = due.id AND c.id = d.credential
        RETURNING d.id AS device_id, d.school AS school_id, d.address AS host, d.port,
                  d.profile AS chosen_profile, d.recognised,
                  d.interval_seconds AS chosen_interval_seconds, d.may_sleep AS chosen_may_sleep,
                  c.version, c.user_name, c.auth_protocol, c.priv_protocol, c.context, c.sealed
        """,
        now,
        SUSPECT_AFTER_FAILURES,
        suspect,
        list(GONE),
        limit,
        worker,
        now + timedelta(seconds=LEASE_SECONDS),
    )


async def release_all(worker: str) -> None:
    """Give back what was claimed and not visited, so that another worker need not wait."""
    await execute(
        "UPDATE device SET leased_by = NULL, lease_until = NULL WHERE leased_by = $1", worker
    )
