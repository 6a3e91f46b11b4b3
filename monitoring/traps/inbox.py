"""Datagrams between the socket and whoever reads them: limited, counted, never without bound."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from core import clock
from monitoring.snmp.trap_socket import Peer
from monitoring.traps.limits import Limits, Standing

MOST_WAITING = 5000
MOST_AT_ONCE = 500


class Datagram(NamedTuple):
    """One datagram as it came."""

    payload: bytes
    source: str
    peer: Peer
    at: datetime
    standing: Standing = Standing.known


class Inbox:
    """Filled by the socket, emptied in batches; ``counts`` is what the health page shows."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.standing: Callable[[str], Standing] = lambda _source: Standing.newcomer
        self._limits = limits or Limits(monotonic())
        self._waiting: deque[Datagram] = deque()
        self._came = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def arrived(self, payload: bytes, source: str, peer: Peer) -> None:
        """What the socket calls: cheap, since it is called ten thousand times a second in a flood."""
        self.counts["received"] += 1
        standing = self.standing(source)
        if not self._limits.let_in(source, monotonic(), standing):
            self.counts["over_the_limit"] += 1
        elif len(self._waiting) >= MOST_WAITING:
            self.counts["no_room"] += 1
        else:
            self._waiting.append(Datagram(payload, source, peer, clock.now(), standing))
            self._came.set()

    def mark_strange(self, datagram: Datagram) -> bool:
        """Whether there is room for it still, now that its source is found to be nobody's."""
        return datagram.standing is Standing.stranger or self._limits.mark_strange(monotonic())

    async def something(self) -> None:
        """Wait until there is something to take."""
        while not self._waiting:
            self._came.clear()
            await self._came.wait()

    def take(self) -> list[Datagram]:
        """Some of what waits, the oldest first."""
        count = min(len(self._waiting), MOST_AT_ONCE)
        return [self._waiting.popleft() for _ in range(count)]
