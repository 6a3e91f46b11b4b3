"""A core switch with more cards than we read: bounded, cheap, and nothing else of it is lost."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from monitoring.decoding.topology import MOST_FORWARDING_ENTRIES
from monitoring.polling.full_visit import visit
from monitoring.polling.visit import visit_by_plan
from monitoring.profiles import profile_named
from monitoring.snmp import Community, Oid, oid
from tests.monitoring.sessions import PatientSession
from tests.monitoring.table_agent import SWITCH, V2C, TableAgent, answering, port, system

PUBLIC = Community("public")
PORTS = 57
CARDS = 10_000
FDB = "1.3.6.1.2.1.17.7.1.2.2.1"


class BigAgent(TableAgent):
    """Sorted once, since asking it thousands of times is the point."""

    def __init__(self, objects: dict[str, Any]) -> None:
        super().__init__(objects)
        self.values = {oid(text): value for text, value in objects.items()}
        self.order = sorted(self.values)

    def _found(self, kind: str, pdu: Any, names: list[Oid]) -> Iterator[tuple[Any, Any]]:
        if kind == "GetRequestPDU":
            for name in names:
                yield V2C.ObjectIdentifier(name), self.values.get(name, V2C.NoSuchInstance(""))
            return
        turns = int(V2C.apiBulkPDU.get_max_repetitions(pdu)) if kind.startswith("GetBulk") else 1
        places = [bisect_right(self.order, name) for name in names]
        for turn in range(turns):
            for name, place in zip(names, places, strict=True):
                if place + turn < len(self.order):
                    found = self.order[place + turn]
                    yield V2C.ObjectIdentifier(found), self.values[found]
                else:
                    last = max(name, self.order[-1])
                    yield V2C.ObjectIdentifier(last), V2C.EndOfMibView("")


def core_switch() -> dict[str, Any]:
    """57 ports, 10,000 cards behind the last of them."""
    objects = system(SWITCH)
    for number in range(1, PORTS + 1):
        objects |= port(number, f"GE1/0/{number}", octets=1000 * number)
        objects[f"1.3.6.1.2.1.17.1.4.1.2.{number}"] = V2C.Integer32(number)
    for number in range(CARDS):
        card = f"30.2.76.0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        objects[f"{FDB}.2.{card}"] = V2C.Integer32(PORTS)
        objects[f"{FDB}.3.{card}"] = V2C.Integer32(3)
    return objects


async def test_ten_thousand_cards_are_cut_at_the_cap_and_the_ports_are_all_there() -> None:
    agent = BigAgent(core_switch())
    async with answering(agent) as address, PatientSession() as wire:
        first = await visit(wire, address, PUBLIC)
        assert first.profile == "switch_h3c"
        assert len(first.surroundings.forwarding) == MOST_FORWARDING_ENTRIES
        assert {one.port for one in first.surroundings.forwarding} == {"GE1/0/57"}
        assert sum(reading.metric == "if_status" for reading in first.readings) == PORTS
        assert first.plan is not None

        agent.asked.clear()
        profile = profile_named(first.profile)
        assert profile is not None
        again = await visit_by_plan(
            wire, address, PUBLIC, profile, first.plan, has_rebooted=lambda uptime: False
        )
    assert again.surroundings.forwarding == [], "who is where is asked by the hour"
    assert set(agent.asked) == {"Get"}, "a steady visit walks nothing"
    assert len(agent.asked) <= 15
    assert [r for r in again.readings if r.metric == "if_status"] == [
        r for r in first.readings if r.metric == "if_status"
    ]
