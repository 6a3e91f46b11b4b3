"""v3 messages of those who send us traps and informs: proven, decrypted, answered (RFC 3414)."""

from typing import NamedTuple

from monitoring.snmp.ciphers import PayloadCipher
from monitoring.snmp.elements import OBJECT_ID, OCTETS, SEQUENCE
from monitoring.snmp.keys import Signer
from monitoring.snmp.messages import element, integer
from monitoring.snmp.trap_clocks import Authority
from monitoring.snmp.usm import LocalUser
from monitoring.snmp.values import User

SIGNED, ENCRYPTED, REPORTABLE = 1, 2, 4
SECURITY_LEVEL = SIGNED | ENCRYPTED
VERSION_3, USER_SECURITY_MODEL = 3, 3
LARGEST_MESSAGE = 65_507
REPORT, COUNTER_32 = 0xA8, 0x41
USM_STATS = bytes((0x2B, 6, 1, 6, 3, 15, 1, 1))  # 1.3.6.1.6.3.15.1.1 as it travels


class Keys(NamedTuple):
    """One user's keys at one engine; None where the user has no such protocol."""

    signer: Signer | None
    cipher: PayloadCipher | None


def keys_of(user: User, engine_id: bytes) -> Keys:
    """The user's passwords, turned into keys for that engine alone."""
    local = LocalUser(user, engine_id)
    return Keys(local.signer, local.cipher)


NO_KEYS = Keys(None, None)


def level_of(user: User) -> int:
    """How a message of this user must be protected."""
    return (SIGNED if user.auth else 0) | (ENCRYPTED if user.priv else 0)


class Reply(NamedTuple):
    """To whom, and under which id, we answer."""

    message_id: int
    user_name: bytes
    keys: Keys = NO_KEYS


def write_reply(ours: Authority, to: Reply, scoped: bytes) -> bytes:
    """A message of ours around ``scoped``, signed and encrypted as far as there are keys."""
    signer, cipher = to.keys
    time, salt, data = ours.time(), b"", scoped
    if cipher is not None:
        encrypted, salt = cipher.encrypt(scoped, ours.boots, time)
        data = element(OCTETS, encrypted)
    flags = (SIGNED if signer else 0) | (ENCRYPTED if cipher else 0)
    header = element(
        SEQUENCE,
        integer(to.message_id)
        + integer(LARGEST_MESSAGE)
        + element(OCTETS, bytes((flags,)))
        + integer(USER_SECURITY_MODEL),
    )

    def message(digest: bytes) -> bytes:
        security = element(OCTETS, _security(ours, time, to.user_name, digest, salt))
        return element(SEQUENCE, integer(VERSION_3) + header + security + data)

    if signer is None:
        return message(b"")
    return message(signer.sign(message(bytes(signer.length))))


def write_report(ours: Authority, to: Reply, problem: int, count: int) -> bytes:
    """What is wrong with a message, by the usmStats counter that it moved (RFC 3414, 3.2)."""
    counter = element(OBJECT_ID, USM_STATS + bytes((problem, 0)))
    varbind = element(SEQUENCE, counter + element(COUNTER_32, integer(count)[2:]))
    pdu = integer(0) + integer(0) + integer(0) + element(SEQUENCE, varbind)
    scoped = element(OCTETS, ours.engine_id) + element(OCTETS, b"") + element(REPORT, pdu)
    return write_reply(ours, to, element(SEQUENCE, scoped))


def _security(ours: Authority, time: int, user_name: bytes, digest: bytes, salt: bytes) -> bytes:
    return element(
        SEQUENCE,
        element(OCTETS, ours.engine_id)
        + integer(ours.boots)
        + integer(time)
        + element(OCTETS, user_name)
        + element(OCTETS, digest)
        + element(OCTETS, salt),
    )
