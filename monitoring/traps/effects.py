"""What a batch of traps adds up to, device by device; the same thing again adds nothing."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitoring.profiles import Trap
from monitoring.traps.alert_changes import Effect, Raise

# A device that calls on and on is heard once in so long, unless it says something else.
SAME_AGAIN_AFTER_SECONDS = 10.0
MOST_REMEMBERED = 20_000

VISIT = ("", "")  # the key of traps that only call for a visit


class Call(msgspec.Struct, frozen=True):
    """One trap of one device that its profile knows."""

    device_id: int
    trap: Trap
    part: str


class Enqueued(msgspec.Struct, frozen=True):
    """What was enqueued last of one rule and part, and when."""

    is_raised: bool
    at: datetime


class Effects:
    """Adds up, and remembers what was enqueued, so that a flood of traps makes no flood of work."""

    def __init__(self) -> None:
        self._enqueued: OrderedDict[tuple[int, str, str], Enqueued] = OrderedDict()

    def of(self, calls: Iterable[Call], at: datetime) -> list[Effect]:
        """One effect for each device that has something new to say; call ``mark_enqueued`` with it."""
        latest: dict[int, dict[tuple[str, str], Raise | None]] = {}
        for call in calls:
            keys = latest.setdefault(call.device_id, {})
            for key, raised in _keys(call):
                keys[key] = raised
        return [
            _effect(device_id, at, new)
            for device_id, keys in latest.items()
            if (new := {p: r for p, r in keys.items() if not self._is_old(device_id, p, r, at)})
        ]

    def mark_enqueued(self, effects: Iterable[Effect]) -> None:
        """Remember what has been stored in the outbox."""
        for effect in effects:
            keys = {(one.rule, one.part): True for one in effect.raised}
            keys |= dict.fromkeys(effect.cleared, False)
            for (rule, part), is_raised in (keys or {VISIT: False}).items():
                self._enqueued[effect.device_id, rule, part] = Enqueued(is_raised, effect.at)
                self._enqueued.move_to_end((effect.device_id, rule, part))
        while len(self._enqueued) > MOST_REMEMBERED:
            self._enqueued.popitem(last=False)

    def _is_old(
        self, device_id: int, key: tuple[str, str], raised: Raise | None, at: datetime
    ) -> bool:
        last = self._enqueued.get((device_id, *key))
        return (
            last is not None
            and last.is_raised is (raised is not None)
            and (at - last.at).total_seconds() < SAME_AGAIN_AFTER_SECONDS
        )


def _keys(call: Call) -> list[tuple[tuple[str, str], Raise | None]]:
    trap = call.trap
    keys: list[tuple[tuple[str, str], Raise | None]] = [
        ((rule, call.part), None) for rule in trap.clears
    ]
    if trap.raises is not None:
        raised = Raise(trap.raises, call.part, trap.value)
        keys.append(((trap.raises, call.part), raised))
    return keys or [(VISIT, None)]


def _effect(device_id: int, at: datetime, keys: dict[tuple[str, str], Raise | None]) -> Effect:
    return Effect(
        device_id,
        at,
        [raised for raised in keys.values() if raised is not None],
        [key for key, raised in keys.items() if raised is None and key != VISIT],
    )
