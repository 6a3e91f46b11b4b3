"""Readings as people read them: in groups, single facts apart from tables by port or cartridge."""

from collections.abc import Collection, Sequence

import msgspec

from api.wording.language import Language
from core.errors import Message, say
from monitoring.decoding.metrics import GROUPS, METRICS, UNITS, Group
from monitoring.decoding.readings import State, worst
from monitoring.decoding.value_words import TEXT_SEPARATOR, messages_of
from monitoring.devices import LatestReading

MEGABIT = 1_000_000
MINUTES = 60
MOST_CHARTS = 6
# What a chart says more of than the rest, for each kind of device.
CHARTED = (
    "cpu_load",
    "memory_used",
    "disk_used",
    "temperature",
    "humidity",
    "wifi_clients",
    "poe_load",
    "supply_level",
    "pages_printed",
    "lamp_hours",
    "disk_temperature",
    "battery_charge",
    "input_voltage",
    "output_load",
    "if_in_rate",
    "if_out_rate",
    "if_error_rate",
)
SPEEDS = (
    (1_000_000_000, say("{n} Gbit/s")),
    (MEGABIT, say("{n} Mbit/s")),
    (1_000, say("{n} kbit/s")),
    (1, say("{n} bit/s")),
)


class Fact(msgspec.Struct, frozen=True):
    """One reading that has no instances."""

    label: str
    text: str
    state: State


class Row(msgspec.Struct, frozen=True):
    """All readings of one instance, a cell for each column of its table."""

    instance: str
    cells: list[str]
    state: State


class Table(msgspec.Struct, frozen=True):
    """Parts of a device of which the same things are read: its drives, or its trays."""

    columns: list[str]
    rows: list[Row]


class ReadingGroup(msgspec.Struct, frozen=True):
    """One part of the device's page."""

    title: str
    facts: list[Fact]
    tables: list[Table]


def grouped(
    readings: Sequence[LatestReading], speech: Language, *, without: Collection[str] = ()
) -> list[ReadingGroup]:
    """The readings by their groups; bare counters are left out, since their rates say more.

    ``without``: metrics that have a page of their own.
    """
    shown = [r for r in readings if not METRICS[r.metric].counter_bits and r.metric not in without]
    groups = []
    for group in Group:
        of_group = [r for r in shown if METRICS[r.metric].group is group]
        if of_group:
            groups.append(_group(speech.words(GROUPS[group]), of_group, speech))
    return groups


def charted(readings: Sequence[LatestReading], speech: Language) -> list[tuple[str, str]]:
    """The metrics worth a chart that this device has, and their names."""
    present = {r.metric for r in readings if not isinstance(r.value, str | None)}
    metrics = [metric for metric in CHARTED if metric in present][:MOST_CHARTS]
    return [(metric, speech.words(METRICS[metric].label)) for metric in metrics]


def value_in_words(reading: LatestReading, speech: Language) -> str:
    """A value with its unit as people write it, or the word for it."""
    value = reading.value
    if value is None:
        return "–"
    if isinstance(value, str):
        return TEXT_SEPARATOR.join(
            ", ".join(map(speech.words, part)) for part in messages_of(value)
        )
    if reading.unit == "bits_per_second":
        return speed_in_words(float(value), speech)
    if reading.unit == "bytes":
        return speech.size(int(value))
    if reading.metric == "uptime":
        return speech.minutes(float(value) / MINUTES)
    unit = speech.words(UNITS.get(reading.unit or ""))
    return f"{speech.number(round(float(value), 2))} {unit}".strip()


def speed_in_words(value: float, speech: Language) -> str:
    """Bits a second in the unit that keeps the number short."""
    size, words = next((one for one in SPEEDS if value >= one[0]), SPEEDS[-1])
    return speech.words(Message(words.template, {"n": round(value / size, 1)}))


def _group(title: str, readings: list[LatestReading], speech: Language) -> ReadingGroup:
    facts = [
        Fact(speech.words(METRICS[r.metric].label), value_in_words(r, speech), r.state)
        for r in readings
        if not r.instance
    ]
    tables = [_table(alike, speech) for alike in _alike([r for r in readings if r.instance])]
    return ReadingGroup(title, facts, tables)


def _alike(readings: list[LatestReading]) -> list[list[LatestReading]]:
    """The readings in sets that share no metric, so that drives and volumes are two tables."""
    of_instance: dict[str, set[str]] = {}
    for reading in readings:
        of_instance.setdefault(reading.instance, set()).add(reading.metric)
    families: list[set[str]] = []
    for metrics in of_instance.values():
        kin = [family for family in families if family & metrics]
        families = [family for family in families if family not in kin]
        families.append(set().union(metrics, *kin))
    found = [[r for r in readings if r.metric in family] for family in families]
    return sorted(found, key=lambda alike: readings.index(alike[0]))


def _table(readings: list[LatestReading], speech: Language) -> Table:
    metrics = list(dict.fromkeys(r.metric for r in readings))
    cells = {(r.instance, r.metric): r for r in readings}
    rows = []
    for instance in dict.fromkeys(r.instance for r in readings):
        of_row = [cells.get((instance, metric)) for metric in metrics]
        texts = [value_in_words(r, speech) if r else "" for r in of_row]
        rows.append(Row(instance, texts, worst(*(r.state for r in of_row if r))))
    return Table([speech.words(METRICS[metric].label) for metric in metrics], rows)
