"""Walks of what measures a room: by ENTITY-SENSOR-MIB (RFC 3433), and as makers build it."""

from collections.abc import Callable

from labshare.demo.walk_cards import put_card
from labshare.demo.walk_network import put_sensor
from labshare.demo.walk_rows import INTEGER, OCTETS, SYSTEM, Walk, with_system

ENTERPRISES = "1.3.6.1.4.1"
APPLICATION_SERVICES = 72
ON_SINCE = 1_772_150_400
VOLTS, AMPERES, WATTS, CELSIUS, HUMIDITY, REVOLUTIONS, TRUTH = 4, 5, 6, 8, 9, 10, 12
MILLI, UNAVAILABLE, BROKEN = 8, 2, 3
NORMAL, NO_STATUS, LOW_CRITICAL = 2, 1, 6
CONTACT, WATER, MOTION = 10, 4, 14


def room_sensor() -> Walk:
    """Every kind of sensor, every scale, one that is broken and one that is not there."""
    walk = _sensor("sensor-room", "Temperature and humidity sensor", f"{ENTERPRISES}.99999.1")
    put_sensor(walk, 1, "机房温度", kind=CELSIUS, value=235, precision=1)
    put_sensor(walk, 2, "机房湿度", kind=HUMIDITY, value=461, precision=1)
    put_sensor(walk, 3, "电池", kind=VOLTS, value=12_640, scale=MILLI)
    put_sensor(walk, 4, "支路 1", kind=AMPERES, value=740, scale=MILLI)
    put_sensor(walk, 5, "支路 1 功率", kind=WATTS, value=163)
    put_sensor(walk, 6, "风扇", kind=REVOLUTIONS, value=1_200)
    put_sensor(walk, 7, "柜门", kind=TRUTH, value=2)
    put_sensor(walk, 8, "备用温度", kind=CELSIUS, value=0, status=UNAVAILABLE)
    put_sensor(walk, 9, "屋顶温度", kind=CELSIUS, value=0, status=BROKEN)
    return walk


def akcp() -> Walk:
    """Two thermometers of which one counts in Fahrenheit, water, motion and contacts."""
    walk = _sensor("sensor-akcp", "SensorProbe", f"{ENTERPRISES}.3854.1")
    walk.put(f"{ENTERPRISES}.3854.1.1.6.0", OCTETS, "AKCP")
    walk.put(f"{ENTERPRISES}.3854.1.1.8.0", OCTETS, "sensorProbe8")
    tree = f"{ENTERPRISES}.3854.1.2.2.1"
    for row, words, status, online, celsius, raw in (
        (0, "机柜 1", NORMAL, 1, 1, 235),
        (1, "机柜 2", NORMAL, 1, 0, 752),
        (2, "Temperature3 Description", 0, 2, 0, 0),
    ):
        walk.words(f"{tree}.16.1.1.{row}", words)
        for leaf, value in ((4, status), (5, online), (12, celsius), (14, raw)):
            walk.put(f"{tree}.16.1.{leaf}.{row}", INTEGER, value)
    for row, online, percent in ((0, 1, 12), (1, 2, 0)):
        walk.words(f"{tree}.17.1.1.{row}", f"湿度 {row + 1}")
        status = LOW_CRITICAL if online == 1 else 0
        for leaf, value in ((3, percent), (4, status), (5, online)):
            walk.put(f"{tree}.17.1.{leaf}.{row}", INTEGER, value)
    for row, words, status, online, kind in (
        (0, "漏水绳", NORMAL, 1, WATER),
        (1, "门磁", 4, 1, CONTACT),
        (2, "走廊", NORMAL, 1, MOTION),
        (3, "Switch4 Description", NO_STATUS, 2, CONTACT),
    ):
        walk.words(f"{tree}.18.1.1.{row}", words)
        for leaf, value in ((3, status), (4, online), (9, kind)):
            walk.put(f"{tree}.18.1.{leaf}.{row}", INTEGER, value)
    return walk


def avtech() -> Walk:
    """One thermometer inside, two outside, and a contact."""
    walk = _sensor("sensor-avtech", "Room Alert 4E v4.2.4", f"{ENTERPRISES}.20916.1.6")
    tree = f"{ENTERPRISES}.20916.1.6.1"
    walk.put(f"{tree}.1.1.2.0", INTEGER, 22)
    walk.words(f"{tree}.1.2.1.0", "机房")
    for place, words, celsius in ((1, "门口", 23), (2, "窗边", 19)):
        walk.put(f"{tree}.2.{place}.1.0", INTEGER, celsius)
        walk.words(f"{tree}.2.{place}.8.0", words)
    walk.put(f"{tree}.3.1.0", INTEGER, 1)
    walk.words(f"{tree}.3.2.0", "柜门")
    return walk


def hwg() -> Walk:
    """Tenths of a degree and of a percent; one probe is not plugged in."""
    walk = _sensor("sensor-hwg", "HWg-STE", f"{ENTERPRISES}.21796.4.1")
    tree = f"{ENTERPRISES}.21796.4.1.3.1"
    for row, words, state, value, unit in (
        (1, "图书室", 1, 217, 1),
        (2, "图书室湿度", 5, 912, 4),
        (3, "未接", 0, -9_999, 1),
    ):
        walk.words(f"{tree}.2.{row}", words)
        for leaf, number in ((3, state), (5, value), (7, unit)):
            walk.put(f"{tree}.{leaf}.{row}", INTEGER, number)
    return walk


def apc() -> Walk:
    """A rack monitor that counts in Fahrenheit, an environmental unit in Celsius, and smoke."""
    walk = _sensor("sensor-apc", "APC Web/SNMP Management Card", f"{ENTERPRISES}.318.1.3.8.4")
    tree = f"{ENTERPRISES}.318.1.1.10"
    walk.put(f"{tree}.4.2.1.0", INTEGER, 2)
    for row, words, degrees, percent, status in (
        ("0.1", "服务器机柜", 77, 41, 2),
        ("0.2", "未接", -1, -1, 1),
        ("1.1", "配线间", 86, -1, 2),
    ):
        walk.words(f"{tree}.4.2.3.1.3.{row}", words)
        for leaf, value in ((5, degrees), (6, percent), (7, status)):
            walk.put(f"{tree}.4.2.3.1.{leaf}.{row}", INTEGER, value)
    walk.put(f"{tree}.3.12.11.0", INTEGER, 1)
    walk.words(f"{tree}.3.13.1.1.2.1", "图书室")
    for leaf, value in ((3, 22), (6, 55), (10, 2)):
        walk.put(f"{tree}.3.13.1.1.{leaf}.1", INTEGER, value)
    for row, words, state in (("0.1", "烟感一", 2), ("0.2", "烟感二", 1)):
        walk.words(f"{tree}.4.7.2.1.3.{row}", words)
        walk.put(f"{tree}.4.7.2.1.5.{row}", INTEGER, state)
    return walk


def netbotz() -> Walk:
    """Tenths of degrees and of percents; one thermometer is beyond its bounds."""
    walk = _sensor("sensor-netbotz", "NetBotz 355", f"{ENTERPRISES}.5528.100.20.10.2013")
    tree = f"{ENTERPRISES}.5528.100.4.1"
    for table, row, words, tenths, status in (
        (1, 636_159_851, "机柜上部", 268, 0),
        (1, 636_159_852, "机柜下部", 391, 3),
        (2, 1_744_856_019, "湿度", 462, 0),
    ):
        walk.put(f"{tree}.{table}.1.2.{row}", INTEGER, tenths)
        walk.put(f"{tree}.{table}.1.3.{row}", INTEGER, status)
        walk.words(f"{tree}.{table}.1.4.{row}", words)
    return walk


def _sensor(name: str, descr: str, object_id: str) -> Walk:
    walk = with_system(
        name, "网络机房", descr=descr, object_id=object_id, services=APPLICATION_SERVICES
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    put_card(walk, name)
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "sensor-room": room_sensor,
    "sensor-akcp": akcp,
    "sensor-avtech": avtech,
    "sensor-hwg": hwg,
    "sensor-apc": apc,
    "sensor-netbotz": netbotz,
}
