"""Walks of power supplies whose makers have MIBs of their own beside RFC 1628."""

from collections.abc import Callable

from labshare.demo.walk_rooms import UPS, ups
from labshare.demo.walk_rows import (
    GAUGE,
    INTEGER,
    OBJECT_ID,
    OCTETS,
    SYSTEM,
    TICKS,
    Walk,
    with_system,
)

ENTERPRISES = "1.3.6.1.4.1"
APPLICATION_SERVICES = 72
ON_FOR = 1_295_020  # hundredths of a second


def apc() -> Walk:
    """A Smart-UPS on battery, with a probe in Fahrenheit, an empty socket and a door contact."""
    walk = _bare("ups-apc", "APC Web/SNMP Management Card", f"{ENTERPRISES}.318.1.3.27")
    tree = f"{ENTERPRISES}.318.1.1.1"
    for leaf, words in (
        ("1.1.1", "Smart-UPS X 750"),
        ("1.2.1", "UPS 09.9"),
        ("1.2.3", "DEMOAPC01"),
    ):
        walk.put(f"{tree}.{leaf}.0", OCTETS, words)
    for leaf, tag, value in (
        ("2.1.1", INTEGER, 2),
        ("2.1.2", TICKS, 4_500),
        ("2.2.1", GAUGE, 87),
        ("2.2.2", GAUGE, 31),
        ("2.2.3", TICKS, 174_000),
        ("2.2.4", INTEGER, 2),
        ("2.2.8", INTEGER, 54),
        ("2.3.1", GAUGE, 874),
        ("3.2.1", GAUGE, 0),
        ("3.2.4", GAUGE, 0),
        ("4.1.1", INTEGER, 3),
        ("4.2.1", GAUGE, 230),
        ("4.2.2", GAUGE, 50),
        ("4.3.3", GAUGE, 202),
        ("4.3.4", GAUGE, 6),
    ):
        walk.put(f"{tree}.{leaf}.0", tag, value)
    _probes(walk, f"{ENTERPRISES}.318.1.1.10.2")
    return walk


def megatec() -> Walk:
    """A NetAgent card: three phases, no temperature (-99998), names in Chinese firmware's bytes."""
    walk = _bare("ups-megatec", "NET Agent II", f"{ENTERPRISES}.935")
    walk.words(f"{UPS}.1.1.0", "山特电子", "gb18030")
    walk.put(f"{UPS}.1.4.0", OCTETS, "2.48")
    walk.put(f"{UPS}.2.5.0", INTEGER, 2_690)
    tree = f"{ENTERPRISES}.935.1.1.1"
    walk.words(f"{tree}.1.1.1.0", "城堡 3C3", "gb18030")
    for leaf, value in (
        ("2.1.1", 2),
        ("2.2.1", 100),
        ("2.2.3", -99_998),
        ("2.2.4", 3_600),
        ("2.2.5", 1),
        ("3.2.1", 2_545),
        ("3.2.4", 500),
        ("4.1.1", 9),
        ("4.2.1", 2_285),
        ("4.2.2", 500),
        ("4.2.3", 44),
    ):
        walk.put(f"{tree}.{leaf}.0", INTEGER, value)
    for table, first, values in (
        (2, 2, (2_360, 2_367, 2_379)),
        (3, 2, (2_312, 2_313, 2_312)),
        (3, 5, (235, 327, 327)),
        (4, 2, (2_346, 2_362, 2_364)),
    ):
        for phase, value in enumerate(values):
            walk.put(f"{tree}.8.{table}.{first + phase}.0", INTEGER, value)
    return walk


def eaton() -> Walk:
    """A 9PX on bypass after its battery was pulled."""
    walk = _bare("ups-eaton", "Eaton 9PX 3000", f"{ENTERPRISES}.534.1")
    tree = f"{ENTERPRISES}.534.1"
    for leaf, words in ((1, "EATON"), (2, "9PX 3000"), (3, "2.1.5"), (6, "DEMOEAT01")):
        walk.put(f"{tree}.1.{leaf}.0", OCTETS, words)
    for place, value in (
        ("2.1.0", 0),
        ("2.2.0", 0),
        ("2.3.0", 0),
        ("2.4.0", 0),
        ("2.5.0", 6),
        ("3.1.0", 499),
        ("3.4.1.2.1", 231),
        ("4.1.0", 22),
        ("4.2.0", 500),
        ("4.4.1.2.1", 230),
        ("4.4.1.3.1", 3),
        ("4.4.1.4.1", 610),
        ("4.5.0", 4),
        ("6.1.0", 27),
    ):
        walk.put(f"{tree}.{place}", INTEGER, value)
    return walk


def mge() -> Walk:
    """A Pulsar whose battery must be replaced."""
    walk = _bare("ups-mge", "MGE Pulsar M 2200", f"{ENTERPRISES}.705.1.2")
    tree = f"{ENTERPRISES}.705.1"
    for leaf, words in ((1, "Pulsar M 2200"), (4, "IE"), (7, "DEMOMGE01")):
        walk.put(f"{tree}.1.{leaf}.0", OCTETS, words)
    for place, value in (
        ("5.1.0", 1_380),
        ("5.2.0", 100),
        ("5.5.0", 602),
        ("5.11.0", 1),
        ("5.16.0", 2),
        ("6.1.0", 1),
        ("6.2.1.2.1.0", 2_284),
        ("6.2.1.2.2.0", 0),
        ("6.2.1.3.1.0", 500),
        ("6.2.1.3.2.0", 0),
        ("7.1.0", 1),
        ("7.2.1.2.1.0", 2_300),
        ("7.2.1.4.1.0", 31),
        ("7.2.1.5.1.0", 28),
        ("7.3.0", 2),
    ):
        walk.put(f"{tree}.{place}", INTEGER, value)
    return walk


def delta() -> Walk:
    """The standard MIB with an alarm present, the names in the maker's tree, NULLs between."""
    walk = ups("ups-delta", "二楼弱电间")
    walk.put(f"{SYSTEM}.2.0", OBJECT_ID, f"{ENTERPRISES}.2254.2.4")
    for leaf, words in ((1, "Delta"), (2, "RT-2K"), (3, "03")):
        walk.put(f"{ENTERPRISES}.2254.2.4.1.{leaf}.0", OCTETS, words)
    walk.put(f"{UPS}.2.6.0", "5", "")
    walk.put(f"{UPS}.6.1.0", GAUGE, 2)
    walk.put(f"{UPS}.6.2.1.2.1", OBJECT_ID, f"{UPS}.6.3.2")
    walk.put(f"{UPS}.6.2.1.2.2", OBJECT_ID, f"{UPS}.6.3.16")
    walk.put(f"{UPS}.7.3.0", INTEGER, 1)
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "ups-apc": apc,
    "ups-megatec": megatec,
    "ups-eaton": eaton,
    "ups-mge": mge,
    "ups-delta": delta,
}


def _bare(name: str, descr: str, object_id: str) -> Walk:
    walk = with_system(
        name, "网络机房", descr=descr, object_id=object_id, services=APPLICATION_SERVICES
    )
    walk.growing(f"{SYSTEM}.3.0", TICKS, start=ON_FOR, rate=100)
    return walk


def _probes(walk: Walk, monitor: str) -> None:
    """Two sockets for probes, one of them empty; two contacts, one of them switched off."""
    for row, words, status, temperature, unit, humidity in (
        (1, "机柜", 2, 77, 2, 45),
        (2, "Unknown", 1, -1, 1, -1),
    ):
        for leaf, value in ((3, status), (4, temperature), (5, unit), (6, humidity)):
            walk.put(f"{monitor}.3.2.1.{leaf}.{row}", INTEGER, value)
        walk.words(f"{monitor}.3.2.1.2.{row}", words)
    for row, words, enabled, status in ((1, "门", 2, 2), (2, "烟感", 1, 1)):
        walk.put(f"{monitor}.2.4.1.3.{row}", INTEGER, enabled)
        walk.words(f"{monitor}.3.4.1.2.{row}", words)
        walk.put(f"{monitor}.3.4.1.3.{row}", INTEGER, status)
