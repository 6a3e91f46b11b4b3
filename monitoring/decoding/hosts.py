"""Decoders for computers: processors and storage of HOST-RESOURCES-MIB (RFC 2790)."""

from typing import Any

from monitoring.decoding.rows import Decoder, Row, Rows, labelled, number, text, unique
from monitoring.readings import Reading
from monitoring.snmp import Oid, oid

STORAGE_TYPES: dict[Oid, str] = {
    oid("1.3.6.1.2.1.25.2.1.2"): "memory_used",  # hrStorageRam
    oid("1.3.6.1.2.1.25.2.1.3"): "swap_used",  # hrStorageVirtualMemory
    oid("1.3.6.1.2.1.25.2.1.4"): "disk_used",  # hrStorageFixedDisk
}
# What Linux takes back from these two as soon as a program wants it; net-snmp counts them as used.
REUSABLE_MEMORY = {"Memory buffers", "Cached memory"}
# Kernel file systems that net-snmp calls fixed disks.
NO_DISKS = ("/dev/", "/proc/", "/run", "/sys/")
WINDOWS_LABEL = " Label:"  # "C:\\ Label:Windows  Serial Number 5c3a…" is drive C: to everybody


def processors(rows: Rows, read: Any) -> list[Reading]:
    """The mean load over all processors."""
    loads = [load for row in rows.values() if (load := number(row.get("load"))) is not None]
    if not loads:
        return []
    return [Reading("cpu_load", value=round(sum(loads) / len(loads), 1), unit="percent")]


def storage(rows: Rows, read: Any) -> list[Reading]:
    """Fill of memory, swap and fixed disks; what has no size (an empty drive) is left out."""
    wanted = {
        index: metric
        for index, row in rows.items()
        if (metric := STORAGE_TYPES.get(_type(row.get("type"))))
        and _size(row.get("size"))
        and not text(row.get("label")).startswith(NO_DISKS)
    }
    disks = unique(
        {i: _disk_name(rows[i]) for i, metric in wanted.items() if metric == "disk_used"}
    )
    reusable = _reusable(rows)
    readings = []
    for index, metric in wanted.items():
        row = rows[index]
        size, used = _size(row.get("size")), _size(row.get("used"))
        if metric == "memory_used":
            used = max(used - reusable, 0)
        name = disks.get(index, "")
        readings.append(Reading(metric, name, round(100 * min(used / size, 1), 1), "percent"))
        if name:
            size_bytes = size * (number(row.get("units")) or 1)
            readings.append(Reading("disk_size", name, size_bytes, "bytes"))
    return readings


def volumes(rows: Rows, read: Any) -> list[Reading]:
    """Fill and size of volumes whose size a storage box tells in bytes."""
    readings = []
    for label, row in labelled(rows, read).items():
        total, free = number(row.get("total")) or 0, number(row.get("free"))
        if total <= 0 or free is None or not 0 <= free <= total:
            continue
        used = round(100 * (total - free) / total, 1)
        readings.append(Reading("disk_used", label, used, "percent"))
        readings.append(Reading("disk_size", label, total, "bytes"))
    return readings


def _reusable(rows: Rows) -> int:
    """Memory that is called used and is there for the taking, in the units of its rows."""
    return sum(
        _size(row.get("used")) for row in rows.values() if text(row.get("label")) in REUSABLE_MEMORY
    )


def _disk_name(row: Row) -> str:
    return text(row.get("label")).split(WINDOWS_LABEL)[0]


def _type(value: Any) -> Oid:
    return value if isinstance(value, tuple) else ()


def _size(value: Any) -> int:
    """Allocation units as they were meant: Integer32 overflows beyond 8 TB of 4 KB blocks."""
    units = number(value) or 0
    return units + 2**32 if units < 0 else units


DECODERS = {
    "volumes": Decoder(
        volumes,
        frozenset({"total", "free"}),
        frozenset({"label"}),
        steady=frozenset({"label", "total"}),
    ),
    "processors": Decoder(processors, frozenset({"load"})),
    "storage": Decoder(
        storage,
        frozenset({"type", "label", "units", "size", "used"}),
        steady=frozenset({"type", "label", "units", "size"}),
    ),
}
