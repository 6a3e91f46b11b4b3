"""A limit on how many work at once, with a share for each person and a longest time for each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from core.errors import Unavailable, say


class FairLimiter:
    """First come, first served; whoever had a slot for too long gives it up once somebody waits."""

    def __init__(self, at_once: int, *, of_a_person: int, longest_seconds: float) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._of_a_person = of_a_person
        self._longest_seconds = longest_seconds
        # Those who wait are counted too, or one person could fill the queue.
        self._asked: Counter[int | None] = Counter()
        self._waiting = 0

    @asynccontextmanager
    async def slot(self, person_id: int | None) -> AsyncIterator[Callable[[], bool]]:
        """Wait for a slot; what it gives says whether the slot must be given up.

        Unavailable for somebody who has or awaits enough of them.
        """
        if self._asked[person_id] >= self._of_a_person:
            raise Unavailable(
                say("You are sending several files already; try again in a minute"),
                code="uploads_at_once",
            )
        self._asked[person_id] += 1
        try:
            await self._wait()
            try:
                began = monotonic()
                yield lambda: self._waiting > 0 and monotonic() - began > self._longest_seconds
            finally:
                self._free.release()
        finally:
            self._asked[person_id] -= 1
            # Else the counter would grow with every person who ever sent something.
            if not self._asked[person_id]:
                del self._asked[person_id]

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
