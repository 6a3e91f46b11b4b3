"""Whose clock counts in v3: ours for informs, the sender's own for traps (RFC 3414, 3.2)."""

from collections import OrderedDict
from time import monotonic
from typing import NamedTuple

from monitoring.snmp.values import MOST_ID

WINDOW_SECONDS = 150
MOST_CLOCKS = 10_000
MOST_BOOTS = MOST_ID  # an engine that has counted so far must be set up anew

Sender = tuple[str, bytes]  # address and engine ID: cloned images share their IDs


class Authority:
    """Our own engine, the authority on time for those who send us informs."""

    def __init__(self, engine_id: bytes, boots: int) -> None:
        self.engine_id = engine_id
        self.boots = boots
        self._started_at = monotonic()

    def time(self) -> int:
        return int(monotonic() - self._started_at)

    def is_in_time(self, boots: int, time: int) -> bool:
        """Whether a message with this clock is neither old nor from the future."""
        return (
            boots == self.boots and boots < MOST_BOOTS and abs(time - self.time()) <= WINDOW_SECONDS
        )


class Clock(NamedTuple):
    """The latest that a sender has proven: boots, its time, and when by our clock that was."""

    boots: int
    time: int
    heard_at: float


class Clocks:
    """The senders' clocks, so that an old trap can't be played back; the longest silent go first.

    Only senders that proved their password have a clock, so that nobody else fills it.
    """

    def __init__(self) -> None:
        self._clocks: OrderedDict[Sender, Clock] = OrderedDict()
        self.moved: dict[Sender, Clock] = {}

    def __len__(self) -> int:
        return len(self._clocks)

    def remember(self, sender: Sender, boots: int, time: int, seconds_ago: float) -> None:
        """What was known before this process began."""
        self._clocks[sender] = Clock(boots, time, monotonic() - seconds_ago)

    def follow(self, sender: Sender, boots: int, time: int) -> bool:
        """Whether the message is in time by the sender's clock, which then moves on with it."""
        now = monotonic()
        known = self._clocks.get(sender)
        if known is not None:
            expected = known.time + int(now - known.heard_at)
            too_old = boots == known.boots and time < expected - WINDOW_SECONDS
            if boots < known.boots or too_old:
                return False
        if boots >= MOST_BOOTS:
            return False
        if known is None or (boots, time) > (known.boots, known.time):
            self._clocks[sender] = self.moved[sender] = Clock(boots, time, now)
        self._clocks.move_to_end(sender)
        if len(self._clocks) > MOST_CLOCKS:
            self.moved.pop(self._clocks.popitem(last=False)[0], None)
        return True
