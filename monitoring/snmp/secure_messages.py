"""v3 messages: built, signed and encrypted for one engine; opened, verified and decrypted."""

import secrets
from time import monotonic
from typing import Any, NamedTuple

import msgspec
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from monitoring.snmp.envelopes import VERSION_3, Envelope, Key
from monitoring.snmp.keys import Undecipherable, UserKeys, digest_length
from monitoring.snmp.pdus import (
    DECODING_ERRORS,
    MOST_ID,
    V2C,
    Answer,
    Request,
    Verb,
    bad_reply,
    build_pdu,
    random_id,
    read_pdu,
)
from monitoring.snmp.values import User

LARGEST_MESSAGE = 65_507
USER_SECURITY_MODEL = 3
SIGNED, ENCRYPTED, REPORTABLE = 1, 2, 4

NOBODY = User(name="")


class Engine(msgspec.Struct):
    """The agent as the authority on time: its ID, and its clock when we last heard it."""

    engine_id: bytes
    boots: int = 0
    time: int = 0
    heard_at: float = 0.0
    keys: dict[User, UserKeys] = {}

    def now(self) -> int:
        return min(self.time + int(monotonic() - self.heard_at), MOST_ID)

    def hear(self, boots: int, engine_time: int) -> None:
        """Set the clock by what the agent says."""
        self.boots, self.time, self.heard_at = boots, engine_time, monotonic()

    def keys_of(self, user: User) -> UserKeys:
        if user not in self.keys:
            self.keys[user] = UserKeys(user, self.engine_id)
        return self.keys[user]


class Opened(NamedTuple):
    """What a v3 message said, and whether its signature proves it."""

    answer: Answer
    engine_id: bytes
    boots: int
    time: int
    is_authentic: bool


def discovery() -> tuple[Key, bytes]:
    """The question that makes an agent name its engine (RFC 3414, section 4)."""
    return wrap(Engine(b""), NOBODY, Request(Verb.get, ()))


def wrap(engine: Engine, user: User, request: Request) -> tuple[Key, bytes]:
    """A message of ``user`` to ``engine``, and the key its answer will carry."""
    message_id = random_id()
    boots, engine_time = engine.boots, engine.now() if engine.heard_at else 0
    scoped = _scoped_pdu(engine, user, request, message_id)
    message = SNMPv3Message()
    message["msgVersion"] = VERSION_3
    header = message["msgGlobalData"]
    header["msgID"] = message_id
    header["msgMaxSize"] = LARGEST_MESSAGE
    flags = (SIGNED if user.auth else 0) | (ENCRYPTED if user.priv else 0) | REPORTABLE
    header["msgFlags"] = bytes([flags])
    header["msgSecurityModel"] = USER_SECURITY_MODEL
    salt = b""
    if user.priv:
        plain = bytes(encoder.encode(scoped))
        encrypted, salt = engine.keys_of(user).encrypt(plain, boots, engine_time)
        message["msgData"]["encryptedPDU"] = encrypted
    else:
        message["msgData"]["plaintext"] = scoped
    # A random mark holds the digest's place, so that it is found for sure and only once.
    mark = secrets.token_bytes(digest_length(user.auth)) if user.auth else b""
    message["msgSecurityParameters"] = _security_parameters(
        engine.engine_id, boots, engine_time, user.name, mark, salt
    )
    payload = bytes(encoder.encode(message))
    if user.auth:
        blank = payload.replace(mark, bytes(len(mark)), 1)
        payload = payload.replace(mark, engine.keys_of(user).sign(blank), 1)
    return (VERSION_3, b"", message_id), payload


def unwrap(envelope: Envelope, user: User, engine: Engine) -> Opened:
    """Open an answer to ``user``; BadReply if it cannot be read, or is not signed as it must."""
    try:
        message = envelope.message
        flags = bytes(message["msgGlobalData"]["msgFlags"])[0]
        security, _ = decoder.decode(
            bytes(message["msgSecurityParameters"]), asn1Spec=UsmSecurityParameters()
        )
        engine_id = bytes(security["msgAuthoritativeEngineId"])
        boots = int(security["msgAuthoritativeEngineBoots"])
        engine_time = int(security["msgAuthoritativeEngineTime"])
        is_authentic = bool(flags & SIGNED) and _is_signed(envelope.payload, security, user, engine)
        scoped = _open_data(message["msgData"], security, user, engine)
        answer = read_pdu(V2C, scoped["data"].getComponent())
    except (*DECODING_ERRORS, Undecipherable) as error:
        raise bad_reply() from error
    if user.auth and not answer.is_report and not is_authentic:
        raise bad_reply()
    if user.priv and not answer.is_report and not flags & ENCRYPTED:
        raise bad_reply()
    return Opened(answer, engine_id, boots, engine_time, is_authentic)


def _scoped_pdu(engine: Engine, user: User, request: Request, request_id: int) -> Any:
    scoped = ScopedPDU()
    scoped["contextEngineId"] = engine.engine_id
    scoped["contextName"] = user.context.encode()
    pdu = build_pdu(V2C, request, request_id)
    scoped["data"].setComponentByType(pdu.tagSet, pdu)
    return scoped


def _security_parameters(
    engine_id: bytes, boots: int, engine_time: int, user_name: str, digest: bytes, salt: bytes
) -> bytes:
    security = UsmSecurityParameters()
    security["msgAuthoritativeEngineId"] = engine_id
    security["msgAuthoritativeEngineBoots"] = boots
    security["msgAuthoritativeEngineTime"] = engine_time
    security["msgUserName"] = user_name.encode()
    security["msgAuthenticationParameters"] = digest
    security["msgPrivacyParameters"] = salt
    return bytes(encoder.encode(security))


def _is_signed(payload: bytes, security: Any, user: User, engine: Engine) -> bool:
    digest = bytes(security["msgAuthenticationParameters"])
    if user.auth is None or len(digest) != digest_length(user.auth):
        return False
    expected = engine.keys_of(user).sign(payload.replace(digest, bytes(len(digest)), 1))
    return secrets.compare_digest(digest, expected)


def _open_data(data: Any, security: Any, user: User, engine: Engine) -> Any:
    if data.getName() == "plaintext":
        return data["plaintext"]
    if not user.priv:
        raise Undecipherable
    plain = engine.keys_of(user).decrypt(
        bytes(data["encryptedPDU"]),
        int(security["msgAuthoritativeEngineBoots"]),
        int(security["msgAuthoritativeEngineTime"]),
        bytes(security["msgPrivacyParameters"]),
    )
    scoped, _ = decoder.decode(plain, asn1Spec=ScopedPDU())
    return scoped
