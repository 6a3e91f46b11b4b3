"""What a failed visit means: tables of everything that can be known around it."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import say
from monitoring.alerting.parents import Parent, Standing, standing_of
from monitoring.devices.networks import OutsideOfNetworks
from monitoring.devices.views import DeviceState
from monitoring.polling.failures import Circumstances, disproved_by, finding_after, state_after
from monitoring.polling.snmp_visitor import NothingToAskWith
from monitoring.snmp import SnmpError, TimedOut, WrongCredentials
from monitoring.snmp.errors import BadReply

SILENT = TimedOut(say("no answer"))
REFUSED = WrongCredentials(say("wrong password"))
GARBLED = BadReply(say("no reply that could be read"))
UP, DOWN, UNKNOWN = DeviceState.up, DeviceState.down, DeviceState.unknown
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "around", "state", "rule"),
    [
        # Once is a stumble.
        (SILENT, Circumstances(1, may_sleep=False), UP, None),
        (SILENT, Circumstances(2, may_sleep=False), UP, None),
        (SILENT, Circumstances(3, may_sleep=False), DOWN, "unreachable"),
        (GARBLED, Circumstances(2, may_sleep=False), UP, None),
        # Who answers, and gives us nothing, is not down.
        (GARBLED, Circumstances(3, may_sleep=False), UNKNOWN, "unreadable"),
        (GARBLED, Circumstances(3, may_sleep=True), UNKNOWN, "unreadable"),
        (REFUSED, Circumstances(1, may_sleep=False), UNKNOWN, None),
        (REFUSED, Circumstances(3, may_sleep=True), UNKNOWN, "refused"),
        (SILENT, Circumstances(3, may_sleep=False, answers_ping=True), UNKNOWN, "unreadable"),
        (SILENT, Circumstances(3, may_sleep=True, answers_ping=True), UNKNOWN, "unreadable"),
        (SILENT, Circumstances(3, may_sleep=False, answers_ping=False), DOWN, "unreachable"),
        # Switched off in order.
        (SILENT, Circumstances(3, may_sleep=True), DOWN, None),
        (SILENT, Circumstances(9, may_sleep=True, is_expected=True), DOWN, "unreachable"),
        (SILENT, Circumstances(9, may_sleep=True, is_expected=False), DOWN, None),
        (SILENT, Circumstances(9, may_sleep=False, is_expected=False), DOWN, None),
        (SILENT, Circumstances(9, may_sleep=False, is_expected=True), DOWN, "unreachable"),
        # Behind a switch.
        (SILENT, Circumstances(3, may_sleep=False, parent=Parent.up), DOWN, "unreachable"),
        (SILENT, Circumstances(3, may_sleep=False, parent=Parent.down), UNKNOWN, None),
        (SILENT, Circumstances(3, may_sleep=False, parent=Parent.unsure), UNKNOWN, None),
        (
            SILENT,
            Circumstances(9, may_sleep=True, is_expected=True, parent=Parent.down),
            UNKNOWN,
            None,
        ),
        (REFUSED, Circumstances(3, may_sleep=False, parent=Parent.down), UNKNOWN, "refused"),
    ],
)
def test_what_a_failed_visit_means(
    error: SnmpError, around: Circumstances, state: DeviceState, rule: str | None
) -> None:
    assert state_after(UP, error, around) is state
    finding = finding_after("P-1", error, around)
    assert (finding.rule if finding else None) == rule


@pytest.mark.parametrize(
    ("error", "around", "disproved"),
    [
        (SILENT, Circumstances(3, may_sleep=False), ()),
        (SILENT, Circumstances(3, may_sleep=False, answers_ping=True), ("unreachable",)),
        (GARBLED, Circumstances(1, may_sleep=False), ("unreachable",)),
        (REFUSED, Circumstances(1, may_sleep=False), ("unreachable", "unreadable")),
        # Nothing was sent, so nothing is disproved.
        (OutsideOfNetworks(), Circumstances(3, may_sleep=False), ()),
        (NothingToAskWith(say("no key")), Circumstances(3, may_sleep=False), ()),
    ],
)
def test_who_answers_something_is_not_unreachable(
    error: SnmpError, around: Circumstances, disproved: tuple[str, ...]
) -> None:
    assert disproved_by(error, around) == disproved


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("parent", "silent_at", "standing"),
    [
        (None, NOON, Parent.none),
        (Standing(UP, 0, ago(-1)), NOON, Parent.up),
        # It was up before the child fell silent, which says nothing of what happened since.
        (Standing(UP, 0, ago(1)), NOON, Parent.unsure),
        (Standing(UP, 0, ago(1)), None, Parent.unsure),
        (Standing(UP, 1, ago(1)), NOON, Parent.unsure),
        (Standing(DOWN, 3, ago(5)), NOON, Parent.down),
        # What the parent itself hangs on is down: nothing is known of either.
        (Standing(UNKNOWN, 4, ago(5)), NOON, Parent.unsure),
        (Standing(UNKNOWN, 0, None), NOON, Parent.unsure),
        (Standing(DOWN, 3, ago(5), is_watched=False), NOON, Parent.none),
    ],
)
def test_a_parent_is_up_only_when_heard_since(
    parent: Standing | None, silent_at: datetime | None, standing: Parent
) -> None:
    assert standing_of(parent, silent_at) is standing
