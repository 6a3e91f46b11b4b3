"""An agent made of a dictionary: objects come, go and change while it answers."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from monitoring.snmp import Address, Oid, oid
from tests.monitoring.agents import own_agent

V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
Objects = dict[str, Any]

LINUX = "1.3.6.1.4.1.8072.3.2.10"
SWITCH = "1.3.6.1.4.1.25506.1.1"
IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def ticks(seconds: float) -> Any:
    return V2C.TimeTicks(round(seconds * 100) % 2**32)


def counter(number: int) -> Any:
    return V2C.Counter64(number)


def system(object_id: str = LINUX, *, uptime_seconds: float = 86_400) -> Objects:
    return {
        "1.3.6.1.2.1.1.1.0": V2C.OctetString(b"An agent of the tests"),
        "1.3.6.1.2.1.1.2.0": V2C.ObjectIdentifier(object_id),
        "1.3.6.1.2.1.1.3.0": ticks(uptime_seconds),
        "1.3.6.1.2.1.1.5.0": V2C.OctetString(b"table-agent"),
    }


def port(number: int, name: str, *, octets: int = 0, is_up: bool = True) -> Objects:
    return {
        f"{IF_TABLE}.2.{number}": V2C.OctetString(name.encode()),
        f"{IF_TABLE}.3.{number}": V2C.Integer32(6),
        f"{IF_TABLE}.7.{number}": V2C.Integer32(1),
        f"{IF_TABLE}.8.{number}": V2C.Integer32(1 if is_up else 2),
        f"{IF_X_TABLE}.1.{number}": V2C.OctetString(name.encode()),
        f"{IF_X_TABLE}.6.{number}": counter(octets),
        f"{IF_X_TABLE}.10.{number}": counter(octets),
        f"{IF_X_TABLE}.15.{number}": V2C.Gauge32(1000),
    }


class TableAgent:
    """Answers GET, GETNEXT and GETBULK from ``objects``, and counts what it was asked."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.asked: list[str] = []
        self.is_silent = False

    def answer(self, question: bytes) -> list[bytes]:
        if self.is_silent:
            return []
        message, _ = decoder.decode(question, asn1Spec=V2C.Message())
        pdu = V2C.apiMessage.get_pdu(message)
        kind = type(pdu).__name__
        self.asked.append(kind.removesuffix("RequestPDU"))
        answer = V2C.apiMessage.get_response(message)
        response = V2C.apiMessage.get_pdu(answer)
        names = [tuple(name) for name, _ in V2C.apiPDU.get_varbinds(pdu)]
        V2C.apiPDU.set_varbinds(response, list(self._found(kind, pdu, names)))
        return [bytes(encoder.encode(answer))]

    def _found(self, kind: str, pdu: Any, names: list[Oid]) -> Iterator[tuple[Any, Any]]:
        values = {oid(text): value for text, value in self.objects.items()}
        if kind == "GetRequestPDU":
            for name in names:
                yield (
                    V2C.ObjectIdentifier(name),
                    values.get(name, V2C.NoSuchInstance("")),
                )
            return
        order = sorted(values)
        turns = int(V2C.apiBulkPDU.get_max_repetitions(pdu)) if kind.startswith("GetBulk") else 1
        for turn in range(turns):
            for name in names:
                place = bisect_right(order, name) + turn
                if place < len(order):
                    yield V2C.ObjectIdentifier(order[place]), values[order[place]]
                else:
                    yield V2C.ObjectIdentifier(name), V2C.EndOfMibView("")


@asynccontextmanager
async def answering(agent: TableAgent) -> Any:
    """The agent's address while the block runs."""
    protocol, address = await own_agent(agent.answer)
    try:
        yield address
    finally:
        protocol.transport.close()


__all__ = ["Address", "TableAgent", "answering", "counter", "port", "system", "ticks"]
