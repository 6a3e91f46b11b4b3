"""Questions about the engines that are answered in time even while an engine hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Supervisors and load balancers give up after a few seconds, and take silence for death.
PATIENCE_SECONDS = 2.0


class Probe(Generic[T]):
    """One question, asked once at a time however many want to know.

    An engine that hangs thus costs one connection or thread, not one for each look.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asking: asyncio.Future[T] | None = None

    async def answer(self) -> T | None:
        """The answer; None if there is none in time, or the question failed."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())
        asking = self._asking
        await asyncio.wait((asking,), timeout=PATIENCE_SECONDS)
        if not asking.done() or asking.cancelled() or asking.exception():
            return None
        return asking.result()
