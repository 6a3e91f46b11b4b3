"""Which file systems can fill up: images that are full by design, and the kernel's own, cannot."""

import re
from typing import NamedTuple

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
