"""Our own processes as programs to start: web, worker, preparation, simulated devices."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import labshare
from core.settings import Settings
from labshare.engines.account import Account
from labshare.engines.children import Program
from labshare.environment import child_environ

OURSELVES = Account(None, None)
ROOT = Path(labshare.__file__).parent.parent


def labshare_program(
    name: str,
    arguments: Sequence[str],
    settings: Settings,
    *,
    module: str = "labshare",
    descriptors: tuple[int, ...] = (),
) -> Program:
    """`python -m labshare …` with these settings in its environment, logging where we do."""
    environment = child_environ(settings)
    # So that a checkout works even where it was not installed.
    known = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{ROOT}:{known}" if known else str(ROOT)
    return Program(
        name=name,
        command=[sys.executable, "-m", module, *arguments],
        folder=settings.data,
        log=None,
        account=OURSELVES,
        stop_signal=signal.SIGTERM,
        environment=environment,
        descriptors=descriptors,
    )
