"""Root for nobody who hears requests or devices: `labshare web` and `worker` started by hand."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.settings import Settings
from labshare.engines.account import engine_account
from labshare.engines.folders import hand_over, private_folder
from labshare.engines.launch import become
from labshare.processes import ROOT, labshare_program

OF_THE_ENGINES = ("postgres", "objects", "sockets")


def drop_root(settings: Settings, *, capabilities: Sequence[int] = ()) -> None:
    """Starts the command over as the account `labshare` if root gave it; else does nothing.

    Of root's rights only the capabilities named are kept. As with `serve` the account is made if
    it is not there, and gets the data folder; EngineFailed if it cannot be made.
    """
    if os.geteuid() != 0:
        return
    account = engine_account()
    private_folder(settings.data, account)
    hand_over(settings.data, account, skip=OF_THE_ENGINES)
    program = labshare_program("the command", sys.argv[1:], settings)
    assert account.uid is not None
    assert account.gid is not None
    reachable = account.reaches(Path(program.command[0]), ROOT / "any", settings.data / "any")
    os.umask(0o077)
    become(account.uid, account.gid, not reachable, list(capabilities))
    # Started anew, so that nothing stays open or in memory that root had read.
    os.execve(program.command[0], list(program.command), dict(program.environment))  # noqa: S606
