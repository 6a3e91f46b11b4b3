"""Bits that turn over inside the object store's own files, as on a disk that is wearing out."""

import mmap
from pathlib import Path

from tests.conftest import Stack


def flip(stack: Stack, content: bytes, *, at: int | None = None) -> int:
    """Turn one byte of ``content`` over wherever a volume holds it, removed copies too.

    The content must be of random bytes, or the store packs it.
    """
    at = len(content) // 2 if at is None else at
    window = content[max(0, at - 40) : at + 40]
    offset = at - max(0, at - 40)
    return sum(_flip(path, window, offset) for path in stack.settings.data.rglob("*.dat"))


def _flip(path: Path, window: bytes, offset: int) -> int:
    flipped = start = 0
    if not path.stat().st_size:
        return 0
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as volume:
        while (found := volume.find(window, start)) >= 0:
            volume[found + offset] ^= 0xFF
            flipped, start = flipped + 1, found + 1
        volume.flush()
    return flipped
