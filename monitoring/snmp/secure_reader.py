"""Messages of v3, opened: header and security parameters, the scoped PDU, and what is always alike."""

from typing import NamedTuple

import msgspec

from monitoring.snmp.elements import OCTETS, SEQUENCE, Asked, enter, read_number
from monitoring.snmp.errors import bad_reply
from monitoring.snmp.messages import RESPONSE, Message, read_pdu
from monitoring.snmp.shapes import Field, Pattern
from monitoring.snmp.values import Answer

REPORT = 0xA8
LEAST_MESSAGE = 484  # RFC 3412, 6.3: what every engine must be able to take
USER_SECURITY_MODEL = 3
MOST_USER_NAME = 32
ID_ENDS_AT = 8  # from the header's beginning, for an id of four bytes


class Secure(msgspec.Struct, frozen=True):
    """The security parameters of a v3 message (RFC 3414, 2.4), and where its data begins."""

    flags: int
    engine_id: bytes
    boots: int
    time: int
    user_name: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    data_at: int


def read_secure(message: Message) -> Secure:
    """Header and security parameters of a v3 message."""
    _, payload, at, end = message
    try:
        at, header_end = enter(payload, SEQUENCE, at, end)
        _, at = read_number(payload, at, header_end)
        largest, at = read_number(payload, at, header_end)
        flags_at, flags_end = enter(payload, OCTETS, at, header_end)
        model, at = read_number(payload, flags_end, header_end)
        if flags_end != flags_at + 1 or largest < LEAST_MESSAGE or model != USER_SECURITY_MODEL:
            raise bad_reply()
        if at != header_end:
            raise bad_reply()
        at, data_at = enter(payload, OCTETS, at, end)
        return _read_parameters(payload, at, data_at, flags=payload[flags_at])
    except IndexError:
        raise bad_reply() from None


def _read_parameters(payload: bytes, at: int, data_at: int, *, flags: int) -> Secure:
    at, end = enter(payload, SEQUENCE, at, data_at)
    at, engine_end = enter(payload, OCTETS, at, end)
    boots, time_at = read_number(payload, engine_end, end)
    time, name_at = read_number(payload, time_at, end)
    name_at, name_end = enter(payload, OCTETS, name_at, end)
    digest_at, digest_end = enter(payload, OCTETS, name_end, end)
    salt_at, salt_end = enter(payload, OCTETS, digest_end, end)
    if salt_end != end or end != data_at or name_end - name_at > MOST_USER_NAME:
        raise bad_reply()
    if boots < 0 or time < 0:
        raise bad_reply()
    return Secure(
        flags,
        payload[at:engine_end],
        boots,
        time,
        payload[name_at:name_end],
        payload[digest_at:digest_end],
        digest_at,
        payload[salt_at:salt_end],
        data_at,
    )


class Layout(NamedTuple):
    """How one agent writes to one user: all that does not differ from message to message.

    Ids, time, digest and salt differ; what stands between them was read strictly once, and is
    compared from then on, which takes a third of the time.
    """

    pattern: Pattern
    at: int
    secure: Secure

    @classmethod
    def of(cls, message: Message, secure: Secure) -> "Layout | None":
        """The layout of a message that was read; None if it is not made as most are."""
        start = message.at
        head = message.payload[start : secure.data_at]
        salt_at, digest_at = len(head) - len(secure.salt), secure.digest_at - start
        time_end = digest_at - 2 - len(secure.user_name) - 2
        time_at = time_end - (secure.time.bit_length() // 8 + 1)
        fields = [
            Field(ID_ENDS_AT - 4, ID_ENDS_AT, "4x"),
            Field(time_at, time_end, f"{time_end - time_at}s", 0x80),
            Field(digest_at, digest_at + len(secure.digest), f"{len(secure.digest)}s"),
            Field(salt_at, len(head), f"{len(secure.salt)}s"),
        ]
        if head[2 : ID_ENDS_AT - 4] != b"\x02\x04" or time_at < ID_ENDS_AT:
            return None
        layout = cls(Pattern.of(head, fields), start, secure)
        return layout if layout.read(message) == secure else None

    def read(self, message: Message) -> Secure | None:
        """What ``read_secure`` would; None if the message is laid out otherwise."""
        pattern, was_at, seen = self
        _, payload, at, _ = message
        moved = at - was_at
        found = pattern.match(payload[at : seen.data_at + moved])
        if not found:
            return None
        time, digest, salt = found
        return Secure(
            seen.flags,
            seen.engine_id,
            seen.boots,
            int.from_bytes(time, "big"),
            seen.user_name,
            digest,
            seen.digest_at + moved,
            salt,
            seen.data_at + moved,
        )


def read_encrypted(message: Message, secure: Secure) -> bytes:
    """The encrypted data of a v3 message."""
    try:
        at, end = enter(message.payload, OCTETS, secure.data_at, message.end)
    except IndexError:
        raise bad_reply() from None
    if end != message.end:
        raise bad_reply()
    return message.payload[at:end]


def read_scoped(
    data: bytes, at: int, asked: Asked | None = None, scope: bytes = b"", *, is_padded: bool
) -> tuple[int, Answer]:
    """The request id and answer of a scoped PDU; DES leaves padding behind it.

    ``scope``: the context's two elements as they were asked for, mostly come back unchanged.
    """
    try:
        at, end = enter(data, SEQUENCE, at, len(data))
        if end != len(data) and not is_padded:
            raise bad_reply()
        if scope and data.startswith(scope, at):
            at += len(scope)
        else:
            _, at = enter(data, OCTETS, at, end)  # contextEngineID
            _, at = enter(data, OCTETS, at, end)  # contextName
        tag = data[at]
        if tag not in (RESPONSE, REPORT):
            raise bad_reply()
        at, pdu_end = enter(data, tag, at, end)
        if pdu_end != end:
            raise bad_reply()
        request_id, at = read_number(data, at, end)
        answer = read_pdu(data, at, end, asked, is_v1=False)
    except IndexError:
        raise bad_reply() from None
    return request_id, answer._replace(is_report=True) if tag == REPORT else answer
