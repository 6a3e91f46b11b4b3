"""A worker that does nothing but search, to be killed: ``python -m … DSN PORT [ADDRESS]``.

It kills itself when it comes to the address.
"""

import asyncio
import os
import signal
import sys
from ipaddress import ip_network
from typing import Any

from core import database
from monitoring.discovery import searching
from monitoring.discovery.identifying import Discovered
from monitoring.discovery.searching import Searcher
from monitoring.snmp import Address
from tests.factories_monitoring import CIPHER
from tests.monitoring.sessions import PatientSession


def die_at(host: str) -> None:
    ask = searching.ask

    async def deadly(wire: Any, address: Address, *more: Any) -> Discovered | None:
        if address.host == host:
            os.kill(os.getpid(), signal.SIGKILL)
        return await ask(wire, address, *more)

    searching.ask = deadly


async def main(dsn: str, port: int) -> None:
    await database.open(dsn)
    async with PatientSession() as wire:
        bounds = (ip_network("127.0.0.0/8"),)
        await Searcher(wire, CIPHER, bounds, port=port).run(asyncio.Event())


if __name__ == "__main__":
    if len(sys.argv) > 3:
        die_at(sys.argv[3])
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
