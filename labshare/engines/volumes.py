"""The volumes of SeaweedFS after a power cut: incomplete records are cut off, indexes are made anew.

A volume is one file NAME.dat to which records are appended, beside an index NAME.idx and a cache
of that, NAME.ldb. All that was acknowledged has been flushed (`storage.objects.flushing`), so only
the end of a file can be torn. With a torn index SeaweedFS finds nothing in the volume, and with a
torn last record it never writes to the volume again, until no room is left for new ones.

Layout of a volume of version 3 (SeaweedFS, weed/storage/super_block and weed/storage/needle):
8 bytes of superblock, of which the first is the version and the last two the length of more that
follows; then records, each of which is a header (cookie 4, id 8, size 4, big-endian), `size` bytes,
a checksum of 4, a time of 8, and 1 to 8 bytes up to the next multiple of 8.
"""

import json
import os
import shutil
import struct
from pathlib import Path
from typing import BinaryIO

import structlog

from core.disks import flush_around
from labshare.engines.account import Account
from labshare.engines.folders import write_private

log = structlog.get_logger(__name__)

# There while the store runs, and after it ended without being stopped.
MARK = "running.json"
SUPERBLOCK = struct.Struct(">B5xH")
VERSION = 3
HEADER = struct.Struct(">4xQi")
CHECKSUM_AND_TIME_BYTES = 4 + 8
ALIGNMENT = 8


def mark_as_running(folder: Path, account: Account) -> None:
    """Notes the length of each volume, all of it on the disk, before the store starts."""
    flush_around(folder)
    write_private(folder / MARK, json.dumps(_lengths(folder)) + "\n", account)


def mark_as_stopped(folder: Path) -> None:
    """Says that the store was stopped and everything it wrote is on the disk.

    Says nothing if the disk reports an error: then the next start looks for what is torn.
    """
    try:
        flush_around(folder)
    except OSError as error:
        log.error("object_store.not_flushed", reason=error.strerror)
        return
    (folder / MARK).unlink(missing_ok=True)


def repair(folder: Path) -> list[str]:
    """Mends the volumes that a run without an end has written to; their names.

    Only while no store runs. SeaweedFS then makes each index from its volume when it starts.
    """
    if not (folder / MARK).exists():
        return []
    before = _noted(folder / MARK)
    touched = [name for name, length in _lengths(folder).items() if before.get(name) != length]
    for name in touched:
        _cut_torn_end(folder / f"{name}.dat")
        (folder / f"{name}.idx").unlink(missing_ok=True)
        shutil.rmtree(folder / f"{name}.ldb", ignore_errors=True)
    if touched:
        log.warning("object_store.repaired", volumes=touched)
    return touched


def _lengths(folder: Path) -> dict[str, list[int]]:
    """Length of each volume and of its index; the latter is -1 if there is none."""
    return {
        volume.stem: [volume.stat().st_size, _length(volume.with_suffix(".idx"))]
        for volume in sorted(folder.glob("*.dat"))
    }


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else -1


def _noted(mark: Path) -> dict[str, list[int]]:
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _cut_torn_end(volume: Path) -> None:
    with volume.open("r+b") as file:
        end = _end_of_whole_records(file)
        length = file.seek(0, os.SEEK_END)
        if end is not None and end < length:
            log.warning("object_store.torn", volume=volume.name, cut_bytes=length - end)
            file.truncate(end)
            os.fsync(file.fileno())


def _end_of_whole_records(file: BinaryIO) -> int | None:
    """Where the last whole record ends; None for a file whose layout is not the one we know."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(SUPERBLOCK.size)
    if len(start) < SUPERBLOCK.size:
        return None
    version, more = SUPERBLOCK.unpack(start)
    if version != VERSION:
        return None
    end: int = SUPERBLOCK.size + more
    while (following := _end_of_record(file, end)) is not None and following <= length:
        end = following
    return end


def _end_of_record(file: BinaryIO, start: int) -> int | None:
    """Where the record at `start` ends, be the file long enough or not; None if there is none."""
    file.seek(start)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    identifier, size = HEADER.unpack(header)
    if identifier == 0 or size < 0:
        return None
    unpadded: int = start + HEADER.size + size + CHECKSUM_AND_TIME_BYTES
    return unpadded + ALIGNMENT - unpadded % ALIGNMENT
