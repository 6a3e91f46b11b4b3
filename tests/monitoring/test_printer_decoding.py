"""Tables of cases for what printers say of supplies, trays and faults."""

import pytest

from monitoring.decoding.brother import brother_maintenance
from monitoring.decoding.printer_faults import (
    printer_alerts,
    printer_condition,
    printer_faults,
)
from monitoring.decoding.printers import percent_left, supplies, trays
from monitoring.decoding.readings import State
from monitoring.decoding.rows import Row
from monitoring.profiles import Read, all_profiles
from monitoring.snmp import oid


@pytest.mark.parametrize(
    ("level", "capacity", "unit", "value", "metric", "state"),
    [
        (70, 100, 13, 70.0, "supply_level", State.ok),
        (11_501, 12_000, 7, 95.8, "supply_level", State.ok),
        (42, -2, 19, 42.0, "supply_level", State.ok),  # unit 19 is percent, whatever the capacity
        (105, 100, 13, 100.0, "supply_level", State.ok),  # a new cartridge, generously filled
        (150, 100, 13, "some", "supply_level", State.ok),  # the two numbers differ in unit
        (-1, 100, 13, "unlimited", "supply_level", State.ok),
        (-2, 100, 13, "unknown", "supply_level", State.unknown),
        (-3, 100, 13, "some", "supply_level", State.ok),
        (-3, -2, 13, "some", "supply_level", State.ok),
        (2_500, -2, 7, 2_500, "supply_amount", State.ok),
        (350, -2, 13, 35.0, "supply_amount", State.ok),
        (9, -2, 3, "some", "supply_level", State.ok),
        (0, -2, 3, "unknown", "supply_level", State.unknown),
        (0, 100, 13, 0.0, "supply_level", State.ok),
    ],
)
def test_a_supply_is_a_share_an_amount_or_a_word_and_never_a_guess(
    level: int, capacity: int, unit: int, value: object, metric: str, state: State
) -> None:
    row: Row = {"label": "黑色碳粉".encode(), "level": level, "capacity": capacity, "unit": unit}
    (reading,) = supplies({(1, 1): row}, None)
    assert (reading.metric, reading.instance, reading.value, reading.state) == (
        metric,
        "黑色碳粉",
        value,
        state,
    )


@pytest.mark.parametrize("extra", [{"class": 4}, {"type": 4}])
def test_a_waste_container_is_no_supply_that_runs_out(extra: Row) -> None:
    row: Row = {"label": b"Waste toner", "level": 5, "capacity": 100, **extra}
    (reading,) = supplies({(1, 2): row}, None)
    assert reading.metric == "waste_container"


@pytest.mark.parametrize(
    ("level", "capacity", "kind", "value"),
    [
        (5, 100, 4, 5.0),
        (100, 100, 4, 100.0),  # full, or with all of its room left: firmware does not agree
        (0, 100, 4, 0.0),
        (-3, 100, 4, "some"),
        (-2, -2, 4, "unknown"),
        (100, -2, 4, "some"),  # without a capacity it is no share
        (7, 10, 8, 70.0),  # waste ink
        (1_200, 3_000, 14, 40.0),  # waste wax
    ],
)
def test_what_is_in_a_waste_container_rises_and_is_no_fault(
    level: int, capacity: int, kind: int, value: object
) -> None:
    row: Row = {"label": b"Waste", "level": level, "capacity": capacity, "type": kind}
    (reading,) = supplies({(1, 2): row}, None)
    assert (reading.metric, reading.value) == ("waste_container", value)
    rules = [rule for profile in all_profiles() for rule in profile.rule]
    assert not [rule for rule in rules if rule.metric == "waste_container"]


def test_supplies_of_one_name_are_told_apart() -> None:
    row: Row = {"label": b"Toner", "level": 5, "capacity": 100}
    readings = supplies({(1, 1): row, (1, 2): row}, None)
    assert [reading.instance for reading in readings] == ["Toner (1.1)", "Toner (1.2)"]


@pytest.mark.parametrize(
    ("level", "capacity", "value", "metric"),
    [
        (180, 250, 72.0, "paper_level"),
        (0, 250, 0, "paper_level"),
        (-3, 250, "some", "paper_level"),
        (-2, -2, "unknown", "paper_level"),
        (40, -2, 40, "paper_amount"),
    ],
)
def test_a_tray(level: int, capacity: int, value: object, metric: str) -> None:
    (reading,) = trays({(1, 1): {"level": level, "capacity": capacity}}, None)
    assert (reading.metric, reading.value, reading.instance) == (metric, value, "1.1")


@pytest.mark.parametrize(
    ("bits", "words", "state"),
    [
        (b"\x00", "none", State.ok),
        (b"", "none", State.ok),
        (b"\x20", "toner_low", State.warning),
        (b"\xc0", "paper_out paper_low", State.critical),
        (b"\x04", "jammed", State.critical),
        (b"\x00\x02", "maintenance_overdue", State.warning),
        (b"\x00\x01\xff", "none", State.ok),  # bits that no standard names
    ],
)
def test_printer_faults_are_as_grave_as_the_gravest(bits: bytes, words: str, state: State) -> None:
    (reading,) = printer_faults({(1,): {"bits": bits}}, None)
    assert (reading.value, reading.state) == (words, state)


@pytest.mark.parametrize(
    ("rows", "value", "state"),
    [
        ([], None, None),  # no table at all: the printer keeps none
        ([(1, 0, b"Sleep")], "Sleep", State.ok),
        ([(3, 8, b"Paper jam")], "Paper jam", State.critical),
        ([(4, 1104, b"")], "toner_low", State.warning),
        ([(4, 1104, b"Toner low"), (3, 8, b"")], "jammed; Toner low", State.critical),
        ([(4, 807, "纸盒 1 纸张不足".encode("gb18030"))], "纸盒 1 纸张不足", State.warning),
        ([(3, 8, b"Jam"), (4, 8, b"Jam")], "Jam", State.critical),
        ([(4, 99_999, b"")], "none", State.ok),  # neither words nor a code that we know
        ([(77, 3, b"Cover")], "Cover", State.warning),  # a severity that no standard has
        ([(3, 8, f"Fault {n}".encode()) for n in range(20)],
         "; ".join(f"Fault {n}" for n in range(8)), State.critical),
    ],
)  # fmt: skip
def test_the_open_alerts_of_a_printer(
    rows: list[tuple[int, int, bytes]], value: str | None, state: State | None
) -> None:
    table = {
        (1, n): {"severity": severity, "code": code, "description": text}
        for n, (severity, code, text) in enumerate(rows)
    }
    readings = printer_alerts(table, None)
    assert [(r.value, r.state) for r in readings] == ([] if value is None else [(value, state)])


def test_the_condition_is_that_of_the_printer_and_not_of_its_ports() -> None:
    port: Row = {"type": oid("1.3.6.1.2.1.25.3.1.4"), "status": 5}
    itself: Row = {"type": oid("1.3.6.1.2.1.25.3.1.5"), "status": 3}
    (reading,) = printer_condition({(1,): port, (2,): itself}, None)
    assert (reading.value, reading.state) == ("running_with_warnings", State.warning)
    assert printer_condition({(1,): port}, None) == []


def record(*parts: tuple[int, int]) -> bytes:
    return b"".join(bytes([code, 1, 4]) + value.to_bytes(4, "big") for code, value in parts)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (record((0x6F, 2_300), (0x41, 7_516)) + b"\xff",
         [("Black toner", 23.0), ("Drum", 75.16)]),
        (record((0x11, 31_007), (0x70, 10_000)), [("Cyan toner", 100.0)]),  # 0x11 counts pages
        (record((0x6F, 12_000)), []),  # more than all of it: not a share
        (record((0x6F, 100)) + record((0xA1, 200)), [("Black toner", 1.0)]),
        (record((0x6F, 100))[:-1], []),  # cut off
        (record((0x6F, 100)) + b"\x41\x02\x04\0\0\0\1", [("Black toner", 1.0)]),
        (b"", []),
    ],
)  # fmt: skip
def test_brothers_record_counts_the_toner_that_the_standard_hides(
    raw: bytes, found: list[tuple[str, float]]
) -> None:
    readings = brother_maintenance({(): {"record": raw}}, None)
    assert [(r.instance, r.value) for r in readings] == found


@pytest.mark.parametrize(
    ("value", "told", "state"),
    [
        (80, 80, State.ok),
        (0, 0, State.ok),
        (-100, "nearly_empty", State.warning),
        (-3, "some", State.ok),
        (-2, "unknown", State.unknown),
    ],
)
def test_percentages_that_a_maker_gives_and_his_own_words(
    value: int, told: object, state: State
) -> None:
    read = Read(decode="percent_left", objects={}, codes={"-100": ("nearly_empty", State.warning)})
    (reading,) = percent_left({(1,): {"value": value, "label": b"black"}}, read)
    assert (reading.metric, reading.value, reading.state) == ("supply_level", told, state)


def test_a_percentage_beyond_the_whole_is_none() -> None:
    read = Read(decode="percent_left", objects={})
    assert percent_left({(1,): {"value": 255}}, read) == []
