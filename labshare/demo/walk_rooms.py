"""Walks of what hangs on the wall: switches (RFC 2863), a UPS (RFC 1628), a plain controller."""

from collections.abc import Mapping

from labshare.demo.walk_ports import Hub, put_hub, put_port
from labshare.demo.walk_rows import (
    GAUGE,
    INTEGER,
    OCTETS,
    SYSTEM,
    Walk,
    with_system,
)

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
UPS = "1.3.6.1.2.1.33.1"
LAYER_TWO_SERVICES, APPLICATION_SERVICES = 2, 72
ON_SINCE = 1_772_150_400  # 2026-02-27: in use since the beginning of term


def network_switch(
    name: str,
    place: str,
    *,
    ports: int,
    in_use: int,
    behind: Mapping[int, str],
    upstairs: Mapping[str, str] | None = None,
) -> Walk:
    """A gigabit switch; its first ports are in use, the last one leads upstairs.

    ``behind``: the walk of the device at each port. ``upstairs``: of the switch at the last one,
    its name and port.
    """
    walk = with_system(
        name,
        place,
        descr=f"{ports}-Port Gigabit Smart Switch",
        object_id="1.3.6.1.4.1.6339.1.1.2.419",
        services=LAYER_TWO_SERVICES,
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    walk.put(f"{ENTITY}.10.1", OCTETS, "1.4.2")
    walk.put(f"{ENTITY}.11.1", OCTETS, f"DEMOSW{ports:04d}")
    walk.put(f"{ENTITY}.13.1", OCTETS, f"GS-{ports}")
    for port in range(1, ports + 1):
        put_port(walk, port, is_up=port <= in_use - 1 or port == ports)
    put_hub(walk, name, Hub(ports, behind, upstairs or {}))
    return walk


def ups(name: str, place: str) -> Walk:
    """A UPS on mains with a healthy battery."""
    walk = with_system(
        name,
        place,
        descr="UPS SNMP Agent",
        object_id="1.3.6.1.2.1.33",
        services=APPLICATION_SERVICES,
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    for leaf, words in ((1, "Sample Power"), (2, "SP-2000"), (4, "3.07")):
        walk.put(f"{UPS}.1.{leaf}.0", OCTETS, words)
    for leaf, value in ((1, 2), (2, 0), (3, 34), (4, 100), (5, 547), (7, 26)):
        walk.put(f"{UPS}.2.{leaf}.0", INTEGER, value)
    walk.put(f"{UPS}.3.3.1.2.1", INTEGER, 500)
    walk.swinging(f"{UPS}.3.3.1.3.1", INTEGER, middle=226, by=6)
    walk.put(f"{UPS}.4.1.0", INTEGER, 3)
    walk.swinging(f"{UPS}.4.4.1.2.1", INTEGER, middle=221, by=2)
    walk.swinging(f"{UPS}.4.4.1.4.1", INTEGER, middle=610, by=80, seconds=900)
    walk.swinging(f"{UPS}.4.4.1.5.1", INTEGER, middle=38, by=6, seconds=900)
    walk.put(f"{UPS}.6.1.0", GAUGE, 0)
    return walk


def controller(name: str, place: str) -> Walk:
    """A room controller that nobody knows: the system group, and one port."""
    walk = with_system(
        name,
        place,
        descr="Room controller",
        object_id="1.3.6.1.4.1.8072.9999.9999",
        services=APPLICATION_SERVICES,
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    put_port(walk, 1, is_up=True)
    return walk
