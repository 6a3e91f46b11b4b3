"""Folders and files that only the service's user may open."""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from labshare.engines.account import Account

MAX_LOG_BYTES = 8 * 1024 * 1024


def private_folder(path: Path, account: Account) -> Path:
    """Makes the folder if needed and closes it to everybody but its owner."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    account.owns(path)
    path.chmod(0o700)
    return path


def hand_over(folder: Path, account: Account, skip: Collection[str] = ()) -> None:
    """Gives the account what root left in the folder; `skip` names parts that are its own already.

    Nothing is followed, and nothing that has a second name elsewhere is given away: the account
    can write here, and could put a link to somebody else's file in the way.
    """
    if account.uid is None or account.gid is None:
        return
    for place, folders, files, descriptor in os.fwalk(folder, follow_symlinks=False):
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in skip]
        for name in (*folders, *files):
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            is_plain = stat.S_ISDIR(found.st_mode) or found.st_nlink == 1
            if found.st_uid == 0 and is_plain:
                os.chown(name, account.uid, account.gid, dir_fd=descriptor, follow_symlinks=False)


def write_private(path: Path, text: str, account: Account) -> None:
    """Replaces the file in one step; it is never readable by others, nor half written."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    account.owns(fresh)
    fresh.replace(path)


def open_log(path: Path) -> int:
    """A descriptor to append to; a log that has grown big becomes `.1` first."""
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def last_lines(path: Path, count: int = 5) -> str:
    """The end of a log, for an error message."""
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])
