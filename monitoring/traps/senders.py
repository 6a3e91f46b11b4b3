"""Who may report from an address: the devices there, the schools there, and their credentials."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic

import msgspec
import structlog

from core.database import fetch
from core.errors import Unavailable
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.credentials import EncryptedCredential, decrypt_credential
from monitoring.snmp import Credential, User
from monitoring.snmp.trap_messages import keys_of
from monitoring.traps.limits import Standing

log = structlog.get_logger(__name__)

# A credential or device that was changed counts from then on; nobody has to start anything anew.
FRESH_SECONDS = 30.0
MOST_SENDERS = 10_000
MOST_OPENED = 10_000
ANY_ENGINE = b"\x80\0\0\0\5"


class DeviceThere(msgspec.Struct, frozen=True):
    """A device at the address; ``profile`` is what it is, as far as that is known."""

    device_id: int
    school_id: int
    credential_id: int | None
    profile: str | None


class Grant(msgspec.Struct, frozen=True):
    """A school whose credential fits."""

    school_id: int
    credential_id: int


class Sender(msgspec.Struct, frozen=True):
    """What is known of one address; ``is_known`` if any school has anything to do with it."""

    devices: tuple[DeviceThere, ...] = ()
    grants: dict[Credential, tuple[Grant, ...]] = {}
    is_known: bool = False

    def device_for(self, grants: Iterable[Grant]) -> DeviceThere | None:
        """The one device that the message is of, if there is just one that it can be of.

        A device that is visited with the very credential comes before others of the school.
        """
        grants = tuple(grants)
        schools = {grant.school_id for grant in grants}
        credentials = {grant.credential_id for grant in grants}
        here = [device for device in self.devices if device.school_id in schools]
        fitting = [device for device in here if device.credential_id in credentials]
        for some in (fitting, here):
            if some:
                return some[0] if len(some) == 1 else None
        return None

    def school_for(self, grants: Iterable[Grant]) -> int | None:
        """The school that the message is for; None if it could be for several."""
        device = self.device_for(grants)
        if device is not None:
            return device.school_id
        schools = {grant.school_id for grant in grants}
        return next(iter(schools)) if len(schools) == 1 else None


NOBODY = (0.0, Sender())


class _SchoolThere(msgspec.Struct, frozen=True):
    source: str
    school_id: int


class _Device(msgspec.Struct, frozen=True):
    source: str
    device_id: int
    school_id: int
    credential_id: int | None
    profile: str | None


class _Credential(EncryptedCredential, frozen=True):
    id: int


class Senders:
    """Looks addresses up, many at a time, and remembers them for half a minute."""

    def __init__(self, cipher: CredentialCipher) -> None:
        self._cipher = cipher
        self._known: OrderedDict[str, tuple[float, Sender]] = OrderedDict()
        self._opened: OrderedDict[tuple[int, bytes], Credential | None] = OrderedDict()

    def remembered(self, source: str) -> Sender | None:
        """What was found not long ago; None when it must be looked up."""
        at, sender = self._known.get(source, (0.0, None))
        return sender if sender is not None and monotonic() - at < FRESH_SECONDS else None

    def sender(self, source: str) -> Sender:
        """What was found last, fresh or not."""
        return self._known.get(source, NOBODY)[1]

    def standing(self, source: str) -> Standing:
        """What was found last, even if it is no longer fresh."""
        found = self._known.get(source)
        if found is None:
            return Standing.newcomer
        return Standing.known if found[1].is_known else Standing.stranger

    async def look_up(self, sources: Iterable[str]) -> None:
        """Remember all of ``sources``, from then on for half a minute."""
        wanted = sorted({source for source in sources if self.remembered(source) is None})
        if not wanted:
            return
        devices = await _devices(wanted)
        schools: dict[str, set[int]] = {source: set() for source in wanted}
        for device in devices:
            schools[device.source].add(device.school_id)
        for found in await _schools(wanted):
            schools[found.source].add(found.school_id)
        granted = await self._granted(set().union(*schools.values()))
        for source in wanted:
            there = tuple(
                DeviceThere(d.device_id, d.school_id, d.credential_id, d.profile)
                for d in devices
                if d.source == source
            )
            granted_here = _of_schools(granted, schools[source])
            self._remember(source, Sender(there, granted_here, bool(schools[source])))

    def _remember(self, source: str, sender: Sender) -> None:
        self._known[source] = (monotonic(), sender)
        self._known.move_to_end(source)
        if len(self._known) > MOST_SENDERS:
            self._known.popitem(last=False)

    async def _granted(self, school_ids: set[int]) -> list[tuple[Credential, Grant]]:
        """The credentials of the schools, opened."""
        if not school_ids:
            return []
        rows = await fetch(
            _Credential,
            "SELECT id, school AS school_id, version, user_name, auth_protocol, priv_protocol,"
            " context, sealed FROM credential WHERE school = any($1::bigint[]) ORDER BY id",
            sorted(school_ids),
        )
        new = [row for row in rows if (row.id, _mark(row)) not in self._opened]
        for row in new:
            self._opened[row.id, _mark(row)] = await self._open(row)
        while len(self._opened) > max(MOST_OPENED, len(rows)):
            self._opened.popitem(last=False)
        pairs = [(self._opened[row.id, _mark(row)], row) for row in rows]
        return [(found, Grant(row.school_id, row.id)) for found, row in pairs if found is not None]

    async def _open(self, row: _Credential) -> Credential | None:
        try:
            credential = decrypt_credential(self._cipher, row)
        except (Unavailable, ValueError):
            log.warning("traps.credential_does_not_open", credential=row.id)
            return None
        if isinstance(credential, User):
            # Passwords are hashed a million times, once: not on the loop that visits devices.
            await asyncio.to_thread(keys_of, credential, ANY_ENGINE)
        return credential


def _mark(row: _Credential) -> bytes:
    """Another for each change of the credential."""
    public = f"{row.version}/{row.user_name}/{row.auth_protocol}/{row.priv_protocol}/{row.context}"
    return public.encode() + row.sealed


def _of_schools(
    granted: list[tuple[Credential, Grant]], school_ids: set[int]
) -> dict[Credential, tuple[Grant, ...]]:
    found: dict[Credential, tuple[Grant, ...]] = {}
    for credential, grant in granted:
        if grant.school_id in school_ids:
            found[credential] = (*found.get(credential, ()), grant)
    return found


async def _devices(sources: list[str]) -> list[_Device]:
    return await fetch(
        _Device,
        "SELECT d.address AS source, d.id AS device_id, d.school AS school_id,"
        " d.credential AS credential_id, coalesce(d.profile, d.recognised) AS profile"
        " FROM device d WHERE d.address = any($1::text[]) AND d.removed_at IS NULL ORDER BY d.id",
        sources,
    )


async def _schools(sources: list[str]) -> list[_SchoolThere]:
    """The schools in whose networks the addresses lie."""
    return await fetch(
        _SchoolThere,
        "SELECT DISTINCT s.source, n.school AS school_id FROM unnest($1::text[]) AS s(source)"
        " JOIN network n ON s.source::inet <<= n.cidr::inet",
        sources,
    )
