"""What silence means: pure, from how a visit failed and what is known around the device."""

import msgspec

from core.errors import Message
from monitoring.alerting.alerts.findings import AlertSeverity, Finding
from monitoring.alerting.parents import Parent
from monitoring.devices.views import DeviceState
from monitoring.polling.scheduler import SUSPECT_AFTER_FAILURES
from monitoring.profiles.alert_messages import REFUSED, RULE_SENTENCES, UNREACHABLE, UNREADABLE
from monitoring.snmp import SnmpError, TimedOut, WrongCredentials

# Alerts about the visit itself; a good visit ends every one of them.
OUR_OWN_RULES = (UNREACHABLE, REFUSED, UNREADABLE)


class Circumstances(msgspec.Struct, frozen=True):
    """What is known around a failed visit; ``failures`` are those in a row, with this one.

    ``is_expected``: whether the device ought to be on now by its expected hours, None when it has
    none. ``answers_ping``: whether something at its address answers a ping now, None if nobody
    looked.
    """

    failures: int
    may_sleep: bool
    is_expected: bool | None = None
    parent: Parent = Parent.none
    answers_ping: bool | None = None

    @property
    def has_lasted(self) -> bool:
        """Whether this is more than a stumble."""
        return self.failures >= SUSPECT_AFTER_FAILURES

    @property
    def may_be_silent(self) -> bool:
        """Whether a device that is switched off now is in order."""
        return self.may_sleep if self.is_expected is None else not self.is_expected

    @property
    def is_cut_off(self) -> bool:
        """Whether the way to it may be broken, so that its silence says nothing of itself."""
        return self.parent in (Parent.down, Parent.unsure)


def state_after(before: DeviceState, error: SnmpError, around: Circumstances) -> DeviceState:
    """Down after silence that lasts; unknown when somebody answers, or when the way is broken."""
    if isinstance(error, WrongCredentials):
        return DeviceState.unknown
    if not around.has_lasted:
        return before
    if not _is_silent(error, around) or around.is_cut_off:
        return DeviceState.unknown
    return DeviceState.down


def finding_after(name: str, error: SnmpError, around: Circumstances) -> Finding | None:
    """The fault, once it has lasted; silence is none outside the hours or behind a dead parent."""
    if not around.has_lasted:
        return None
    if isinstance(error, WrongCredentials):
        return _finding(REFUSED, "warning", name)
    if not _is_silent(error, around):
        return _finding(UNREADABLE, "warning", name)
    if around.is_cut_off or around.may_be_silent:
        return None
    return _finding(UNREACHABLE, "critical", name)


def disproved_by(error: SnmpError, around: Circumstances) -> tuple[str, ...]:
    """Which alerts about the visit cannot be true any more after this failure."""
    if not (error.was_heard or around.answers_ping):
        return ()
    if isinstance(error, WrongCredentials):
        return (UNREACHABLE, UNREADABLE)
    return (UNREACHABLE,)


def _is_silent(error: SnmpError, around: Circumstances) -> bool:
    return isinstance(error, TimedOut) and not around.answers_ping


def _finding(rule: str, severity: AlertSeverity, name: str) -> Finding:
    message = Message(RULE_SENTENCES[rule].template, {"device": name})
    return Finding(rule, "", severity, message)
