"""A fault in words, before it is anybody's alert: what rules, silence, traps and forecasts find."""

from typing import Literal

import msgspec

from core.errors import Message

AlertSeverity = Literal["warning", "critical"]


class Finding(msgspec.Struct, frozen=True):
    """A fault: which rule, of what, how grave, and in words.

    ``keeps_in_service`` None: a warning leaves the asset in use, what is critical does not.
    """

    rule: str
    instance: str
    severity: AlertSeverity
    message: Message
    keeps_in_service: bool | None = None

    @property
    def asset_stays_in_use(self) -> bool:
        """Whether people go on using the asset while the fault is worked on."""
        chosen = self.keeps_in_service
        return self.severity == "warning" if chosen is None else chosen


class DeviceChanges(msgspec.Struct, frozen=True):
    """What one device's visit (or trap, or forecast) found: faults that are there, and that ended.

    A fault may be named as often as it is seen; what is open already stays as it is.
    """

    device_id: int
    school_id: int
    raised: list[Finding] = []
    cleared: list[tuple[str, str]] = []
