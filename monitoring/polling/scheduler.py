"""When a device is visited next, the lanes in which those that are due are visited, and how late."""

import asyncio
import zlib
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import msgspec

SUSPECT_AFTER_FAILURES = 3
RETRY_SECONDS = 30
LONGEST_SILENCE_SECONDS = 600
JITTER_SHARE = 0.1
# A device that was missed for long is not left until its interval ends, which may be an hour away.
CATCH_UP_SECONDS = 60
LATEST_STARTS = 20_000
LATEST_SECONDS = 600.0
LATENESS_BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 60_000)


def next_due(device_id: int, interval_seconds: int, now: datetime) -> datetime:
    """When the device is due after ``now``; visits that were missed are skipped, never made up."""
    # In thousandths: with whole seconds every device of one second would start in one instant.
    interval = interval_seconds * 1000
    phase = _number_of(device_id) % interval
    polls_over = (round(now.timestamp() * 1000) - phase) // interval + 1
    return datetime.fromtimestamp((polls_over * interval + phase) / 1000, UTC)


def after_failure(device_id: int, failures: int, interval_seconds: int, now: datetime) -> datetime:
    """Soon again while the device may only have stumbled, then ever rarer, up to ten minutes."""
    if failures < SUSPECT_AFTER_FAILURES:
        return now + timedelta(seconds=min(interval_seconds, RETRY_SECONDS))
    doublings = min(failures - SUSPECT_AFTER_FAILURES, 10)
    seconds = min(interval_seconds * 2**doublings, LONGEST_SILENCE_SECONDS)
    # Hundreds of devices behind one dead switch must not come back in one second.
    spread = _number_of(device_id * 31 + failures) % 2001 / 1000 - 1
    return now + timedelta(seconds=seconds * (1 + JITTER_SHARE * spread))


def missed_polls(due: datetime, interval_seconds: int, now: datetime) -> int:
    """How many whole intervals have passed since it was due."""
    return max(int((now - due).total_seconds() // interval_seconds), 0)


def after_missing(device_id: int, interval_seconds: int, now: datetime) -> datetime:
    """When to visit a device whose visits were missed: soon, but spread as others are."""
    return next_due(device_id, min(interval_seconds, CATCH_UP_SECONDS), now)


def share_of(device_id: int) -> float:
    """A number in [0, 1) that is always the device's: spreads what would happen to all at once."""
    return _number_of(device_id) % 1000 / 1000


def _number_of(key: int) -> int:
    return zlib.crc32(str(key).encode())


class Due(Protocol):
    """What has a moment on the monotonic clock."""

    @property
    def due_at(self) -> float: ...


T = TypeVar("T", bound=Due)


class DueQueue(Generic[T]):
    """One heap by due time; ``changed`` is set when one comes in that is due before the others."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._order = count()
        self.changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, claim: T) -> None:
        first = self.next_at
        heappush(self._heap, (claim.due_at, next(self._order), claim))
        if first is None or claim.due_at < first:
            self.changed.set()

    @property
    def next_at(self) -> float | None:
        """When the next one is due (monotonic seconds), None when nobody waits."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[T]:
        """Those that are due, the earliest first."""
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heappop(self._heap)[2])
        return due


class Lane(Generic[T]):
    """Visits of one kind, at most ``slots`` at a time; the others wait in a line."""

    def __init__(self, slots: int, visit: Callable[[T], Coroutine[Any, Any, None]]) -> None:
        self.slots = slots
        self._visit = visit
        self._waiting: deque[T] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        return len(self._under_way)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def begin(self, claim: T) -> None:
        """Visit now, or as soon as a slot is free."""
        if self.in_flight >= self.slots:
            self._waiting.append(claim)
            return
        task = asyncio.create_task(self._visit(claim))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def forget_waiting(self) -> None:
        self._waiting.clear()

    async def empty(self, *, timeout_seconds: float | None = None) -> None:
        """Wait until nobody is visited; those that take longer are cancelled."""
        while self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=timeout_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if self._waiting and self.in_flight < self.slots:
            self.begin(self._waiting.popleft())


class Lateness:
    """How late visits to devices that answer began: by bounds, and exactly for the latest.

    What waited while no worker was there is late when one comes; soon it counts no more.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(LATENESS_BOUNDS_MS) + 1)
        self.total_ms = 0.0
        self._latest: deque[tuple[float, float]] = deque(maxlen=LATEST_STARTS)

    def add(self, late_ms: float) -> None:
        late_ms = max(late_ms, 0.0)
        self.total_ms += late_ms
        self._latest.append((monotonic(), late_ms))
        for place, bound in enumerate(LATENESS_BOUNDS_MS):
            if late_ms <= bound:
                self.counts[place] += 1
                return
        self.counts[-1] += 1

    def shown(self) -> "LatenessShown":
        since = monotonic() - LATEST_SECONDS
        latest = sorted(late_ms for begun_at, late_ms in self._latest if begun_at >= since)
        return LatenessShown(
            p50_ms=_at_share(latest, 0.5),
            p99_ms=_at_share(latest, 0.99),
            most_ms=latest[-1] if latest else 0.0,
            total_ms=self.total_ms,
            counts=list(self.counts),
        )


class LatenessShown(msgspec.Struct, frozen=True):
    """``counts`` by LATENESS_BOUNDS_MS, the last one beyond them all; the rest of the latest."""

    p50_ms: float = 0.0
    p99_ms: float = 0.0
    most_ms: float = 0.0
    total_ms: float = 0.0
    counts: list[int] = []


def _at_share(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0
