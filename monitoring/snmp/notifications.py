"""What devices say unasked, read strictly: traps of v1 and v2c, informs, and those inside of v3."""

from ipaddress import IPv4Address
from typing import NamedTuple

from monitoring.snmp.elements import (
    INTEGER,
    IP_ADDRESS,
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    enter,
    read_name,
    read_number,
    read_varbinds,
)
from monitoring.snmp.errors import bad_reply
from monitoring.snmp.values import Oid, VarBind, oid

TRAP_1, INFORM, TRAP_2 = 0xA4, 0xA6, 0xA7
RESPONSE = 0xA2
TIME_TICKS = 0x43

TRAP_OID = oid("1.3.6.1.6.3.1.1.4.1.0")
STANDARD_TRAPS = oid("1.3.6.1.6.3.1.1.5")
ENTERPRISE_SPECIFIC = 6
# What a proxy adds to a notification that it passes on (RFC 3584, 3.1).
PROXIED_FOR = oid("1.3.6.1.6.3.18.1.3.0")
PROXIED_COMMUNITY = oid("1.3.6.1.6.3.18.1.4.0")
# The wrapping itself, and a community, which is a secret.
NOT_SHOWN = frozenset({oid("1.3.6.1.2.1.1.3.0"), TRAP_OID, PROXIED_COMMUNITY})
MOST_TICKS_BYTES = 5


class Notification(NamedTuple):
    """One trap or inform, whatever the version; ``agent`` is whose it is, where that is told."""

    is_inform: bool
    trap_oid: Oid
    varbinds: list[VarBind]
    request_id: int = 0
    agent: str | None = None


class Plain(NamedTuple):
    """A message of v1 or v2c, opened as far as its community."""

    payload: bytes
    community: bytes
    pdu_at: int
    is_v1: bool


class Scoped(NamedTuple):
    """A scoped PDU of v3: its bytes without padding, and where in them the PDU begins."""

    data: bytes
    pdu_at: int


def version_of(payload: bytes) -> int:
    """The version of SNMP as it stands in the message; BadReply if it is none."""
    try:
        at, end = enter(payload, SEQUENCE, 0, len(payload))
        if end != len(payload) or payload[at] != INTEGER or payload[at + 1] != 1:
            raise bad_reply()
        return payload[at + 2]
    except IndexError:
        raise bad_reply() from None


def open_plain(payload: bytes) -> Plain:
    """A message of v1 or v2c up to its community."""
    try:
        at, end = enter(payload, SEQUENCE, 0, len(payload))
        version, at = read_number(payload, at, end)
        at, pdu_at = enter(payload, OCTETS, at, end)
        _, pdu_end = enter(payload, payload[pdu_at], pdu_at, end)
    except IndexError:
        raise bad_reply() from None
    if pdu_end != end or version not in (0, 1):
        raise bad_reply()
    return Plain(payload, payload[at:pdu_at], pdu_at, version == 0)


def open_scoped(data: bytes, at: int, *, is_padded: bool) -> Scoped:
    """The scoped PDU at ``at``; what DES padded it with is cut off."""
    try:
        start = at
        at, end = enter(data, SEQUENCE, at, len(data))
        if end != len(data) and not is_padded:
            raise bad_reply()
        _, at = enter(data, OCTETS, at, end)  # contextEngineID
        _, at = enter(data, OCTETS, at, end)  # contextName
        _, pdu_end = enter(data, data[at], at, end)
    except IndexError:
        raise bad_reply() from None
    if pdu_end != end:
        raise bad_reply()
    return Scoped(data[start:end], at - start)


def read_notification(data: bytes, pdu_at: int, *, is_v1: bool = False) -> Notification:
    """The PDU at ``pdu_at``, which ends with ``data``; BadReply for anything but a trap or inform."""
    try:
        tag = data[pdu_at]
        if tag not in ((TRAP_1,) if is_v1 else (INFORM, TRAP_2)):
            raise bad_reply()
        at, end = enter(data, tag, pdu_at, len(data))
        if is_v1:
            return _read_v1(data, at, end)
        return _read_v2(data, at, end, is_inform=tag == INFORM)
    except IndexError:
        raise bad_reply() from None


def acknowledged(data: bytes, pdu_at: int) -> bytes:
    """The same with a response in the inform's place: it says back all that was said."""
    return data[:pdu_at] + bytes((RESPONSE,)) + data[pdu_at + 1 :]


def _read_v1(data: bytes, at: int, end: int) -> Notification:
    """As a v2 notification (RFC 3584, 3.1)."""
    at, after = enter(data, OBJECT_ID, at, end)
    enterprise = read_name(data[at:after])
    at, after = enter(data, IP_ADDRESS, after, end)
    if after - at != 4:
        raise bad_reply()
    agent = str(IPv4Address(data[at:after]))
    generic, at = read_number(data, after, end)
    specific, at = read_number(data, at, end)
    at, after = enter(data, TIME_TICKS, at, end)
    if not 1 <= after - at <= MOST_TICKS_BYTES or generic < 0 or specific < 0:
        raise bad_reply()
    varbinds = _varbinds(data, after, end, is_v1=True)
    if generic < ENTERPRISE_SPECIFIC:
        trap_oid = (*STANDARD_TRAPS, generic + 1)
    else:
        trap_oid = (*enterprise, 0, specific)
    return Notification(False, trap_oid, _shown(varbinds), agent=_proxied_for(varbinds) or agent)


def _read_v2(data: bytes, at: int, end: int, *, is_inform: bool) -> Notification:
    request_id, at = read_number(data, at, end)
    status, at = read_number(data, at, end)
    index, at = read_number(data, at, end)
    if status or index:
        raise bad_reply()
    varbinds = _varbinds(data, at, end, is_v1=False)
    trap_oid = next((v.value for v in varbinds if v.oid == TRAP_OID), None)
    if not isinstance(trap_oid, tuple):
        raise bad_reply()
    return Notification(is_inform, trap_oid, _shown(varbinds), request_id, _proxied_for(varbinds))


def _varbinds(data: bytes, at: int, end: int, *, is_v1: bool) -> list[VarBind]:
    at, list_end = enter(data, SEQUENCE, at, end)
    if list_end != end:
        raise bad_reply()
    return read_varbinds(data, at, end, is_v1=is_v1)


def _shown(varbinds: list[VarBind]) -> list[VarBind]:
    return [varbind for varbind in varbinds if varbind.oid not in NOT_SHOWN]


def _proxied_for(varbinds: list[VarBind]) -> str | None:
    found = next((v.value for v in varbinds if v.oid == PROXIED_FOR), None)
    return str(found) if isinstance(found, IPv4Address) else None
