"""A disk of its own in a file, whose power can be cut: needs root and a loop device."""

import contextlib
import fcntl
import os
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# From linux/ext4.h: the file system stops at once, and what was not flushed is lost.
EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_THE_LOG = 2
# Sparse, and well above what is kept free of files.
DISK_BYTES = 1024 * 1024 * 1024


class Disk:
    """An ext4 file system in a file, mounted at `folder`."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._image = image
        self.folder = folder

    def mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self._image, self.folder], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", self.folder], check=True)

    def cut(self) -> None:
        """No write that was not flushed reaches the disk from now on."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_THE_LOG))
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def disk(size: int = DISK_BYTES) -> Iterator[Disk]:
    """A fresh disk; skips the test where none can be had, saying why."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    with tempfile.TemporaryDirectory(prefix="labshare-disk-") as place:
        found = Disk(Path(place) / "image", Path(place) / "mounted")
        with (Path(place) / "image").open("wb") as image:
            image.truncate(size)
        found.folder.mkdir()
        try:
            subprocess.run(["mkfs.ext4", "-q", "-F", Path(place) / "image"], check=True)
            found.mount()
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no loop device to be had here: {error}")
        # The engines' account has to pass, as through any folder above a data folder.
        Path(place).chmod(0o755)
        try:
            yield found
        finally:
            found.unmount()
