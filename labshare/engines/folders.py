"""Folders and files that only the service's user may open."""

import os
from pathlib import Path

from labshare.engines.account import Account

MAX_LOG_BYTES = 8 * 1024 * 1024


def private_folder(path: Path, account: Account) -> Path:
    """Makes the folder if needed and closes it to everybody but its owner."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    account.owns(path)
    path.chmod(0o700)
    return path


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
