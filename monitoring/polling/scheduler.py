"""Claimed devices in the order of their turns, and the lanes in which they are visited."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from heapq import heappop, heappush
from itertools import count
from typing import Any

from monitoring.polling.claims import Claim

Visiting = Callable[[Claim], Coroutine[Any, Any, None]]


class Turns:
    """One heap by due time; ``changed`` is set when an earlier turn than the first comes in."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Claim]] = []
        self._order = count()
        self.changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, claim: Claim) -> None:
        first = self.next_at
        heappush(self._heap, (claim.due_at, next(self._order), claim))
        if first is None or claim.due_at < first:
            self.changed.set()

    @property
    def next_at(self) -> float | None:
        """The time of the next turn (monotonic seconds), None when nobody waits."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[Claim]:
        """Those whose turn has come, the earliest first."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heappop(self._heap)[2])
        return due


class Lane:
    """Visits of one kind, at most ``slots`` at a time; the others wait their turn in a line."""

    def __init__(self, slots: int, visit: Visiting) -> None:
        self.slots = slots
        self._visit = visit
        self._waiting: deque[Claim] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        return len(self._under_way)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def begin(self, claim: Claim) -> None:
        """Visit now, or as soon as a slot is free."""
        if self.in_flight >= self.slots:
            self._waiting.append(claim)
            return
        task = asyncio.create_task(self._visit(claim))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def forget_waiting(self) -> None:
        self._waiting.clear()

    async def empty(self, *, patience_seconds: float | None = None) -> None:
        """Wait until nobody is visited; those who take longer than the patience are cut off."""
        while self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=patience_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if self._waiting and self.in_flight < self.slots:
            self.begin(self._waiting.popleft())
