"""Foreign files are read in a process of their own: what it takes too much of ends it, not us."""

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core import sandbox, zip_files
from core.sandbox import Limits, ReadingFailed
from core.zip_files import MOST_DIRECTORY_BYTES, DirectoryTooLarge, directory_bytes
from storage import extraction

HUNGRY = "tests.storage.hungry_readers"
TIGHT = Limits(
    memory_bytes=512 * 1024**2,
    cpu_seconds=1,
    wall_seconds=60,
    output_bytes=2_000_000,
    file_bytes=8_000_000,
)
OOXML = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize("appetite", ["memory", "processor", "answer", "crash"])
async def test_a_reader_that_takes_too_much_is_ended(appetite: str) -> None:
    with pytest.raises(ReadingFailed):
        await sandbox.run(f"{HUNGRY}:{appetite}", limits=TIGHT)


async def test_a_reader_that_waits_for_ever_is_ended() -> None:
    with pytest.raises(ReadingFailed):
        await sandbox.run(f"{HUNGRY}:patience", limits=Limits(wall_seconds=0.2))


async def test_a_reader_writes_no_more_than_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with pytest.raises(ReadingFailed):
        await sandbox.run(f"{HUNGRY}:file", str(path), folder=tmp_path, limits=TIGHT)
    assert path.stat().st_size <= TIGHT.file_bytes


async def test_a_reader_is_given_the_data_and_answers() -> None:
    data = bytes(1_500_000)
    assert await sandbox.run(f"{HUNGRY}:echo", "a", "b", data=data, limits=TIGHT) == data + b"ab"


async def test_a_reader_knows_none_of_our_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABSHARE_SECRET_KEY", "secret")
    names = (await sandbox.run(f"{HUNGRY}:surroundings")).decode().split("\n")
    assert not [name for name in names if name.startswith("LABSHARE")]


def _archive_of(entries: int, *, zip64: bool = False) -> bytes:
    """An archive whose directory has that many entries, all of them for the same file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
    data = out.getvalue()
    begin = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    directory = data[begin:end] * entries
    head = data[:begin] + directory
    if not zip64:
        tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), begin, 0)
        return head + tail
    record = struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, len(directory), begin
    )
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(head), 1)
    last = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return head + record + locator + last


MANY = 1 + MOST_DIRECTORY_BYTES // 47


@pytest.mark.parametrize("zip64", [False, True])
async def test_an_archive_of_too_many_entries_is_not_opened(tmp_path: Path, zip64: bool) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(_archive_of(MANY, zip64=zip64))
    with pytest.raises(DirectoryTooLarge):
        zip_files.opened(path)
    assert await extraction.content_of(path) == "zip"
    for media_type in ("application/zip", f"{OOXML}.wordprocessingml.document"):
        found = await extraction.extract(path, media_type, tmp_path)
        assert found.note == "too_large_inside"


@pytest.mark.parametrize("zip64", [False, True])
def test_the_length_of_a_directory_is_what_zipfile_reads(zip64: bool) -> None:
    data = _archive_of(5, zip64=zip64)
    assert directory_bytes(io.BytesIO(data)) == 5 * 47
    assert len(zip_files.opened(io.BytesIO(data)).infolist()) == 5


def test_a_comment_does_not_hide_the_directory() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
        archive.comment = b"made by a program that says so"
    assert directory_bytes(out) == 47


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6", bytes(100)])
def test_what_is_no_archive_has_no_directory(data: bytes) -> None:
    assert directory_bytes(io.BytesIO(data)) == 0


def test_a_reader_starts_without_the_database_driver() -> None:
    """It is started for each picture, and the driver alone takes longer than a thumbnail."""
    readers = (
        "core.sandbox, core.sheets.reading, storage.picture_cleaning, storage.formats,"
        " storage.extractors.readers"
    )
    told = "import sys; print([name for name in ('asyncpg', 'piccolo') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"import {readers}; {told}"], capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"
