"""Going through many addresses: at a bounded rate, several at a time, reported in their order."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

# Silent addresses wait for their time-outs side by side.
MOST_AT_ONCE = 200


class Places(Protocol):
    """Addresses by their place, made when they are wanted: a /16 is never a list."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> str: ...


class Pace:
    """Slots at even distances, never more than ``per_second``; time that was lost is not made up."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._distance = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    async def next_slot(self) -> None:
        """Wait for the next slot."""
        while (wait := self._next - self._clock()) > 0:
            await self._sleep(wait)
        self._next = self._clock() + self._distance


async def sweep(
    addresses: Places,
    ask: Callable[[str], Awaitable[T]],
    pace: Pace,
    *,
    start: int = 0,
    most_at_once: int = MOST_AT_ONCE,
) -> AsyncGenerator[tuple[int, list[T]]]:
    """Ask every address from place ``start`` on; gives how many are done, and what those answered.

    All before the place that is told are done: whoever goes on from there leaves none out.
    """
    window: deque[asyncio.Task[T]] = deque()
    done = start
    try:
        for place in range(start, len(addresses)):
            if len(window) >= most_at_once:
                await asyncio.wait([window[0]])
            await pace.next_slot()
            window.append(asyncio.create_task(_asked(ask, addresses[place])))
            if answers := _finished(window):
                done += len(answers)
                yield done, answers
        while window:
            await asyncio.wait([window[0]])
            answers = _finished(window)
            done += len(answers)
            yield done, answers
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)


async def _asked(ask: Callable[[str], Awaitable[T]], address: str) -> T:
    return await ask(address)


def _finished(window: deque[asyncio.Task[T]]) -> list[T]:
    answers = []
    while window and window[0].done():
        answers.append(window.popleft().result())
    return answers
