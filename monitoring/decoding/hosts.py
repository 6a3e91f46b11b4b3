"""Decoder for computers: processors and storage of HOST-RESOURCES-MIB (RFC 2790).

Of file systems those can fill up that are neither full by design nor the kernel's own.
"""

import re
from typing import Any, NamedTuple

from monitoring.decoding.readings import Reading
from monitoring.decoding.rows import Decoder, Row, Rows, labelled, number, text, unique
from monitoring.snmp import Oid, oid

# What the kernel makes up, and where images that nobody can write to are mounted.
KERNEL = ("/dev", "/proc", "/run", "/sys", "/var/run", "/var/lock")
IMAGES = ("/rom", "/snap", "/var/lib/snapd/snap", "/cdrom", "/isodevice", "/packages", "/junos")
LAYERS = ("/var/lib/docker/overlay2", "/var/lib/docker/overlay", "/var/lib/containers/storage")
NOT_FILLED = (*KERNEL, *IMAGES, *LAYERS)
# Last parts of a place: chroots have a /dev of their own, and discs are mounted anywhere.
LAST_PARTS = re.compile(r"/(dev|proc|dev/fd|cdrom\d*|dvd\d*|iso)$")
READ_ONLY_KINDS = {
    "squashfs", "cramfs", "romfs", "erofs", "iso9660", "cd9660", "udf",
    "devfs", "devtmpfs", "procfs", "linprocfs", "linsysfs", "fdescfs", "sysfs", "overlay",
}  # fmt: skip
WINDOWS_LABEL = " Label:"  # "C:\\ Label:Windows  Serial Number 5c3a…" is drive C: to everybody
# "/dev/md0: mounted on: /packages/mnt/base, type: cd9660, dev: /dev/md0", or parts of it.
MOUNTED = re.compile(r"^(?P<source>[^,]*): mounted on: (?P<place>[^,]*)")
KIND = re.compile(r"[,:] (?:type: )?(?P<kind>[a-z0-9]+)\b")
MEMORY_DISK = re.compile(r"^/dev/md\d+$")


class FileSystem(NamedTuple):
    """Where it is mounted, from which device and of which kind, as far as its label tells."""

    place: str
    source: str = ""
    kind: str = ""


def file_system(label: str) -> FileSystem:
    """What a label of hrStorageDescr tells; net-snmp gives the place alone."""
    kinds = [found["kind"] for found in KIND.finditer(label) if found["kind"] in READ_ONLY_KINDS]
    kind = kinds[0] if kinds else ""
    if (mounted := MOUNTED.match(label)) is not None:
        return FileSystem(mounted["place"].strip(), mounted["source"].strip(), kind)
    return FileSystem(label.split(", type:")[0].strip(), kind=kind)


def can_fill(label: str) -> bool:
    """Whether something can be written to the file system, so that "full" would be news."""
    known = file_system(label)
    if known.kind or MEMORY_DISK.match(known.source):
        return False
    place = known.place.casefold()
    if place.endswith((".iso", ".squashfs", ".snap")) or LAST_PARTS.search(place):
        return False
    return not any(place == one or place.startswith(f"{one}/") for one in NOT_FILLED)


def disk_name(label: str) -> str:
    """What people call it: a Windows drive without its label and number, a BSD's by its place."""
    return file_system(label.split(WINDOWS_LABEL)[0]).place


RAM, VIRTUAL_MEMORY, FIXED_DISK = (oid(f"1.3.6.1.2.1.25.2.1.{n}") for n in (2, 3, 4))
# Rows that tell of a part of the memory; Arista gives them the type of the memory itself.
MEMORY_PARTS = re.compile(r"buffer|cache|shared|available|slab|locked", re.IGNORECASE)
# What is taken back from these as soon as a program wants it.
REUSABLE_MEMORY = re.compile(r"buffer|cache", re.IGNORECASE)
AVAILABLE_MEMORY = "available memory"
WHOLE_VIRTUAL_MEMORY = "virtual memory"  # memory and swap in one: no measure of either
SWAP = re.compile(r"swap|paging|page ?file|交换|分页", re.IGNORECASE)
# The two readings of one agent are of slightly different moments.
NEARLY = 0.98
READ_ONLY = 2  # hrFSAccess


def processors(rows: Rows, read: Any) -> list[Reading]:
    """The mean load over all processors."""
    loads = [load for row in rows.values() if (load := number(row.get("load"))) is not None]
    if not loads:
        return []
    return [Reading("cpu_load", value=round(sum(loads) / len(loads), 1), unit="percent")]


def storage(rows: Rows, read: Any) -> list[Reading]:
    """Fill of memory, swap and fixed disks; what has no size (an empty drive) is left out.

    Disks that nobody can write to are full by design and left out as well.
    """
    sized = {index: row for index, row in rows.items() if _bytes(row, "size") > 0}
    return [*_memory(sized), *_swap(sized), *_disks(sized, _read_only(rows))]


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


def _memory(rows: Rows) -> list[Reading]:
    """Memory in use, without what programs get at once."""
    whole = next(
        (row for row in _of_type(rows, RAM) if not MEMORY_PARTS.search(text(row.get("label")))),
        None,
    )
    if whole is None:
        return []
    size = _bytes(whole, "size")
    available = _labelled(rows, AVAILABLE_MEMORY)
    if available is not None:
        used = max(size - _bytes(available, "size"), 0)
    else:
        used = _bytes(whole, "used")
        reusable = _reusable(rows)
        if used >= reusable and not _is_net(rows, used):
            used -= reusable
    return [_share("memory_used", "", used, size)]


def _is_net(rows: Rows, used: int) -> bool:
    """Whether the agent has already taken buffers and cache off its figure for the memory.

    It has where less is in use than the figure for memory and swap together leaves for memory.
    """
    virtual = _labelled(rows, WHOLE_VIRTUAL_MEMORY)
    if virtual is None:
        return False
    swap = sum(_bytes(row, "used") for row in _swaps(rows))
    return used < NEARLY * (_bytes(virtual, "used") - swap)


def _swap(rows: Rows) -> list[Reading]:
    """Swap by the rows that are called so; memory and swap in one row are no swap."""
    swaps = _swaps(rows)
    size = sum(_bytes(row, "size") for row in swaps)
    return [_share("swap_used", "", sum(_bytes(r, "used") for r in swaps), size)] if size else []


def _swaps(rows: Rows) -> list[Row]:
    return [row for row in _of_type(rows, VIRTUAL_MEMORY) if SWAP.search(text(row.get("label")))]


def _disks(rows: Rows, read_only: set[int]) -> list[Reading]:
    disks = {
        index: row
        for index, row in rows.items()
        if _type(row.get("type")) == FIXED_DISK
        and index[-1] not in read_only
        and can_fill(text(row.get("label")))
    }
    names = unique({index: disk_name(text(row.get("label"))) for index, row in disks.items()})
    readings = []
    for index, row in disks.items():
        size = _bytes(row, "size")
        readings.append(_share("disk_used", names[index], _bytes(row, "used"), size))
        if names[index]:
            readings.append(Reading("disk_size", names[index], size, "bytes"))
    return readings


def _read_only(rows: Rows) -> set[int]:
    """The storage rows of file systems that hrFSTable calls read-only."""
    return {
        number(row.get("fs_storage")) or 0
        for row in rows.values()
        if number(row.get("fs_access")) == READ_ONLY
    }


def _reusable(rows: Rows) -> int:
    """Memory that is called used and is there for the taking, in bytes."""
    return sum(
        _bytes(row, "used")
        for row in rows.values()
        if _type(row.get("type")) not in (FIXED_DISK, VIRTUAL_MEMORY)
        and REUSABLE_MEMORY.search(text(row.get("label")))
    )


def _of_type(rows: Rows, kind: Oid) -> list[Row]:
    return [row for row in rows.values() if _type(row.get("type")) == kind]


def _labelled(rows: Rows, label: str) -> Row | None:
    return next((r for r in rows.values() if text(r.get("label")).casefold() == label), None)


def _share(metric: str, name: str, used: int, size: int) -> Reading:
    return Reading(metric, name, round(100 * min(used / size, 1), 1), "percent")


def _bytes(row: Row, role: str) -> int:
    return _size(row.get(role)) * (number(row.get("units")) or 1)


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
        frozenset({"fs_storage", "fs_access"}),
        steady=frozenset({"type", "label", "units", "size", "fs_storage", "fs_access"}),
    ),
}
