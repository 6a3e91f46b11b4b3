"""Who runs the engines: ourselves, or, when Labshare was started as root, the account `labshare`."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from labshare.engines.failure import EngineFailed

ACCOUNT = "labshare"


@dataclass(frozen=True)
class Account:
    """The user an engine runs as; `uid` is None when that is simply the current user."""

    uid: int | None
    gid: int | None

    def owns(self, path: Path) -> None:
        """Hands a file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, *paths: Path) -> bool:
        """Whether the account may walk to all the paths without the help of a capability."""
        if self.uid is None:
            return True
        # What a link leads to, and where the link itself lies: that of a venv is in its checkout.
        ways = [way for path in paths for way in (path.absolute(), path.resolve())]
        folders = {folder for way in ways for folder in way.parents}
        return all(self._may_enter(folder) for folder in folders)

    def _may_enter(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


OURSELVES = Account(None, None)


def engine_account() -> Account:
    """The account for the engines. PostgreSQL refuses root, so root gets an account made."""
    if os.geteuid() != 0:
        return OURSELVES
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _make_account()
        entry = pwd.getpwnam(ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EngineFailed(
            f"PostgreSQL does not run as root: make an account named {ACCOUNT}, "
            "or start Labshare as an ordinary user"
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    made = subprocess.run([*command, ACCOUNT], capture_output=True, text=True, check=False)
    already_there = 9  # useradd: another start was quicker
    if made.returncode not in (0, already_there):
        raise EngineFailed(f"can't make the account {ACCOUNT}: {made.stderr.strip()}")
