"""A process that only listens for traps, to be killed: ``python -m tests.monitoring.trap_worker``."""

import asyncio
import sys

from core import database
from core.settings import Settings
from monitoring.traps import receiver


async def main(dsn: str, secret_key: str, port: int) -> None:
    await database.open(dsn)
    settings = Settings(database_url=dsn, secret_key=secret_key, trap_address=("127.0.0.1", port))
    await receiver.run(settings, asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
