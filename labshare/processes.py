"""Our own processes as programs to start: web, worker, preparation, simulated devices."""

import sys
from collections.abc import Sequence
from pathlib import Path

import labshare
from core.settings import Settings
from labshare.engines.account import engine_account
from labshare.engines.children import Program
from labshare.environment import child_environ

# From linux/capability.h: for the port of SNMP traps, and for ping where no group may.
CAP_NET_BIND_SERVICE = 10
CAP_NET_RAW = 13
ROOT = Path(labshare.__file__).parent.parent


def labshare_program(
    name: str,
    arguments: Sequence[str],
    settings: Settings,
    *,
    module: str = "labshare",
    descriptors: tuple[int, ...] = (),
    capabilities: tuple[int, ...] = (),
) -> Program:
    """`python -m labshare …` with these settings in its environment, logging where we do.

    Started by root it runs as the account of the engines: nothing that reads foreign files,
    requests or devices keeps root, but for the capabilities named.
    """
    account = engine_account()
    environment = child_environ(settings)
    if account.uid is not None:
        # Libraries look for settings at home, and root's is closed to the account.
        environment["HOME"] = str(settings.data)
    # So that a checkout works even where it was not installed.
    known = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{ROOT}:{known}" if known else str(ROOT)
    return Program(
        name=name,
        command=[sys.executable, "-m", module, *arguments],
        folder=settings.data,
        log=None,
        account=account,
        environment=environment,
        descriptors=descriptors,
        capabilities=capabilities,
    )
