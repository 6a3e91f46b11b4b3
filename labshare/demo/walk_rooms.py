"""Walks of what hangs on the wall: switches (RFC 2863), a UPS (RFC 1628), a plain controller."""

from labshare.demo.walk_rows import (
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    OCTETS,
    SYSTEM,
    Walk,
    with_system,
)

INTERFACE = "1.3.6.1.2.1.2.2.1"
INTERFACE_X = "1.3.6.1.2.1.31.1.1.1"
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
UPS = "1.3.6.1.2.1.33.1"
LAYER_TWO_SERVICES, INTERNET_SERVICES, APPLICATION_SERVICES = 2, 4, 72
ON_SINCE = 1_772_150_400  # 2026-02-27: in use since the beginning of term


def network_switch(name: str, place: str, *, ports: int, in_use: int) -> Walk:
    """A gigabit switch; its first ports are in use, the last one leads upstairs."""
    walk = with_system(
        name,
        place,
        descr=f"{ports}-Port Gigabit Smart Switch",
        object_id="1.3.6.1.4.1.11863.5.190",
        services=LAYER_TWO_SERVICES,
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    walk.put("1.3.6.1.2.1.17.1.2.0", INTEGER, ports)
    walk.put(f"{ENTITY}.10.1", OCTETS, "1.4.2")
    walk.put(f"{ENTITY}.11.1", OCTETS, f"DEMOSW{ports:04d}")
    walk.put(f"{ENTITY}.13.1", OCTETS, f"GS-{ports}")
    for port in range(1, ports + 1):
        _port(walk, port, is_up=port <= in_use - 1 or port == ports)
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
    """A room controller that has the system group and nothing else."""
    walk = with_system(
        name,
        place,
        descr="Room controller",
        object_id="1.3.6.1.4.1.8072.9999.9999",
        services=INTERNET_SERVICES,
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    return walk


def _port(walk: Walk, port: int, *, is_up: bool) -> None:
    for leaf, tag, value in (
        (1, INTEGER, port),
        (2, OCTETS, f"GigabitEthernet0/{port}"),
        (3, INTEGER, 6),
        (5, GAUGE, 1_000_000_000 if is_up else 0),
        (7, INTEGER, 1),
        (8, INTEGER, 1 if is_up else 2),
        (14, COUNTER, 0),
        (20, COUNTER, 0),
    ):
        walk.put(f"{INTERFACE}.{leaf}.{port}", tag, value)
    walk.put(f"{INTERFACE_X}.1.{port}", OCTETS, f"Gi0/{port}")
    walk.put(f"{INTERFACE_X}.15.{port}", GAUGE, 1000 if is_up else 0)
    for leaf, rate in ((6, 21_000 * port), (10, 64_000 * port)):
        start = 7_000_000_000 * port
        if is_up:
            walk.growing(f"{INTERFACE_X}.{leaf}.{port}", COUNTER64, start=start, rate=rate)
        else:
            walk.put(f"{INTERFACE_X}.{leaf}.{port}", COUNTER64, start)
