"""Walks of network storage and of a projector."""

from collections.abc import Callable

from labshare.demo.walk_hosts import FIXED_DISK, HOST, RAM, put_storage
from labshare.demo.walk_rows import (
    COUNTER64,
    INTEGER,
    OCTETS,
    SYSTEM,
    TICKS,
    TICKS_AN_HOUR,
    Walk,
    with_system,
)

ENTERPRISES = "1.3.6.1.4.1"
APPLICATION_SERVICES = 72
TERABYTE = 10**12
WRAPPED_ONCE = 350_000_000  # hundredths of a second after 2^32 of them: 537 days in all


def synology() -> Walk:
    """Two drives, one with bad sectors that nobody may overlook; a pool that is always full."""
    walk = _linux("nas-synology", "Linux nas-synology 4.4.302+ #69057 SMP x86_64")
    tree = f"{ENTERPRISES}.6574"
    for leaf, value in (("1", 1), ("2", 41), ("3", 1), ("4.1", 1), ("4.2", 1), ("5.4", 1)):
        walk.put(f"{tree}.1.{leaf}.0", INTEGER, value)
    for leaf, words in (("5.1", "DS224"), ("5.2", "DEMOSYN01"), ("5.3", "DSM 7.2.1-69057")):
        walk.put(f"{tree}.1.{leaf}.0", OCTETS, words)
    for row, (state, temperature, bad, life, health) in enumerate(
        ((1, 36, 0, -1, 1), (1, 57, 511, 88, 2))
    ):
        walk.words(f"{tree}.2.1.1.2.{row}", f"硬盘 {row + 1}")
        for column, value in ((5, state), (6, temperature), (9, bad), (11, life), (13, health)):
            walk.put(f"{tree}.2.1.1.{column}.{row}", INTEGER, value)
    for row, (words, status) in enumerate((("存储空间 1", 11), ("存储池 1", 11))):
        walk.words(f"{tree}.3.1.1.2.{row}", words)
        walk.put(f"{tree}.3.1.1.3.{row}", INTEGER, status)
    put_storage(walk, 45, FIXED_DISK, "/volume1", 4096, 1_450_978_620, 934_511_122)
    return walk


def qnap() -> Walk:
    """Four bays, one empty; a volume that is being rebuilt."""
    walk = _linux("nas-qnap", "Linux nas-qnap 5.10.60-qnap #1 SMP x86_64")
    tree = f"{ENTERPRISES}.24681.1.3"
    walk.put(f"{tree}.12.0", OCTETS, "TS-464")
    walk.put(f"{tree}.5.0", INTEGER, 52)
    walk.put(f"{tree}.6.0", INTEGER, 38)
    for row, (temperature, status, health) in enumerate(
        ((39, 0, "GOOD"), (40, 0, "Warning"), (0, -5, "--"), (41, -9, "Abnormal")), 1
    ):
        walk.put(f"{tree}.11.1.2.{row}", OCTETS, f"HDD{row}")
        walk.put(f"{tree}.11.1.3.{row}", INTEGER, temperature)
        walk.put(f"{tree}.11.1.4.{row}", INTEGER, status)
        walk.put(f"{tree}.11.1.7.{row}", OCTETS, health)
    walk.put(f"{tree}.15.1.2.1", OCTETS, "System FAN 1")
    walk.put(f"{tree}.15.1.3.1", INTEGER, 861)
    walk.words(f"{tree}.17.1.2.1", "[Volume 课件, Pool 1]")
    walk.put(f"{tree}.17.1.4.1", COUNTER64, 8 * TERABYTE)
    walk.put(f"{tree}.17.1.5.1", COUNTER64, 2 * TERABYTE)
    walk.put(f"{tree}.17.1.6.1", OCTETS, "Rebuilding...")
    return walk


def projector() -> Walk:
    """A projector whose agent's uptime ran over once, as its engine's time tells."""
    walk = with_system(
        "投影机-301",
        "计算机教室一",
        descr="EPSON Network Projector",
        object_id=f"{ENTERPRISES}.1248.4.1",
        services=APPLICATION_SERVICES,
    )
    walk.put(f"{SYSTEM}.3.0", TICKS, WRAPPED_ONCE)
    walk.put("1.3.6.1.6.3.10.2.1.3.0", INTEGER, (2**32 + WRAPPED_ONCE) // 100)
    walk.put(f"{ENTERPRISES}.1248.4.1.1.1.1.0", INTEGER, 3_079)
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "nas-synology": synology,
    "nas-qnap": qnap,
    "projector-epson": projector,
}


def _linux(name: str, descr: str) -> Walk:
    walk = with_system(
        name,
        "网络机房",
        descr=descr,
        object_id=f"{ENTERPRISES}.8072.3.2.10",
        services=APPLICATION_SERVICES,
    )
    walk.growing(f"{HOST}.1.1.0", TICKS, start=40 * TICKS_AN_HOUR, rate=100)
    walk.put(f"{HOST}.3.3.1.2.196608", INTEGER, 33)
    put_storage(walk, 1, RAM, "Physical memory", 1024, 2_048_000, 1_800_000)
    for row, words, used in ((6, "Memory buffers", 80_000), (7, "Cached memory", 900_000)):
        put_storage(walk, row, f"{HOST}.2.1.1", words, 1024, used, used)
    return walk
