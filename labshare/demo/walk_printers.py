"""Walks of printers by Printer-MIB (RFC 3805)."""

from typing import NamedTuple

from labshare.demo.walk_rows import (
    COUNTER,
    INTEGER,
    OBJECT_ID,
    OCTETS,
    SYSTEM,
    TICKS,
    TICKS_AN_HOUR,
    Walk,
    with_system,
)

PRINTER = "1.3.6.1.2.1.43"
SUPPLY = f"{PRINTER}.11.1.1"
TRAY = f"{PRINTER}.8.2.1"
DEVICE = "1.3.6.1.2.1.25.3"
APPLICATION_SERVICES = 72
TONER, CONSUMED = 3, 3
TONER_LOW_BIT = "20"


class Supply(NamedTuple):
    """One supply as the MIB tells it: ``unit`` 7 impressions, 13 grams, 19 percent."""

    label: str
    level: int
    capacity: int
    unit: int = 13
    kind: int = TONER
    container: int = CONSUMED


def printer(
    name: str,
    place: str,
    *,
    model: str,
    pages: int,
    supplies: list[Supply],
    object_id: str,
    encoding: str = "utf-8",
) -> Walk:
    """A printer that has been on for some hours and prints a page every two minutes."""
    walk = with_system(
        name,
        place,
        descr=f"{model}, Firmware 2.11",
        object_id=object_id,
        services=APPLICATION_SERVICES,
        encoding=encoding,
    )
    walk.growing(f"{SYSTEM}.3.0", TICKS, start=5 * TICKS_AN_HOUR, rate=100)
    _condition(walk, model, is_low=any(0 <= s.level < s.capacity // 10 for s in supplies))
    walk.put(f"{PRINTER}.5.1.1.16.1", OCTETS, model)
    walk.put(f"{PRINTER}.5.1.1.17.1", OCTETS, f"DEMO{pages:06d}")
    walk.growing(f"{PRINTER}.10.2.1.4.1.1", COUNTER, start=pages, rate=0.008)
    walk.words(f"{PRINTER}.16.5.1.2.1.1", "就绪", encoding)
    for row, supply in enumerate(supplies, 1):
        _supply(walk, row, supply, encoding)
    _tray(walk, 1, "手送纸盒", level=-3, capacity=-2, encoding=encoding)
    _tray(walk, 2, "纸盒 1", level=180, capacity=250, encoding=encoding)
    return walk


def _condition(walk: Walk, model: str, *, is_low: bool) -> None:
    walk.put(f"{DEVICE}.2.1.2.1", OBJECT_ID, "1.3.6.1.2.1.25.3.1.5")
    walk.put(f"{DEVICE}.2.1.3.1", OCTETS, model)
    walk.put(f"{DEVICE}.2.1.5.1", INTEGER, 3 if is_low else 2)
    walk.put(f"{DEVICE}.5.1.1.1", INTEGER, 3)
    walk.put(f"{DEVICE}.5.1.2.1", f"{OCTETS}x", TONER_LOW_BIT if is_low else "00")


def _supply(walk: Walk, row: int, supply: Supply, encoding: str) -> None:
    index = f"1.{row}"
    walk.put(f"{SUPPLY}.4.{index}", INTEGER, supply.container)
    walk.put(f"{SUPPLY}.5.{index}", INTEGER, supply.kind)
    walk.words(f"{SUPPLY}.6.{index}", supply.label, encoding)
    walk.put(f"{SUPPLY}.7.{index}", INTEGER, supply.unit)
    walk.put(f"{SUPPLY}.8.{index}", INTEGER, supply.capacity)
    walk.put(f"{SUPPLY}.9.{index}", INTEGER, supply.level)


def _tray(walk: Walk, row: int, label: str, *, level: int, capacity: int, encoding: str) -> None:
    index = f"1.{row}"
    walk.put(f"{TRAY}.8.{index}", INTEGER, 8)
    walk.put(f"{TRAY}.9.{index}", INTEGER, capacity)
    walk.put(f"{TRAY}.10.{index}", INTEGER, level)
    walk.words(f"{TRAY}.18.{index}", label, encoding)
