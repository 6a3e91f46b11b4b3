"""A switch's ports as people look at them: state, speed, traffic, power, and who is behind each."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from core.access import Actor
from core.database import fetch
from monitoring import devices
from monitoring.decoding.readings import State, worst
from monitoring.devices import LatestReading
from monitoring.topology.locations import ONE_ROUND

MOST_BEHIND_A_PORT = 50
NUMBERS_AT_THE_END = re.compile(r"(\d+(?:/\d+)*)$")


class Behind(msgspec.Struct, frozen=True):
    """One card behind a port; the device and asset where we know whose it is."""

    mac: str
    vlan: int | None
    seen_at: datetime
    device_id: int | None
    asset_tag: str | None
    name: str | None


class AtTheCable(msgspec.Struct, frozen=True):
    """Who introduces itself at the other end of a port's cable, and from which port of its own."""

    chassis: str
    name: str
    remote_port: str


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """One port. ``number`` is what stands beside the socket; ``status`` one of monitoring's words.

    ``cards`` counts all that was seen behind it lately, ``behind`` lists the first of them.
    """

    name: str
    number: str
    status: str
    state: State
    alias: str = ""
    speed: int | None = None
    duplex: str | None = None
    in_rate: float | None = None
    out_rate: float | None = None
    error_rate: float | None = None
    discard_rate: float | None = None
    poe: str | None = None
    poe_power: float | None = None
    cards: int = 0
    behind: list[Behind] = []
    neighbours: list[AtTheCable] = []


class PortPanel(msgspec.Struct, frozen=True):
    """All ports of a device, in the order of the agent; when they were read, and their table."""

    ports: list[Port]
    read_at: datetime | None
    cards_read_at: datetime | None


class _Seen(msgspec.Struct, frozen=True):
    port: str
    cards: int
    mac: str
    vlan: int | None
    seen_at: datetime
    device_id: int | None
    asset_tag: str | None
    name: str | None


class _Heard(msgspec.Struct, frozen=True):
    port: str
    chassis: str
    name: str
    remote_port: str


# What one device saw within one round of its last table; the owners are those of its own school.
_SEEN = """
WITH latest AS (SELECT max(seen_at) AS at FROM port_sighting WHERE device = $1),
lately AS (
    SELECT s.port, s.mac, s.vlan, s.seen_at, count(*) OVER (PARTITION BY s.port) AS cards,
           row_number() OVER (PARTITION BY s.port ORDER BY o.id IS NULL, s.mac) AS place,
           o.id AS device_id, o.asset
      FROM port_sighting s CROSS JOIN latest
      LEFT JOIN LATERAL (SELECT o.id, o.asset FROM device o
           WHERE o.mac = s.mac AND o.removed_at IS NULL AND o.school = $4
           ORDER BY o.id LIMIT 1) o ON true
     WHERE s.device = $1 AND s.seen_at > latest.at - $2::interval
)
SELECT l.port, l.cards, l.mac, l.vlan, l.seen_at, l.device_id, a.tag AS asset_tag,
       asset_title(a.name, m.brand, m.name) AS name
  FROM lately l LEFT JOIN asset a ON a.id = l.asset LEFT JOIN asset_model m ON m.id = a.model
 WHERE l.place <= $3 ORDER BY l.port, l.place
"""

NUMBER_METRICS = {
    "if_speed": "speed",
    "if_in_rate": "in_rate",
    "if_out_rate": "out_rate",
    "if_error_rate": "error_rate",
    "if_discard_rate": "discard_rate",
    "poe_power": "poe_power",
}
WORD_METRICS = {"if_alias": "alias", "if_duplex": "duplex", "poe_status": "poe"}


async def list_ports(actor: Actor, device_id: int) -> PortPanel:
    """The ports of a device in the actor's sight, else NotFound; none where it has none."""
    device = await devices.get_device(actor, device_id)
    readings = await devices.latest_readings(actor, device_id)
    seen = await fetch(_Seen, _SEEN, device_id, ONE_ROUND, MOST_BEHIND_A_PORT, device.school_id)
    heard = await fetch(
        _Heard,
        "SELECT port, chassis, name, remote_port FROM port_neighbour WHERE device = $1"
        " ORDER BY port, name, chassis",
        device_id,
    )
    return read_panel(readings, seen, heard)


def read_panel(
    readings: list[LatestReading], seen: Iterable[_Seen], heard: Iterable[_Heard]
) -> PortPanel:
    """Readings by port, with what was seen and heard there."""
    by_port = _ports(readings)
    cards: dict[str, list[_Seen]] = {}
    for one in seen:
        cards.setdefault(one.port, []).append(one)
    neighbours: dict[str, list[AtTheCable]] = {}
    for other in heard:
        at_the_cable = AtTheCable(other.chassis, other.name, other.remote_port)
        neighbours.setdefault(other.port, []).append(at_the_cable)
    numbers = port_numbers(by_port)
    ports = [
        Port(
            name=name,
            number=numbers[name],
            cards=cards[name][0].cards if name in cards else 0,
            behind=[msgspec.convert(c, Behind, from_attributes=True) for c in cards.get(name, [])],
            neighbours=neighbours.get(name, []),
            **fields,
        )
        for name, fields in by_port.items()
    ]
    latest = max((one.seen_at for some in cards.values() for one in some), default=None)
    return PortPanel(ports, readings[0].at if readings else None, latest)


def _ports(readings: list[LatestReading]) -> dict[str, dict[str, Any]]:
    """The fields of each port that the last visit read."""
    ports: dict[str, dict[str, Any]] = {
        reading.instance: {"status": str(reading.value), "state": reading.state}
        for reading in readings
        if reading.metric == "if_status"
    }
    for reading in readings:
        if (port := ports.get(reading.instance)) is not None:
            _add(port, reading)
    return ports


def port_numbers(names: Iterable[str]) -> dict[str, str]:
    """What stands beside each socket: the last number of its name while that tells ports apart."""
    ends = {name: _end(name) for name in names}
    last = {name: end.rpartition("/")[2] for name, end in ends.items()}
    times = Counter(last.values())
    whole = Counter(ends.values())
    return {
        name: last[name] if times[last[name]] == 1 else end if whole[end] == 1 else name
        for name, end in ends.items()
    }


def _end(name: str) -> str:
    found = NUMBERS_AT_THE_END.search(name)
    return found[1] if found else name


def _add(port: dict[str, Any], reading: LatestReading) -> None:
    if name := NUMBER_METRICS.get(reading.metric):
        port[name] = reading.value if isinstance(reading.value, int | float) else None
    elif name := WORD_METRICS.get(reading.metric):
        port[name] = str(reading.value)
    else:
        return
    port["state"] = worst(port["state"], reading.state)
