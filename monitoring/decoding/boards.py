"""Decoders for what a switch is made of: boards with processor, memory and thermometer."""

from typing import Any

from monitoring.decoding.readings import Reading
from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique

MEASURED = (
    ("cpu", "cpu_load", "percent"),
    ("memory", "memory_used", "percent"),
    ("temperature", "temperature", "celsius"),
)
MOST = {"cpu": 100, "memory": 100, "temperature": 200}  # 65535 and the like mean "none here"


def boards(rows: Rows, read: Any) -> list[Reading]:
    """Load, memory and heat of each part that has a processor; else the heat of the first.

    Vendors list every screw: parts without a processor repeat the chassis, or say nothing.
    """
    thinking = {i: row for i, row in rows.items() if _value(row, "cpu") or _value(row, "memory")}
    if not thinking:
        warm = [(i, row) for i, row in rows.items() if _value(row, "temperature")]
        thinking = dict(warm[:1])
    labels = unique({i: text(row.get("name")) or str(i[-1]) for i, row in thinking.items()})
    readings = []
    for index, row in thinking.items():
        label = "" if len(thinking) == 1 else labels[index]
        for role, metric, unit in MEASURED:
            value = _value(row, role)
            # A board may be idle at 0 %, but none is at 0 °C or without any memory in use.
            if value is not None and (value or role == "cpu"):
                readings.append(Reading(metric, label, value, unit))
    return readings


def pools(rows: Rows, read: Any) -> list[Reading]:
    """Memory as pools of used and free bytes, in percent."""
    sized = {
        index: row
        for index, row in rows.items()
        if (number(row.get("used")) or 0) + (number(row.get("free")) or 0) > 0
    }
    labels = unique({i: text(row.get("label")) or str(i[-1]) for i, row in sized.items() if i})
    readings = []
    for index, row in sized.items():
        used, free = number(row.get("used")) or 0, number(row.get("free")) or 0
        share = round(100 * min(max(used / (used + free), 0), 1), 1)
        label = "" if len(sized) == 1 else labels[index]
        readings.append(Reading("memory_used", label, share, "percent"))
    return readings


def _value(row: Row, role: str) -> int | None:
    value = number(row.get(role))
    return value if value is not None and 0 <= value <= MOST[role] else None


DECODERS = {
    "boards": Decoder(
        boards,
        frozenset({"cpu"}),
        frozenset({"memory", "temperature", "name"}),
        steady=frozenset({"name"}),
    ),
    "pools": Decoder(
        pools, frozenset({"used", "free"}), frozenset({"label"}), steady=frozenset({"label"})
    ),
}
