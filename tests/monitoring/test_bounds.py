"""What no device can mean is no reading, whatever the profile."""

import pytest

from monitoring.decoding import decode
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import UNIT_BOUNDS, Reading, is_possible
from monitoring.polling.visit import ReadResult, assemble
from monitoring.profiles import all_profiles, profile_named

INT, UNSIGNED, LEAST = 2**31 - 1, 2**32 - 1, -(2**31)


@pytest.mark.parametrize(
    ("metric", "unit", "value", "possible"),
    [
        ("battery_charge", "percent", 0, True),
        ("battery_charge", "percent", 100, True),
        ("battery_charge", "percent", 255, False),
        ("output_load", "percent", 130, True),  # overloaded
        ("output_load", "percent", 65_535, False),
        ("temperature", "celsius", -20.5, True),
        ("temperature", "celsius", -273, False),
        ("temperature", "celsius", -128, False),
        ("temperature", "celsius", 255, False),
        ("input_voltage", "volts", 0, True),
        ("input_voltage", "volts", 400, True),
        ("input_voltage", "volts", 2_313, False),
        ("sensor_voltage", "volts", -48, True),
        ("sensor_voltage", "volts", 21_474_836.47, False),
        ("optical_received", "decibel_milliwatts", -40, True),
        ("optical_received", "decibel_milliwatts", 21_474_836.47, False),
        ("optical_sent", "decibel_milliwatts", -99_999.999, False),
        ("wifi_power", "decibel_milliwatts", 26, True),
        ("laser_current", "milliamperes", 21_474_836.47, False),
        ("battery_runtime", "minutes", 544, True),
        ("battery_runtime", "minutes", 65_535, False),
        ("battery_runtime", "minutes", UNSIGNED, False),
        ("battery_runtime", "minutes", -1, False),
        ("on_battery", "seconds", UNSIGNED, False),
        ("uptime", "seconds", 7_262_288, True),
        ("humidity", "percent", -1, False),
        ("fan_speed", "revolutions", 4_200, True),
        ("fan_speed", "revolutions", 65_535, False),
        ("sensor_value", None, 65_535, True),
        ("sensor_value", None, INT, False),
        ("sensor_value", None, LEAST, False),
        ("supply_amount", "grams", UNSIGNED, False),
        ("if_in_octets", "bytes", 2**63, True),  # a counter of 64 bits
        ("if_in_octets_32", "bytes", UNSIGNED, True),
        ("if_in_octets_32", "bytes", 2**32, False),
        ("pages_printed", "pages", UNSIGNED, False),
        ("printer_status", None, "idle", True),
        ("supply_level", None, "some", True),
    ],
)
def test_bounds(metric: str, unit: str | None, value: int | float | str, possible: bool) -> None:
    assert is_possible(Reading(metric, "", value, unit)) is possible


def test_every_unit_of_a_metric_has_bounds() -> None:
    assert {metric.unit for metric in METRICS.values() if metric.unit} <= set(UNIT_BOUNDS)


@pytest.mark.parametrize("profile", [p.name for p in all_profiles()])
@pytest.mark.parametrize("sentinel", [INT, LEAST, UNSIGNED, 2**64 - 1])
def test_no_profile_makes_a_number_of_what_agents_say_for_not_known(
    profile: str, sentinel: int
) -> None:
    known = profile_named(profile)
    assert known is not None
    for read in known.read:
        if read.decode != "gauge":
            continue
        told = decode({(1,): {"value": sentinel}}, read)
        visit = assemble(known, [ReadResult(told)], None, identity={})
        assert visit.readings == []
        assert len(visit.refused) == len(told)


def test_a_refused_reading_gives_way_to_the_next_source_and_is_never_clamped() -> None:
    apc = profile_named("ups_apc")
    assert apc is not None
    first = Reading("battery_charge", "", 429_496_729.5, "percent")
    second = Reading("battery_charge", "", 97, "percent")
    visit = assemble(apc, [ReadResult([first]), ReadResult([second])], None, identity={})
    assert [(r.metric, r.value) for r in visit.readings] == [("battery_charge", 97)]
    assert visit.refused == [first]


def test_an_empty_cage_of_h3c_has_no_light_no_volts_and_no_heat() -> None:
    h3c = profile_named("switch_h3c")
    assert h3c is not None
    optics = [
        r
        for r in h3c.read
        if any(o.startswith("1.3.6.1.4.1.25506.2.70.") for o in r.objects.values())
    ]
    assert len(optics) == 5
    row = {(1,): {"value": INT, "label": b"GE1/0/25"}}
    found = assemble(h3c, [ReadResult(decode(row, read)) for read in optics], None, identity={})
    assert found.readings == []
