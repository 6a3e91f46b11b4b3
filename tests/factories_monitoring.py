"""Devices and credentials for tests, made the short way."""

import socket
from datetime import datetime
from itertools import count

import msgspec

from core import clock, database
from core.access import Actor
from monitoring.devices.credential_encryption import CredentialCipher, Secrets
from monitoring.discovery import store
from monitoring.discovery.claims import ScanClaim
from monitoring.discovery.identifying import Discovered
from monitoring.polling import counters
from monitoring.polling.counters import Followed
from monitoring.polling.store import store_power_sessions
from monitoring.snmp import Address, Community, Credential, User
from tests import factories
from tests.factories import MadeAsset, MadeSchool

_numbers = count(1)

PUBLIC = Community("public")
# Takes whatever comes and never answers: at a port without a listener the machine would say so.
_SILENT = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
_SILENT.bind(("127.0.0.1", 0))
NOBODY_THERE = Address("127.0.0.1", _SILENT.getsockname()[1])
SECRET_KEY = "a secret of the tests, not of any school"
CIPHER = CredentialCipher(SECRET_KEY)


class MadeDevice(msgspec.Struct, frozen=True):
    id: int
    asset: MadeAsset
    school: MadeSchool
    credential_id: int


async def network(of: MadeSchool, cidr: str = "127.0.0.0/8") -> int:
    """A network of the school; the one that is there already, if it is."""
    await database.execute(
        "INSERT INTO network (school, name, cidr, created_at) VALUES ($1, $2, $2, now())"
        " ON CONFLICT DO NOTHING",
        of.id,
        cidr,
    )
    made: int = await database.fetch_value(
        "SELECT id FROM network WHERE school = $1 AND cidr = $2", of.id, cidr
    )
    return made


async def credential(of: MadeSchool, wire: Credential = PUBLIC) -> int:
    if isinstance(wire, User):
        columns = ("3", wire.name, wire.auth, wire.priv, wire.context)
        secrets = Secrets(auth_password=wire.auth_password, priv_password=wire.priv_password)
    else:
        columns = (wire.version, "", None, None, "")
        secrets = Secrets(community=wire.community)
    created: int = await database.fetch_value(
        "INSERT INTO credential (school, name, version, user_name, auth_protocol, priv_protocol,"
        " context, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())"
        " RETURNING id",
        of.id,
        f"Credential {next(_numbers)}",
        *columns,
        CIPHER.encrypt(secrets, owner=of.id),
    )
    return created


async def was_on(device_id: int, followed: Followed, at: datetime) -> None:
    """What a visit stores of an uptime that it saw at ``at``."""
    await store_power_sessions([counters.was_on(device_id, followed, at)])


async def device(
    of: MadeSchool,
    address: Address = NOBODY_THERE,
    *,
    wire: Credential = PUBLIC,
    asset: MadeAsset | None = None,
    profile: str | None = None,
    may_sleep: bool | None = None,
) -> MadeDevice:
    asset = asset or await factories.asset(of)
    await network(of)
    credential_id = await credential(of, wire)
    device_id = await database.fetch_value(
        "INSERT INTO device (school, asset, address, port, credential, profile, may_sleep,"
        " created_at, next_poll_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now())"
        " RETURNING id",
        of.id,
        asset.id,
        address.host,
        address.port,
        credential_id,
        profile,
        may_sleep,
    )
    return MadeDevice(device_id, asset, of, credential_id)


async def candidate(
    of: MadeSchool, *, mac: str | None = None, has_agent: bool = True, **identity: str
) -> int:
    """Something that a search found on this machine, judged as searches do."""
    network_id = await network(of)
    number = next(_numbers)
    finding = Discovered(
        f"127.9.{number // 250}.{number % 250 + 1}",
        161,
        await credential(of) if has_agent else None,
        "generic" if has_agent else None,
        identity,
        (mac,) if mac else (),
    )
    claim = ScanClaim(0, 1, 1, of.id, network_id, 0)
    async with database.transaction():
        await store.store_candidate(claim, finding, clock.now())
    found: int = await database.fetch_value(
        "SELECT id FROM candidate WHERE school = $1 AND address = $2", of.id, finding.address
    )
    return found


async def due_now(device_id: int) -> None:
    """As if the device's turn had come."""
    await database.execute("UPDATE device SET next_poll_at = now() WHERE id = $1", device_id)


async def due_once(device_id: int) -> None:
    """As if the device's turn had come; its next own turn is up to an hour away, not a minute, so
    that it does not come while a test counts visits."""
    await database.execute(
        "UPDATE device SET next_poll_at = now(), interval_seconds = 3600 WHERE id = $1", device_id
    )


def worker_of(of: MadeSchool) -> Actor:
    return Actor.system("monitoring", [of.id])
