"""What the profiles make of notifications: meanings, words, parts, and the effects on alerts."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from monitoring.polling.visit import Plan, RowsPlan, profiles_mark
from monitoring.profiles import profile_named
from monitoring.snmp import (
    VarBind,
    oid,
)
from monitoring.snmp.notifications import Notification
from monitoring.traps.effects import Call, Effects
from monitoring.traps.meaning import MOST_SAID, find_trap, in_words, said_by
from monitoring.traps.ports import names_in

THEIRS = b"\x80\0\0\0\5theirs"
COLD_START = oid("1.3.6.1.6.3.1.1.5.1")


@pytest.mark.parametrize(
    ("profile", "trap_oid", "varbinds", "wanted"),
    [
        ("ups", "1.3.6.1.2.1.33.2.1", [], ("on_battery", "on_battery", [])),
        # From v1, with the zero that RFC 3584 puts in.
        ("ups", "1.3.6.1.2.1.33.2.0.1", [], ("on_battery", "on_battery", [])),
        (
            "ups",
            "1.3.6.1.2.1.33.2.3",
            [("1.3.6.1.2.1.33.1.6.2.1.2.9", oid("1.3.6.1.2.1.33.1.6.3.3"))],
            ("battery_low", "battery_bad", []),
        ),
        (
            "ups",
            "1.3.6.1.2.1.33.2.4",
            [("1.3.6.1.2.1.33.1.6.2.1.2.9", oid("1.3.6.1.2.1.33.1.6.3.2"))],
            ("mains_returned", None, ["on_battery"]),
        ),
        ("ups", "1.3.6.1.2.1.33.2.3", [], ("ups_alarm_began", None, [])),
        ("ups_apc", "1.3.6.1.4.1.318.0.9", [], ("mains_returned", None, ["on_battery"])),
        ("ups_eaton", "1.3.6.1.2.1.33.2.1", [], ("on_battery", "on_battery", [])),
        (
            "printer",
            "1.3.6.1.2.1.43.18.2.0.1",
            [("1.3.6.1.2.1.43.18.1.1.7.1.3", 8)],
            ("printer_jammed", "printer_fault", []),
        ),
        (
            "printer",
            "1.3.6.1.2.1.43.18.2.0.1",
            [("1.3.6.1.2.1.43.18.1.1.7.1.3", 3)],
            ("printer_reports", None, []),
        ),
        ("printer", "1.3.6.1.6.3.1.1.5.1", [], ("cold_start", None, [])),
        (None, "1.3.6.1.6.3.1.1.5.5", [], ("authentication_failure", None, [])),
    ],
)
def test_profiles_say_what_a_trap_means(
    profile: str | None,
    trap_oid: str,
    varbinds: list[tuple[str, object]],
    wanted: tuple[str, str | None, list[str]],
) -> None:
    said = [VarBind(oid(name), value) for name, value in varbinds]  # type: ignore[arg-type]
    trap = find_trap(profile, Notification(False, oid(trap_oid), said))
    assert trap is not None
    assert (trap.name, trap.raises, trap.clears) == wanted


def test_what_no_profile_knows_means_nothing() -> None:
    assert find_trap("ups", Notification(False, oid("1.3.6.1.4.1.99999.0.1"), [])) is None


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("计算机教室".encode("gb18030"), "计算机教室"),
        (b"eth0\0", "eth0"),
        (b"\x00\x1b\x21\xff\xfe\x81", "00 1b 21 ff fe 81"),
        (IPv4Address("10.0.0.1"), "10.0.0.1"),
        (oid("1.3.6.1"), "1.3.6.1"),
        (None, ""),
    ],
)
def test_values_are_written_as_people_read_them(value: object, wanted: str) -> None:
    assert in_words(value) == wanted  # type: ignore[arg-type]


def test_a_port_is_called_what_visits_call_it() -> None:
    profile = profile_named("switch")
    assert profile is not None
    reads = [
        RowsPlan([(3,), (4,)], {}, {"name": ["R2kwLzM=", None], "descr": ["eA==", "R2kwLzQ="]})
        if read.decode == "interfaces"
        else RowsPlan()
        for read in profile.read
    ]
    names = names_in(Plan(profiles_mark(), "switch", (), None, reads))
    assert names == {3: "Gi0/3", 4: "Gi0/4"}
    down = Notification(
        False, oid("1.3.6.1.6.3.1.1.5.3"), [VarBind(oid("1.3.6.1.2.1.2.2.1.1.3"), 3)]
    )
    assert said_by(find_trap("switch", down), down, names).part == "Gi0/3"
    assert said_by(find_trap("switch", down), down, {}).part == "3"


def calls(*names: str, device_id: int = 1) -> list[Call]:
    profile = profile_named("ups_apc")
    assert profile is not None
    traps = {trap.name: trap for trap in reversed(profile.trap)}
    return [Call(device_id, traps[name], "") for name in names]


NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "raised", "cleared"),
    [
        (["on_battery"], ["on_battery"], []),
        (["on_battery", "mains_returned"], [], [("on_battery", "")]),
        (["mains_returned", "on_battery"], ["on_battery"], []),
        (["ups_link_lost"], [], []),
    ],
)
def test_of_what_comes_together_the_last_counts(
    names: list[str], raised: list[str], cleared: list[tuple[str, str]]
) -> None:
    (effect,) = Effects().of(calls(*names), NOW)
    assert [one.rule for one in effect.raised] == raised
    assert effect.cleared == cleared


def test_the_same_again_promises_nothing_but_its_opposite_does() -> None:
    effects = Effects()
    effects.mark_enqueued(effects.of(calls("on_battery"), NOW))
    soon = NOW + timedelta(seconds=5)
    assert effects.of(calls("on_battery"), soon) == []
    assert effects.of(calls("on_battery", device_id=2), soon)
    effects.mark_enqueued(effects.of(calls("mains_returned"), soon))
    assert effects.of(calls("on_battery"), soon)
    assert effects.of(calls("mains_returned"), soon + timedelta(seconds=60))


def test_what_one_message_says_is_kept_up_to_a_bound() -> None:
    long = [VarBind((1, 3, 6, 1, 4, 1, n), b"x" * 1000) for n in range(40)]
    said = said_by(None, Notification(False, (1, 3, 6, 1, 4, 1, 9), long), {})
    assert 1 < len(said.values) < 40
    assert sum(len(name) + len(value) for name, value in said.values) <= MOST_SAID
