"""Messages around the PDUs: who a datagram belongs to, without trusting what is inside."""

from typing import Any, NamedTuple

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

from monitoring.snmp.pdus import DECODING_ERRORS, V1, V2C, Request, bad_reply, build_pdu
from monitoring.snmp.values import Community

Key = tuple[int, bytes, int]  # version on the wire, community (v3: empty), request or message id

VERSION_3 = 3


class Envelope(NamedTuple):
    """A message as it came: its key, the bytes (v3 signs them) and the decoded pyasn1 object."""

    key: Key
    payload: bytes
    message: Any


def wrap_community(credential: Community, request: Request, request_id: int) -> tuple[Key, bytes]:
    """A v1 or v2c message and the key its answer will carry."""
    module = V1 if credential.version == "1" else V2C
    community = credential.community.encode()
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, community)
    module.apiMessage.set_pdu(message, build_pdu(module, request, request_id))
    version = int(module.apiMessage.get_version(message))
    return (version, community, request_id), bytes(encoder.encode(message))


def open_envelope(payload: bytes) -> Envelope:
    """Decode a datagram so far that its question can be found; BadReply on rubbish."""
    try:
        version = int(api.decodeMessageVersion(payload))
        if version == VERSION_3:
            message, _ = decoder.decode(payload, asn1Spec=SNMPv3Message())
            return Envelope(
                (version, b"", int(message["msgGlobalData"]["msgID"])), payload, message
            )
        module = api.PROTOCOL_MODULES[version]
        message, _ = decoder.decode(payload, asn1Spec=module.Message())
        community = bytes(module.apiMessage.get_community(message))
        pdu = module.apiMessage.get_pdu(message)
        return Envelope(
            (version, community, int(module.apiPDU.get_request_id(pdu))), payload, message
        )
    except DECODING_ERRORS as error:
        raise bad_reply() from error
