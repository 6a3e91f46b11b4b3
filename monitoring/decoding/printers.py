"""Decoders for printers: supplies and trays by RFC 3805, and where makers tell more."""

from typing import Any

from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Row, Rows, labelled, number, text, unique

UNLIMITED, UNKNOWN, SOME = -1, -2, -3  # what levels below zero mean in every table of RFC 3805
PERCENT_UNIT = 19
RECEPTACLE = 4  # prtMarkerSuppliesClass receptacleThatIsFilled
WASTE_TYPES = {4, 8, 14, 24, 26, 30}  # prtMarkerSuppliesType: waste toner, ink, wax, water …
# Some firmware counts a little beyond full; far beyond, level and capacity differ in unit.
MOST_OVERFULL = 1.1

# PrtMarkerSuppliesSupplyUnitTC: the name we give a unit, and how many of its units make one.
SUPPLY_UNITS: dict[int, tuple[str, float]] = {
    7: ("impressions", 1),
    8: ("sheets", 1),
    11: ("hours", 1),
    13: ("grams", 0.1),
    15: ("millilitres", 0.1),
    17: ("metres", 1),
    18: ("items", 1),
}


def supplies(rows: Rows, read: Any) -> list[Reading]:
    """What is left of each supply: a percentage, an amount, or one of three words; never a guess.

    Waste containers are a metric of their own, because firmware does not agree on whether
    their level is what is in them or the room that is left.
    """
    labels = unique({i: text(row.get("label")) or _dotted(i) for i, row in rows.items()})
    return [r for i, row in rows.items() if (r := _supply(labels[i], row)) is not None]


def trays(rows: Rows, read: Any) -> list[Reading]:
    """What is left in each paper tray, by the same three words."""
    labels = unique(
        {
            i: text(row.get("label")) or text(row.get("name")) or _dotted(i)
            for i, row in rows.items()
        }
    )
    return [r for i, row in rows.items() if (r := _tray(labels[i], row)) is not None]


def percent_left(rows: Rows, read: Any) -> list[Reading]:
    """Supplies of which a maker gives the percentage itself; ``codes`` are his words for the rest."""
    readings = []
    for label, row in labelled(rows, read).items():
        value = number(row.get("value"))
        if value is None:
            continue
        if known := read.codes.get(str(value)):
            readings.append(Reading("supply_level", label, known[0], state=known[1]))
        elif value < 0:
            readings.append(_in_words("supply_level", label, value))
        elif value <= 100:
            readings.append(Reading("supply_level", label, value, "percent"))
    return readings


def _supply(label: str, row: Row) -> Reading | None:
    level = number(row.get("level"))
    if level is None:
        return None
    is_waste = number(row.get("class")) == RECEPTACLE or number(row.get("type")) in WASTE_TYPES
    metric = "waste_container" if is_waste else "supply_level"
    if level < 0:
        return _in_words(metric, label, level)
    capacity, unit = number(row.get("capacity")) or 0, number(row.get("unit")) or 0
    if unit == PERCENT_UNIT:
        capacity = 100
    if capacity > 0:
        return _percentage(metric, label, level, capacity)
    name, scale = SUPPLY_UNITS.get(unit, ("", 1))
    if is_waste or not name:
        return _in_words(metric, label, SOME if level else UNKNOWN)
    return Reading("supply_amount", label, round(level * scale, 1), name)


def _tray(label: str, row: Row) -> Reading | None:
    level = number(row.get("level"))
    if level is None:
        return None
    if level == 0:
        return Reading("paper_level", label, 0, "percent", State.warning)
    if level < 0:
        return _in_words("paper_level", label, level)
    capacity = 100 if number(row.get("unit")) == PERCENT_UNIT else number(row.get("capacity")) or 0
    if capacity > 0:
        return _percentage("paper_level", label, level, capacity)
    return Reading("paper_amount", label, level, "sheets")


def _percentage(metric: str, label: str, level: int, capacity: int) -> Reading:
    if level > capacity * MOST_OVERFULL:
        return _in_words(metric, label, SOME)
    return Reading(metric, label, min(round(100 * level / capacity, 1), 100.0), "percent")


def _in_words(metric: str, label: str, level: int) -> Reading:
    # -3 means "some left, amount unknown" (RFC 3805 prtMarkerSuppliesLevel), so it is no fault.
    if level == SOME:
        return Reading(metric, label, "some")
    if level == UNLIMITED:
        return Reading(metric, label, "unlimited")
    return Reading(metric, label, "unknown", state=State.unknown)


def _dotted(index: tuple[int, ...]) -> str:
    return ".".join(map(str, index))


DECODERS = {
    "supplies": Decoder(
        supplies,
        frozenset({"label", "level", "capacity"}),
        frozenset({"unit", "class", "type"}),
        steady=frozenset({"label", "capacity", "unit", "class", "type"}),
    ),
    "trays": Decoder(
        trays,
        frozenset({"level", "capacity"}),
        frozenset({"label", "name", "unit"}),
        steady=frozenset({"label", "name", "capacity", "unit"}),
    ),
    "percent_left": Decoder(
        percent_left,
        frozenset({"value"}),
        frozenset({"label"}),
        steady=frozenset({"label"}),
        may_take_codes=True,
    ),
}
