"""A worker that does nothing but search, to be killed: ``python -m … DSN PORT``."""

import asyncio
import sys
from ipaddress import ip_network

from core import database
from monitoring.discovery.searching import Searcher
from tests.factories_monitoring import CIPHER
from tests.monitoring.sessions import PatientSession


async def main(dsn: str, port: int) -> None:
    await database.open(dsn)
    async with PatientSession() as wire:
        bounds = (ip_network("127.0.0.0/8"),)
        await Searcher(wire, CIPHER, bounds, worker="to be killed", port=port).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
