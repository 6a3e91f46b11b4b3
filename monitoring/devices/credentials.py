"""Credentials of a school's devices: given once, used by the poller, never shown again."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import (
    execute,
    execute_many,
    fetch,
    fetch_value,
    transaction,
)
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.paging import MAX_LIMIT, Page
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, get_row, in_sight, list_page
from core.rows import delete_row, insert_row, update_row
from monitoring.devices.credential_encryption import CredentialCipher, Secrets
from monitoring.snmp import AuthProtocol, Community, PrivProtocol, User
from monitoring.snmp import Credential as WireCredential
from monitoring.tables import devices as device_tables

LEAST_PASSWORD = 8  # RFC 3414, 11.2
MOST_SECRET = 64
MOST_NAME = 80
MOST_USER_NAME = 32

Version = Literal["1", "2c", "3"]


class Credential(msgspec.Struct, frozen=True):
    """What may be seen of a credential; ``devices`` counts those that use it."""

    id: int
    school_id: int
    name: str
    version: Version
    user_name: str
    auth_protocol: AuthProtocol | None
    priv_protocol: PrivProtocol | None
    context: str
    devices: int


class NewCredential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A credential as people give it: a community for v1 and v2c, a user for v3.

    A secret that is left blank on a change stays as it was.
    """

    school_id: Annotated[Id, Meta(examples=[1])]
    name: Annotated[str, Meta(examples=["Printers"])]
    version: Version = "2c"
    community: Annotated[str, Meta(examples=["labshare-read"])] = ""
    user_name: Annotated[str, Meta(examples=["labshare"])] = ""
    auth_protocol: AuthProtocol | None = None
    auth_password: str = ""
    priv_protocol: PrivProtocol | None = None
    priv_password: str = ""
    context: str = ""

    def __repr__(self) -> str:
        return f"NewCredential(school_id={self.school_id}, name={self.name!r})"


class EncryptedCredential(msgspec.Struct, frozen=True):
    """A credential as the poller claims it."""

    school_id: int
    version: Version
    user_name: str
    auth_protocol: AuthProtocol | None
    priv_protocol: PrivProtocol | None
    context: str
    sealed: bytes


REFUSALS = {
    "credential_name_once_a_school": Invalid.of(
        "name", say("The school has a credential of this name already"), code="taken"
    ),
}

SELECT = """
SELECT c.id, c.school AS school_id, c.name, c.version, c.user_name, c.auth_protocol,
       c.priv_protocol, c.context,
       (SELECT count(*) FROM device d WHERE d.credential = c.id AND d.removed_at IS NULL) AS devices
  FROM credential c
"""
MISSING = say("There is no such credential, or it is not of your school")
BY_NAME = Order(Key("c.name", str, "name"), Key("c.id", int, "id"))


async def list_credentials(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = MAX_LIMIT,
) -> Page[Credential]:
    """The credentials of the schools where the actor keeps devices, by name; without secrets."""
    schools = actor.schools_for(filters.school_id, READ_MONITORING_SETUP)
    where = Where("c.school = any(:schools::bigint[])", schools=schools)
    return await list_page(Credential, SELECT, where, BY_NAME, cursor=cursor, limit=limit)


async def get_credential(actor: Actor, credential_id: int) -> Credential:
    """One credential, without its secrets, for those who keep devices there."""
    found = await get_row(Credential, SELECT, in_sight(actor, "c", credential_id), MISSING)
    actor.require(found.school_id, READ_MONITORING_SETUP)
    return found


async def create_credential(
    actor: Actor, cipher: CredentialCipher, new: NewCredential
) -> Credential:
    """Store a new credential of a school; its secrets are encrypted first."""
    actor.require(new.school_id, EDIT_MONITORING_SETUP)
    _check(new, Secrets())
    async with transaction(actor, REFUSALS):
        credential_id = await insert_row(
            device_tables.Credential,
            school_id=new.school_id,
            **_columns(new),
            sealed=cipher.encrypt(_secrets(new, Secrets()), owner=new.school_id),
            created_at=clock.now(),
        )
    return await get_credential(actor, credential_id)


async def update_credential(
    actor: Actor, cipher: CredentialCipher, credential_id: int, new: NewCredential
) -> Credential:
    """Change a credential; its devices are visited with it at once."""
    before = await get_credential(actor, credential_id)
    actor.require(before.school_id, EDIT_MONITORING_SETUP)
    if new.school_id != before.school_id:
        raise Invalid.of("school_id", say("A credential stays with its school"), code="school")
    async with transaction(actor, REFUSALS):
        sealed: bytes = await fetch_value(
            "SELECT sealed FROM credential WHERE id = $1 FOR UPDATE", credential_id
        )
        present = cipher.decrypt(sealed, owner=before.school_id)
        _check(new, present)
        await update_row(
            device_tables.Credential,
            credential_id,
            **_columns(new),
            sealed=cipher.encrypt(_secrets(new, present), owner=before.school_id),
        )
        await execute(
            # In the order in which visits lock them, or the two deadlock.
            "UPDATE device SET next_poll_at = $2, failures = 0 WHERE id IN (SELECT id"
            " FROM device WHERE credential = $1 ORDER BY id FOR NO KEY UPDATE)",
            credential_id,
            clock.now(),
        )
    return await get_credential(actor, credential_id)


async def delete_credential(actor: Actor, credential_id: int) -> Credential:
    """Delete a credential and its secrets; gives what it was.

    Conflict while a device, even a removed one, names it.
    """
    found = await get_credential(actor, credential_id)
    actor.require(found.school_id, EDIT_MONITORING_SETUP)
    in_use = say("Devices use this credential; give them another one first")
    async with transaction(actor):
        # Locked first, so that a device added at the same moment is seen, or is refused.
        await execute("SELECT FROM credential WHERE id = $1 FOR UPDATE", credential_id)
        if await fetch_value("SELECT 1 FROM device WHERE credential = $1 LIMIT 1", credential_id):
            raise Conflict(in_use, code="credential_in_use")
        await delete_row(device_tables.Credential, credential_id)
    return found


async def rotate_key(cipher: CredentialCipher) -> int:
    """Encrypt every credential with the present key, all or none; how many there are.

    Unavailable, and nothing is changed, when one can be decrypted with neither key. Who edits a
    credential meanwhile waits, and encrypts with the key of the process that he speaks to.
    """
    async with transaction():
        rows = await fetch(
            _EncryptedRow,
            "SELECT id, school AS school_id, sealed FROM credential ORDER BY id FOR UPDATE",
        )
        await execute_many(
            "UPDATE credential SET sealed = $2 WHERE id = $1",
            [
                (
                    row.id,
                    cipher.encrypt(
                        cipher.decrypt(row.sealed, owner=row.school_id), owner=row.school_id
                    ),
                )
                for row in rows
            ],
        )
    return len(rows)


def decrypt_credential(cipher: CredentialCipher, sealed: EncryptedCredential) -> WireCredential:
    """What the wire needs; Unavailable when the secret key has changed."""
    secrets = cipher.decrypt(sealed.sealed, owner=sealed.school_id)
    if sealed.version != "3":
        return Community(secrets.community, sealed.version)
    return User(
        sealed.user_name,
        sealed.auth_protocol,
        secrets.auth_password,
        sealed.priv_protocol,
        secrets.priv_password,
        sealed.context,
    )


class _EncryptedRow(msgspec.Struct, frozen=True):
    id: int
    school_id: int
    sealed: bytes


def _columns(new: NewCredential) -> dict[str, Any]:
    is_v3 = new.version == "3"
    return {
        "name": new.name.strip(),
        "version": new.version,
        "user_name": new.user_name.strip() if is_v3 else "",
        "auth_protocol": new.auth_protocol if is_v3 else None,
        "priv_protocol": new.priv_protocol if is_v3 else None,
        "context": new.context.strip() if is_v3 else "",
    }


def _secrets(new: NewCredential, present: Secrets) -> Secrets:
    """The secrets that the version needs and no others: given anew, or as they are."""
    if new.version != "3":
        return Secrets(community=new.community or present.community)
    return Secrets(
        auth_password=(new.auth_password or present.auth_password) if new.auth_protocol else "",
        priv_password=(new.priv_password or present.priv_password) if new.priv_protocol else "",
    )


def _check(new: NewCredential, present: Secrets) -> None:
    """Every field that is wrong, at once."""
    secrets = _secrets(new, present)
    required = say("Fill in this field")
    errors = []
    if not 1 <= len(new.name.strip()) <= MOST_NAME:
        errors.append(
            FieldError("name", say("Give a name of 1 to {most} characters", most=MOST_NAME))
        )
    if new.version != "3":
        if not secrets.community:
            errors.append(FieldError("community", required, "required"))
    else:
        errors += _user_errors(new, secrets)
    for field in ("community", "auth_password", "priv_password"):
        if len(getattr(new, field)) > MOST_SECRET:
            most = say("Use {most} characters or fewer", most=MOST_SECRET)
            errors.append(FieldError(field, most, "length"))
    if errors:
        raise Invalid(errors)


def _user_errors(new: NewCredential, secrets: Secrets) -> list[FieldError]:
    errors = []
    if not 1 <= len(new.user_name.strip()) <= MOST_USER_NAME:
        errors.append(FieldError("user_name", say("Fill in this field"), "required"))
    if len(new.context) > MOST_USER_NAME:
        errors.append(
            FieldError("context", say("Use {most} characters or fewer", most=MOST_USER_NAME))
        )
    if new.priv_protocol and not new.auth_protocol:
        needs = say("Encryption needs authentication as well")
        errors.append(FieldError("auth_protocol", needs, "required"))
    short = say("SNMP asks for {least} characters or more", least=LEAST_PASSWORD)
    if new.auth_protocol and len(secrets.auth_password) < LEAST_PASSWORD:
        errors.append(FieldError("auth_password", short, "length"))
    if new.priv_protocol and len(secrets.priv_password) < LEAST_PASSWORD:
        errors.append(FieldError("priv_password", short, "length"))
    return errors
