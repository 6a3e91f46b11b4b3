"""Deadlines by the thousand on one timer: most questions are answered long before theirs."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

TICK_SECONDS = 0.05


class Deadlines(Generic[T]):
    """Calls ``expired`` for each item whose time has come, up to a tick late, never early.

    A timer of the loop for each question costs as much as decoding its answer; here it is two
    operations on a set. ``is_behind`` may say that answers lie unread: judging then waits.
    """

    def __init__(self, expired: Callable[[T], None], is_behind: Callable[[], bool]) -> None:
        self._expired = expired
        self._is_behind = is_behind
        self._due: dict[int, set[T]] = {}
        self._timer: asyncio.Handle | None = None

    def add(self, item: T, at: float) -> int:
        """Expect the item until ``at`` on the loop's clock; the mark to discard it by."""
        mark = int(at / TICK_SECONDS) + 1
        due = self._due.get(mark)
        if due is None:
            due = self._due[mark] = set()
            if self._timer is None:
                self._wait()
        due.add(item)
        return mark

    def discard(self, item: T, mark: int) -> None:
        due = self._due.get(mark)
        if due is not None:
            due.discard(item)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due.clear()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if self._is_behind():
            # A busy loop must not take an answer that it has not read yet for silence.
            self._timer = loop.call_soon(self._tick)
            return
        now = int(loop.time() / TICK_SECONDS)
        for mark in [mark for mark in self._due if mark <= now]:
            for item in self._due.pop(mark):
                self._expired(item)
        self._timer = None
        if self._due:
            self._wait()
