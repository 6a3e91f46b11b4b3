"""`labshare web` as a process of its own, on engines that the test may stop."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import Settings
from labshare.environment import child_environ
from labshare.listening import address_of, listen
from tests.labshare.service import ROOT


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[str]:
    """`labshare web` as a process of its own; the address."""
    with listen("127.0.0.1", 0) as server, log.open("wb") as written:
        descriptor = server.fileno()
        web = subprocess.Popen(
            [sys.executable, "-m", "labshare", "web", f"--fd={descriptor}"],
            env={**child_environ(settings), "PYTHONPATH": str(ROOT)},
            pass_fds=(descriptor,),
            stdout=written,
            stderr=written,
        )
        try:
            yield address_of(server)
        finally:
            web.send_signal(signal.SIGINT)
            web.wait()
