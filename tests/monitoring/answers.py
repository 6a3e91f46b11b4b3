"""Answers of agents that the tests script, datagram by datagram."""

from collections.abc import Callable
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from monitoring.snmp import Community, oid

V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
PUBLIC = Community("public")
UPTIME = "1.3.6.1.2.1.1.3.0"
TABLE = oid("1.3.6.1.2.1.2.2.1.2")


def reply(
    question: bytes, oids: list[str], *, status: int = 0, index: int = 0, shift_id: int = 0
) -> bytes:
    """A response to ``question`` with an integer at each OID."""
    message, _ = decoder.decode(question, asn1Spec=V2C.Message())
    answer = V2C.apiMessage.get_response(message)
    pdu = V2C.apiMessage.get_pdu(answer)
    V2C.apiPDU.set_request_id(pdu, int(V2C.apiPDU.get_request_id(pdu)) + shift_id)
    V2C.apiPDU.set_error_status(pdu, status)
    V2C.apiPDU.set_error_index(pdu, index)
    V2C.apiPDU.set_varbinds(pdu, [(V2C.ObjectIdentifier(o), V2C.Integer32(1)) for o in oids])
    return bytes(encoder.encode(answer))


def asked(question: bytes) -> tuple[Any, tuple[int, ...]]:
    message, _ = decoder.decode(question, asn1Spec=V2C.Message())
    pdu = V2C.apiMessage.get_pdu(message)
    return pdu, tuple(V2C.apiPDU.get_varbinds(pdu)[0][0])


def table_of(columns: dict[str, int]) -> Callable[[bytes], list[bytes]]:
    """An agent with so many rows in each column and nothing else: it answers as it should."""
    names = sorted(
        (*oid(root), row) for root, rows in columns.items() for row in range(1, rows + 1)
    )

    def answer(question: bytes) -> list[bytes]:
        message, _ = decoder.decode(question, asn1Spec=V2C.Message())
        pdu = V2C.apiMessage.get_pdu(message)
        found = []
        for step in range(int(V2C.apiBulkPDU.get_max_repetitions(pdu))):
            for name, _ in V2C.apiPDU.get_varbinds(pdu):
                later = [n for n in names if n > tuple(name)][step : step + 1]
                last = max([n for n in names if n > tuple(name)], default=tuple(name))
                found.append(
                    (later[0], V2C.Integer32(1)) if later else (last, V2C.EndOfMibView(""))
                )
        response = V2C.apiMessage.get_response(message)
        V2C.apiPDU.set_varbinds(V2C.apiMessage.get_pdu(response), found)
        return [bytes(encoder.encode(response))]

    return answer
