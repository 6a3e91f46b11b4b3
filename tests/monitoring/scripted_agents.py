"""Agents of the test's own making, many at a time: each answers for a few objects on 127.0.0.0/8."""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from monitoring.snmp import Oid, oid

V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
SYSTEM = "1.3.6.1.2.1.1"
SERIAL = "1.3.6.1.2.1.47.1.1.1.1.11.1"
CARDS = "1.3.6.1.2.1.2.2.1.6"
END_OF_MIB_VIEW = V2C.EndOfMibView("")
NO_SUCH_OBJECT = V2C.NoSuchObject("")


def machine(
    name: str,
    *,
    descr: bytes = b"Linux pc 6.1",
    object_id: str = "1.3.6.1.4.1.8072.3.2.10",
    serial: str = "",
    macs: tuple[str, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> dict[Oid, Any]:
    """The objects of a machine as agents tell them."""
    objects = {
        f"{SYSTEM}.1.0": V2C.OctetString(descr),
        f"{SYSTEM}.2.0": V2C.ObjectIdentifier(object_id),
        f"{SYSTEM}.3.0": V2C.TimeTicks(100),
        f"{SYSTEM}.5.0": V2C.OctetString(name.encode()),
    }
    if serial:
        objects[SERIAL] = V2C.OctetString(serial.encode())
    for index, mac in enumerate(macs, start=1):
        objects[f"{CARDS}.{index}"] = V2C.OctetString(bytes.fromhex(mac.replace(":", "")))
    return {oid(text): value for text, value in {**objects, **(more or {})}.items()}


class ScriptedAgent(asyncio.DatagramProtocol):
    """Answers GET, GETNEXT and GETBULK of v2c for its community, and is silent to others."""

    def __init__(self, objects: Mapping[Oid, Any], community: str = "public") -> None:
        self.objects = dict(objects)
        self.order = sorted(self.objects)
        self.community = community
        self.communities: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message, _ = decoder.decode(data, asn1Spec=V2C.Message())
        community = bytes(V2C.apiMessage.get_community(message)).decode()
        self.communities.append(community)
        if community == self.community:
            self.transport.sendto(self._answer(message), addr)

    def _answer(self, message: Any) -> bytes:
        question = V2C.apiMessage.get_pdu(message)
        answer = V2C.apiMessage.get_response(message)
        asked = [tuple(name) for name, _ in V2C.apiPDU.get_varbinds(question)]
        if question.isSameTypeWith(V2C.GetRequestPDU()):
            found = [(name, self.objects.get(name, NO_SUCH_OBJECT)) for name in asked]
        else:
            times = 1
            if question.isSameTypeWith(V2C.GetBulkRequestPDU()):
                times = int(V2C.apiBulkPDU.get_max_repetitions(question))
            found = self._after(asked, times)
        V2C.apiPDU.set_varbinds(
            V2C.apiMessage.get_pdu(answer),
            [(V2C.ObjectIdentifier(name), value) for name, value in found],
        )
        return bytes(encoder.encode(answer))

    def _after(self, names: list[Oid], times: int) -> list[tuple[Oid, Any]]:
        found: list[tuple[Oid, Any]] = []
        for _ in range(min(times, 25)):
            row = []
            for name in names:
                place = bisect_right(self.order, name)
                is_end = place == len(self.order)
                row.append(
                    (name, END_OF_MIB_VIEW)
                    if is_end
                    else (self.order[place], self.objects[self.order[place]])
                )
            found += row
            names = [name for name, _ in row]
        return found


async def agents_at(
    port: int, agents: Mapping[str, asyncio.DatagramProtocol]
) -> list[asyncio.DatagramTransport]:
    """Each agent at its address, all on one port."""
    loop = asyncio.get_running_loop()
    transports = []
    for host, agent in agents.items():
        transport, _ = await loop.create_datagram_endpoint(
            lambda agent=agent: agent,  # type: ignore[misc]
            local_addr=(host, port),
        )
        transports.append(transport)
    return transports
