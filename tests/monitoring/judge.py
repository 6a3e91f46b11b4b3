"""pysnmp as the judge of our reader: what it makes of a message, in the reader's own terms."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.proto import api, rfc1902
from pysnmp.proto.error import ProtocolError
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.rfc1905 import ReportPDU
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from monitoring.snmp import Oid, Value, VarBind, oid
from monitoring.snmp.elements import SEQUENCE
from monitoring.snmp.messages import VERSION_3

V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
# The types of a recording, by the numbers that .snmprec gives them.
TYPES = {
    2: rfc1902.Integer32,
    4: rfc1902.OctetString,
    5: univ.Null,
    6: univ.ObjectIdentifier,
    64: rfc1902.IpAddress,
    65: rfc1902.Counter32,
    66: rfc1902.Gauge32,
    67: rfc1902.TimeTicks,
    68: rfc1902.Opaque,
    70: rfc1902.Counter64,
}
ENGINE_ID = b"\x80\x00\x1f\x88\x04test"
# What pyasn1 and pysnmp raise on bytes that are no message of theirs.
REFUSALS = (
    PyAsn1Error,
    ProtocolError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)


class Judged(NamedTuple):
    """A message as pysnmp reads it; ``secure`` for v3: flags, engine, clock, user, digest, salt."""

    key: tuple[int, bytes, int]
    status: int
    index: int
    varbinds: list[VarBind]
    is_report: bool = False
    secure: tuple[Any, ...] | None = None


def judge(payload: bytes) -> Judged:
    """What pysnmp makes of a response or report; one of REFUSALS on anything else."""
    version = int(api.decodeMessageVersion(payload))
    if version == VERSION_3:
        return _judge_secure(payload)
    module = api.PROTOCOL_MODULES[version]
    message, _ = decoder.decode(payload, asn1Spec=module.Message())
    pdu = module.apiMessage.get_pdu(message)
    if not isinstance(pdu, module.GetResponsePDU):
        raise ProtocolError("no response")
    community = bytes(module.apiMessage.get_community(message))
    return Judged((version, community, int(pdu[0])), *_judge_pdu(pdu))


def _judge_secure(payload: bytes) -> Judged:
    message, _ = decoder.decode(payload, asn1Spec=SNMPv3Message())
    header = message["msgGlobalData"]
    security, _ = decoder.decode(
        bytes(message["msgSecurityParameters"]), asn1Spec=UsmSecurityParameters()
    )
    pdu = message["msgData"]["plaintext"]["data"].getComponent()
    if not isinstance(pdu, V2C.GetResponsePDU | ReportPDU):
        raise ProtocolError("no response")
    (flags,) = bytes(header["msgFlags"])
    clock = int(security[1]), int(security[2])
    secure = (flags, bytes(security[0]), *clock, *(bytes(security[n]) for n in (3, 4, 5)))
    key = (VERSION_3, b"", int(header["msgID"]))
    return Judged(key, *_judge_pdu(pdu), isinstance(pdu, ReportPDU), secure)


def _judge_pdu(pdu: Any) -> tuple[int, int, list[VarBind]]:
    varbinds = [VarBind(tuple(pair[0]), plain(pair[1])) for pair in pdu[3]]
    return int(pdu[1]), int(pdu[2]), varbinds


def plain(value: Any) -> Value:
    while isinstance(value, univ.Choice):
        value = value.getComponent()
    if isinstance(value, univ.Null):
        return None
    if isinstance(value, rfc1902.IpAddress | api.v1.IpAddress):
        return IPv4Address(bytes(value))
    if isinstance(value, univ.OctetString):
        return bytes(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    return int(value)


def recorded(walk: Path) -> list[tuple[Oid, Any]]:
    """The rows of a recording, with values of pysnmp's types."""
    rows = []
    for line in walk.read_bytes().splitlines():
        if line.startswith(b"#"):
            continue
        name, kind, text = line.split(b"|", 2)
        if b":" in kind:
            continue  # a value that snmpsim computes
        is_hex = kind.endswith(b"x")
        value_type = TYPES[int(kind.rstrip(b"x"))]
        content = bytes.fromhex(text.decode()) if is_hex else text
        value = value_type(
            content if is_hex or value_type is rfc1902.OctetString else text.decode()
        )
        rows.append((oid(name.decode()), value))
    return rows


def response(
    rows: list[tuple[Oid, Any]], *, version: str = "2c", request_id: int = 77, status: int = 0
) -> bytes:
    """A response of v1 or v2c, made by pysnmp."""
    module = V1 if version == "1" else V2C
    pdu = module.GetResponsePDU()
    module.apiPDU.set_defaults(pdu)
    module.apiPDU.set_request_id(pdu, request_id)
    module.apiPDU.set_error_status(pdu, status)
    module.apiPDU.set_varbinds(pdu, [(univ.ObjectIdentifier(name), value) for name, value in rows])
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, b"public")
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def secure_response(
    rows: list[tuple[Oid, Any]], *, is_report: bool = False, message_id: int = 0x1234_5678
) -> bytes:
    """An unencrypted response, or report, of v3, made by pysnmp."""
    pdu = ReportPDU() if is_report else V2C.GetResponsePDU()
    V2C.apiPDU.set_defaults(pdu)
    V2C.apiPDU.set_request_id(pdu, message_id)
    V2C.apiPDU.set_varbinds(pdu, [(univ.ObjectIdentifier(name), value) for name, value in rows])
    scoped = ScopedPDU()
    scoped["contextEngineId"] = ENGINE_ID
    scoped["contextName"] = b""
    scoped["data"].setComponentByType(pdu.tagSet, pdu)
    security = UsmSecurityParameters()
    for place, value in enumerate((ENGINE_ID, 3, 77, b"reader", b"d" * 12, b"")):
        security[place] = value
    message = SNMPv3Message()
    message["msgVersion"] = VERSION_3
    header = message["msgGlobalData"]
    for place, value in enumerate((message_id, 65_507, b"\x01", 3)):
        header[place] = value
    message["msgSecurityParameters"] = bytes(encoder.encode(security))
    message["msgData"]["plaintext"] = scoped
    payload = bytes(encoder.encode(message))
    assert payload[0] == SEQUENCE
    return payload
