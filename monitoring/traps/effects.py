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

VISIT = ("", "")  # the place of traps that only call for a visit


class Call(msgspec.Struct, frozen=True):
    """One trap of one device that its profile knows."""

    device_id: int
    trap: Trap
    part: str


class Told(msgspec.Struct, frozen=True):
    """What was promised last of one place, and when."""

    is_raised: bool
    at: datetime


class Effects:
    """Adds up, and remembers what was promised, so that a flood makes no flood of promises."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[int, str, str], Told] = OrderedDict()

    def of(self, calls: Iterable[Call], at: datetime) -> list[Effect]:
        """One effect for each device that has something new to say; call ``promised`` with it."""
        latest: dict[int, dict[tuple[str, str], Raise | None]] = {}
        for call in calls:
            places = latest.setdefault(call.device_id, {})
            for place, raised in _places(call):
                places[place] = raised
        return [
            _effect(device_id, at, new)
            for device_id, places in latest.items()
            if (new := {p: r for p, r in places.items() if not self._is_old(device_id, p, r, at)})
        ]

    def promised(self, effects: Iterable[Effect]) -> None:
        """Remember what has been durably promised."""
        for effect in effects:
            places = {(one.rule, one.part): True for one in effect.raised}
            places |= dict.fromkeys(effect.cleared, False)
            for (rule, part), is_raised in (places or {VISIT: False}).items():
                self._told[effect.device_id, rule, part] = Told(is_raised, effect.at)
                self._told.move_to_end((effect.device_id, rule, part))
        while len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)

    def _is_old(
        self, device_id: int, place: tuple[str, str], raised: Raise | None, at: datetime
    ) -> bool:
        told = self._told.get((device_id, *place))
        return (
            told is not None
            and told.is_raised is (raised is not None)
            and (at - told.at).total_seconds() < SAME_AGAIN_AFTER_SECONDS
        )


def _places(call: Call) -> list[tuple[tuple[str, str], Raise | None]]:
    trap = call.trap
    places: list[tuple[tuple[str, str], Raise | None]] = [
        ((rule, call.part), None) for rule in trap.clears
    ]
    if trap.raises is not None:
        raised = Raise(trap.raises, call.part, trap.value)
        places.append(((trap.raises, call.part), raised))
    return places or [(VISIT, None)]


def _effect(device_id: int, at: datetime, places: dict[tuple[str, str], Raise | None]) -> Effect:
    return Effect(
        device_id,
        at,
        [raised for raised in places.values() if raised is not None],
        [place for place, raised in places.items() if raised is None and place != VISIT],
    )
