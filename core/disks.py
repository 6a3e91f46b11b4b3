"""Disks: flush one file system and only that one, how much room is left, and what that means."""

import ctypes
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from core.errors import say

# PostgreSQL's log grows by a file of this size; without it no row can be stored any more.
FULL_BELOW_BYTES = 16 * 1024 * 1024
DISK_FULL = say(
    "The disk of the server is full, so this could not be saved. Everything saved before is safe"
    " and can still be read. Ask whoever looks after the server to make room, then try again."
)

_libc = ctypes.CDLL(None, use_errno=True)


def flush(descriptor: int) -> None:
    """All that was written to the descriptor's file system is on the disk then (syncfs(2)).

    OSError if a write failed since the descriptor was opened: Linux reports it once to each.
    """
    if not hasattr(_libc, "syncfs"):  # macOS: the whole machine, and no errors
        os.sync()
    elif _libc.syncfs(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def flush_around(folder: Path) -> None:
    """The same for the file system of a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


class DiskRoom(StrEnum):
    """``low``: no more files are taken in. ``full``: nothing can be stored at all."""

    ok = "ok"
    low = "low"
    full = "full"


class Disk(msgspec.Struct, frozen=True):
    """A file system, named by a folder on it; ``free_bytes`` are those that need no root."""

    folder: Path
    size_bytes: int
    free_bytes: int

    def room(self, keep_free_bytes: int) -> DiskRoom:
        """How it stands where ``keep_free_bytes`` are to be kept free of files."""
        if self.free_bytes < FULL_BELOW_BYTES:
            return DiskRoom.full
        return DiskRoom.low if self.free_bytes < keep_free_bytes else DiskRoom.ok


def look(folder: Path) -> Disk:
    """The file system of a folder; OSError if there is no such folder."""
    found = os.statvfs(folder)
    return Disk(folder, found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)


def look_at_all(folders: Iterable[Path]) -> list[Disk]:
    """The file systems of those folders that are there, each once."""
    seen: dict[int, Disk] = {}
    for folder in folders:
        if folder.is_dir():
            seen.setdefault(folder.stat().st_dev, look(folder))
    return list(seen.values())


def worst(disks: Iterable[Disk], keep_free_bytes: int) -> DiskRoom:
    """The room on the disk that has least of it."""
    found = {disk.room(keep_free_bytes) for disk in disks}
    return next((room for room in (DiskRoom.full, DiskRoom.low) if room in found), DiskRoom.ok)
