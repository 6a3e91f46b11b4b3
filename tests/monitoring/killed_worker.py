"""A worker in a process of its own, killed without warning at one step of its work.

    python -m tests.monitoring.killed_worker DSN STEP [LEASE_SECONDS]

``STEP`` "never" lets it work. Leases outlast every visit on a busy machine: a test ends those of
the dead itself.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from core import database
from core.settings import Settings
from monitoring.history import samples
from monitoring.polling import claims, poller, store
from monitoring.polling.snmp_visitor import SnmpVisitor
from tests.factories_monitoring import SECRET_KEY
from tests.monitoring.sessions import PatientSession
from tests.patience import PATIENCE_SECONDS

Do = Callable[..., Awaitable[Any]]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after(do: Do) -> Do:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = await do(*args, **kwargs)
        if found is not False and found != []:
            die()
        return found

    return wrapped


def dies_before(do: Do) -> Do:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        die()
        return await do(*args, **kwargs)

    return wrapped


def dies_uncommitted(do: Do) -> Do:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        async with database.transaction():
            if await do(*args, **kwargs):
                die()
        return []

    return wrapped


STEPS: dict[str, tuple[Any, str, Callable[[Do], Do]]] = {
    "claim is not committed": (claims, "claim_ahead", dies_uncommitted),
    "claimed": (claims, "claim_ahead", dies_after),
    "visited": (SnmpVisitor, "visit", dies_after),
    "before saving": (store, "save_outcomes", dies_before),
    "samples are copied": (samples, "write_rows", dies_after),
    "devices are updated": (store, "store_power_sessions", dies_before),
    "committed": (store, "follow_up", dies_before),
}


async def main(dsn: str, step: str, lease_seconds: int = int(PATIENCE_SECONDS)) -> None:
    claims.LEASE_SECONDS = claims.VISIT_SECONDS = lease_seconds
    poller.Session = PatientSession  # type: ignore[assignment, misc]
    if step != "never":
        owner, name, wrap = STEPS[step]
        setattr(owner, name, wrap(getattr(owner, name)))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await database.open(dsn)
    settings = Settings(
        data=Path(),
        database_url=dsn,
        secret_key=SECRET_KEY,
        networks=(ip_network("127.0.0.0/8"),),
    )
    await poller.run(settings, stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
