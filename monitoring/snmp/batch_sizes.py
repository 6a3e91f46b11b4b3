"""How much one agent takes at once, learnt from what it answers: rows of a walk, objects of a GET."""

from time import monotonic

import msgspec

STEPS = (10, 25, 50)  # fifty objects of a counter's size still fit one unfragmented datagram
CAUTION_SECONDS = 3600.0


class Appetite(msgspec.Struct, eq=False):
    """Grows with every full answer and halves with every refusal.

    What was too much is remembered for an hour and not for ever: a datagram that was lost on the
    way must not make a device slow for the rest of its life.
    """

    size: int = STEPS[0]
    most: int = STEPS[-1]
    can_bulk: bool = True
    refused_at: float = 0.0

    def refresh(self) -> None:
        """Forget caution that is old; called before each use."""
        if self.refused_at and monotonic() - self.refused_at > CAUTION_SECONDS:
            self.most, self.can_bulk, self.refused_at = STEPS[-1], True, 0.0

    def grow(self) -> None:
        self.size = min(next((step for step in STEPS if step > self.size), self.size), self.most)

    def shrink(self) -> bool:
        """Ask for less: half, then one by one without GETBULK; False when there is no less."""
        self.refused_at = monotonic()
        if self.size > 1:
            self.size = self.most = self.size // 2
            return True
        could_bulk, self.can_bulk = self.can_bulk, False
        return could_bulk

    def one_by_one(self) -> None:
        """The least that can be asked, for agents that leave GETBULK unanswered."""
        self.refused_at = monotonic()
        self.size = self.most = 1
        self.can_bulk = False
