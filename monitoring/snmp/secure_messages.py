"""v3 messages: built, signed and encrypted for one engine; opened, verified and decrypted."""

from typing import NamedTuple

from monitoring.snmp.ciphers import Undecipherable
from monitoring.snmp.errors import bad_reply
from monitoring.snmp.questions import Answer, Request, Verb
from monitoring.snmp.reader import (
    VERSION_3,
    Key,
    Message,
    Secure,
    read_encrypted,
    read_scoped,
    read_secure,
)
from monitoring.snmp.templates import Template
from monitoring.snmp.usm import Engine
from monitoring.snmp.values import User
from monitoring.snmp.writer import OCTETS, SEQUENCE, element, integer, write_pdu

SIGNED, ENCRYPTED, REPORTABLE = 1, 2, 4
# Version; then message id, largest message (65,507), flags and the user-based security model.
VERSION_ELEMENT = b"\x02\x01\x03"
BEFORE_ID = b"\x30\x11\x02\x04"
BEFORE_FLAGS = b"\x02\x03\x00\xff\xe3\x04\x01"
AFTER_FLAGS = b"\x02\x01\x03"

NOBODY = User(name="")


class Opened(NamedTuple):
    """What a v3 message said, and whether its signature proves it."""

    answer: Answer
    engine_id: bytes
    boots: int
    time: int
    is_authentic: bool


class SecureQuestion:
    """One request of one user to one engine."""

    __slots__ = ("_engine", "_local", "_request", "_template")

    def __init__(
        self, engine: Engine, user: User, request: Request, template: Template | None = None
    ) -> None:
        self._engine = engine
        self._local = engine.local(user)
        self._request = request
        self._template = template

    def message(self, message_id: int) -> tuple[Key, bytes]:
        """The message, and the key its answer will carry; each id makes another message."""
        local = self._local
        boots, engine_time = self._engine.boots, self._engine.now()
        data = element(SEQUENCE, local.scope + self._pdu(message_id))
        flags, salt = REPORTABLE, b""
        if local.cipher:
            encrypted, salt = local.cipher.encrypt(data, boots, engine_time)
            data = element(OCTETS, encrypted)
            flags |= ENCRYPTED
        signer = local.signer
        if signer:
            flags |= SIGNED
        blank = bytes(signer.length) if signer else b""
        clock = integer(boots) + integer(engine_time)
        tail = element(OCTETS, salt)
        security = local.engine_element + clock + local.name_element + element(OCTETS, blank) + tail
        payload = element(
            SEQUENCE,
            VERSION_ELEMENT
            + BEFORE_ID
            + message_id.to_bytes(4, "big")
            + BEFORE_FLAGS
            + bytes((flags,))
            + AFTER_FLAGS
            + element(OCTETS, element(SEQUENCE, security))
            + data,
        )
        if signer:
            after = len(payload) - len(data) - len(tail)
            payload = payload[: after - signer.length] + signer.sign(payload) + payload[after:]
        return (VERSION_3, b"", message_id), payload

    def read(self, message: Message) -> Opened:
        """Open the answer; BadReply if it is not the engine's, or not signed as it must be."""
        secure = read_secure(message)
        is_authentic = self._is_authentic(message, secure)
        request_id, answer = self._read_data(message, secure)
        if not answer.is_report:
            local = self._local
            is_ours = secure.user_name == local.name and request_id == message.key[2]
            is_engine = secure.engine_id == self._engine.engine_id
            is_as_secret = secure.flags & ENCRYPTED or not local.cipher
            is_as_signed = is_authentic or not local.signer
            if not (is_ours and is_engine and is_as_secret and is_as_signed):
                raise bad_reply()
        return Opened(answer, secure.engine_id, secure.boots, secure.time, is_authentic)

    def _pdu(self, request_id: int) -> bytes:
        template = self._template
        return template.filled(request_id) if template else write_pdu(self._request, request_id)

    def _is_authentic(self, message: Message, secure: Secure) -> bool:
        signer = self._local.signer
        if not secure.flags & SIGNED or not signer:
            return False
        if not signer.has_signed(message.payload, secure.digest, secure.digest_at):
            raise bad_reply()
        # A signature proves what this engine says, and only that one has the key.
        return secure.engine_id == self._engine.engine_id

    def _read_data(self, message: Message, secure: Secure) -> tuple[int, Answer]:
        asked = self._template.asked if self._template else None
        if not secure.flags & ENCRYPTED:
            return read_scoped(message.payload, secure.data_at, asked, is_padded=False)
        cipher = self._local.cipher
        if not cipher:
            raise bad_reply()
        try:
            plain = cipher.decrypt(
                read_encrypted(message, secure), secure.boots, secure.time, secure.salt
            )
        except Undecipherable:
            raise bad_reply() from None
        return read_scoped(plain, 0, asked, is_padded=True)


def discovery() -> SecureQuestion:
    """The question that makes an agent name its engine (RFC 3414, section 4)."""
    return SecureQuestion(Engine(b""), NOBODY, Request(Verb.get, ()))
