"""v3 messages: built, signed and encrypted for one engine; opened, verified and decrypted."""

from functools import partial
from typing import NamedTuple

from monitoring.snmp.ciphers import Undecipherable
from monitoring.snmp.elements import SEQUENCE
from monitoring.snmp.errors import bad_reply
from monitoring.snmp.messages import VERSION_3, Key, Message, Template, element, write_pdu
from monitoring.snmp.secure_reader import Layout, Secure, read_encrypted, read_scoped, read_secure
from monitoring.snmp.usm import ENCRYPTED, ID_BYTES, SIGNED, Engine
from monitoring.snmp.values import Answer, Request, User, Verb

NOBODY = User(name="")


class Opened(NamedTuple):
    """What a v3 message said, and whether its signature proves it."""

    answer: Answer
    engine_id: bytes
    boots: int
    time: int
    is_authentic: bool


_opened = partial(tuple.__new__, Opened)


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
        local, signer = self._local, self._local.signer
        boots, engine_time = self._engine.boots, self._engine.now()
        data, salt = element(SEQUENCE, local.scope + self._pdu(message_id)), b""
        if local.cipher:
            data, salt = local.cipher.encrypt(data, boots, engine_time)
        time_size = engine_time.bit_length() // 8 + 1
        frame = local.frame = local.frame.fitting(boots, time_size, len(data))
        before = (
            frame.before_id
            + message_id.to_bytes(ID_BYTES, "big")
            + frame.before_time
            + engine_time.to_bytes(time_size, "big")
            + frame.before_digest
        )
        after = frame.before_salt + salt + frame.before_data + data
        digest = signer.sign(before + frame.blank + after) if signer else b""
        return (VERSION_3, b"", message_id), before + digest + after

    def read(self, message: Message) -> Opened:
        """Open the answer; BadReply if it is not the engine's, or not signed as it must be."""
        local = self._local
        known = local.layout.read(message) if local.layout else None
        secure = known or read_secure(message)
        is_authentic = bool(secure.flags & SIGNED and local.signer)
        if is_authentic and not local.has_signed(message.payload, secure):
            raise bad_reply()
        request_id, answer = self._read_data(message, secure)
        is_known = secure.engine_id == self._engine.engine_id
        if not answer.is_report:
            if not (
                is_known
                and (is_authentic or not local.signer)
                and (secure.flags & ENCRYPTED or not local.cipher)
                and secure.user_name == local.name
                and request_id == message.key[2]
            ):
                raise bad_reply()
            if known is None:
                local.layout = Layout.of(message, secure)
        # A signature proves what this engine says, and no other: only this one has the key.
        return _opened(
            (answer, secure.engine_id, secure.boots, secure.time, is_authentic and is_known)
        )

    def _pdu(self, request_id: int) -> bytes:
        template = self._template
        return template.filled(request_id) if template else write_pdu(self._request, request_id)

    def _read_data(self, message: Message, secure: Secure) -> tuple[int, Answer]:
        asked = self._template.asked if self._template else None
        local, data = self._local, self._plain(message, secure)
        if asked and (known := local.habit.read(data, asked)):
            return known
        is_padded = bool(secure.flags & ENCRYPTED)
        request_id, answer = read_scoped(data, 0, asked, local.scope, is_padded=is_padded)
        if asked and answer.is_as_asked:
            local.habit.learn(data, asked)
        return request_id, answer

    def _plain(self, message: Message, secure: Secure) -> bytes:
        if not secure.flags & ENCRYPTED:
            return message.payload[secure.data_at :]
        cipher = self._local.cipher
        if not cipher:
            raise bad_reply()
        try:
            return cipher.decrypt(
                read_encrypted(message, secure), secure.boots, secure.time, secure.salt
            )
        except Undecipherable:
            raise bad_reply() from None


def discovery() -> SecureQuestion:
    """The question that makes an agent name its engine (RFC 3414, section 4)."""
    return SecureQuestion(Engine(b""), NOBODY, Request(Verb.get, ()))
