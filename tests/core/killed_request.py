"""A request whose process dies after its change, before the end: ``python -m … DSN PERSON SCHOOL``."""

import asyncio
import os
import signal
import sys

from core import database, idempotency
from core.access import Actor


async def main(dsn: str, person_id: int, school_id: int) -> None:
    await database.open(dsn)

    async def change_and_die() -> int:
        async with database.transaction():
            await database.execute(
                "INSERT INTO place (school, kind, name) VALUES ($1, 'room', 'Lost')", school_id
            )
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    actor = Actor(person_id=person_id, name="Dying")
    await idempotency.once(actor, "k1", "place", int, change_and_die, given=None)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
