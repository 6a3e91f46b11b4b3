"""Walks of PCs by HOST-RESOURCES-MIB (RFC 2790): Windows, and Linux with the UCD tree."""

from labshare.demo.walk_rows import (
    COUNTER,
    GAUGE,
    INTEGER,
    OBJECT_ID,
    OCTETS,
    SYSTEM,
    TICKS,
    TICKS_AN_HOUR,
    Walk,
    with_system,
)

HOST = "1.3.6.1.2.1.25"
STORAGE = f"{HOST}.2.3.1"
UCD = "1.3.6.1.4.1.2021"
RAM, VIRTUAL, FIXED_DISK = (f"{HOST}.2.1.{n}" for n in (2, 3, 4))
APPLICATION_SERVICES = 76
MEBIBYTE = 2**20


def windows_pc(
    name: str,
    place: str,
    *,
    hours_on: float,
    seed: int,
    disk_percent: int,
) -> Walk:
    """A classroom PC under Windows; the SNMP service started a minute after the machine."""
    walk = with_system(
        name,
        place,
        descr="Hardware: Intel64 Family 6 Model 60 - Software: Windows Version 6.3",
        object_id="1.3.6.1.4.1.311.1.1.3.1.1",
        services=APPLICATION_SERVICES,
    )
    _uptimes(walk, hours_on)
    _load(walk, seed, processors=4)
    disk_units = 120 * 1024 * MEBIBYTE // 4096
    _put_storage(
        walk,
        1,
        FIXED_DISK,
        "C:\\ Label:系统  Serial Number 5c3a1f0e",
        4096,
        disk_units,
        disk_units * disk_percent // 100,
    )
    _put_storage(walk, 2, VIRTUAL, "Virtual Memory", 65536, 81_920, 20_000 + seed * 300)
    _put_storage(walk, 3, RAM, "Physical Memory", 65536, 65_536, 24_000 + seed * 700)
    _port(walk, "Realtek PCIe GbE Family Controller", seed)
    return walk


def linux_pc(name: str, place: str, *, hours_on: float, seed: int) -> Walk:
    """A classroom PC under Linux, with net-snmp's agent."""
    walk = with_system(
        name,
        place,
        descr=f"Linux {name} 6.1.0-amd64 #1 SMP Debian x86_64",
        object_id="1.3.6.1.4.1.8072.3.2.10",
        services=APPLICATION_SERVICES,
    )
    _uptimes(walk, hours_on)
    _load(walk, seed, processors=2)
    total = 4 * 1024 * 1024
    for leaf, value in (
        (3, 2_097_148),
        (4, 2_097_148),
        (5, total),
        (6, total // 4),
        (14, 120_000),
        (15, total // 4),
    ):
        walk.put(f"{UCD}.4.{leaf}.0", INTEGER, value)
    for row, (label, load) in enumerate((("Load-1", 0.2), ("Load-5", 0.3), ("Load-15", 0.2)), 1):
        walk.put(f"{UCD}.10.1.2.{row}", OCTETS, label)
        walk.put(f"{UCD}.10.1.3.{row}", OCTETS, f"{load + seed / 100:.2f}")
        walk.put(f"{UCD}.10.1.5.{row}", INTEGER, round(100 * load) + seed)
    walk.put(f"{UCD}.13.16.2.1.2.1", OCTETS, "Core 0")
    walk.swinging(f"{UCD}.13.16.2.1.3.1", GAUGE, middle=48_000, by=6_000)
    disk_units = 60 * 1024 * MEBIBYTE // 4096
    _put_storage(walk, 1, RAM, "Physical memory", 1024, total, total * 3 // 4)
    _put_storage(walk, 3, VIRTUAL, "Virtual memory", 1024, total + 2_097_148, total * 3 // 4)
    _put_storage(walk, 10, VIRTUAL, "Swap space", 1024, 2_097_148, 0)
    _put_storage(walk, 40, FIXED_DISK, "/snap/core22/1", 131_072, 560, 560)
    _put_storage(walk, 31, FIXED_DISK, "/", 4096, disk_units, disk_units * (30 + seed) // 100)
    _port(walk, "enp2s0", seed)
    return walk


def _uptimes(walk: Walk, hours_on: float) -> None:
    start = round(hours_on * TICKS_AN_HOUR)
    walk.growing(f"{HOST}.1.1.0", TICKS, start=start, rate=100)
    walk.growing(f"{SYSTEM}.3.0", TICKS, start=start - 6_000, rate=100)


def _load(walk: Walk, seed: int, *, processors: int) -> None:
    walk.put(f"{HOST}.1.5.0", GAUGE, 1)
    walk.swinging(f"{HOST}.1.6.0", GAUGE, middle=140 + seed, by=12)
    for row in range(1, processors + 1):
        walk.swinging(
            f"{HOST}.3.3.1.2.{row}",
            INTEGER,
            middle=25 + seed % 7 * 4,
            by=20,
            seconds=420 + 40 * row,
        )


def _put_storage(
    walk: Walk,
    row: int,
    kind: str,
    label: str,
    unit: int,
    size: int,
    used: int,
) -> None:
    """One row of hrStorageTable; sizes in units of ``unit`` bytes."""
    walk.put(f"{STORAGE}.1.{row}", INTEGER, row)
    walk.put(f"{STORAGE}.2.{row}", OBJECT_ID, kind)
    walk.words(f"{STORAGE}.3.{row}", label)
    walk.put(f"{STORAGE}.4.{row}", INTEGER, unit)
    walk.put(f"{STORAGE}.5.{row}", INTEGER, size)
    walk.put(f"{STORAGE}.6.{row}", INTEGER, used)


def _port(walk: Walk, descr: str, seed: int) -> None:
    entry = "1.3.6.1.2.1.2.2.1"
    walk.put(f"{entry}.1.1", INTEGER, 1)
    walk.words(f"{entry}.2.1", descr)
    for leaf, tag, value in (
        (3, INTEGER, 6),
        (5, GAUGE, 1_000_000_000),
        (7, INTEGER, 1),
        (8, INTEGER, 1),
    ):
        walk.put(f"{entry}.{leaf}.1", tag, value)
    walk.growing(f"{entry}.10.1", COUNTER, start=seed * 1_000_000, rate=40_000 + seed * 500)
    walk.growing(f"{entry}.16.1", COUNTER, start=seed * 400_000, rate=9_000 + seed * 200)
