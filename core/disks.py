"""What the standard library does not say of a disk: flush one file system, and only that one."""

import ctypes
import os
from pathlib import Path

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
