"""Varbinds laid out as rows: what a decoder is given, and what it declares."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from monitoring.readings import Reading
from monitoring.sightings import HardwareAddress, Neighbour, Sighting
from monitoring.snmp import Oid, Value, VarBind, oid
from monitoring.text import decode_text

Row = dict[str, Value]
Rows = dict[Oid, Row]  # by the index of the row; a group of scalars is one row with index ()
Found = Reading | Sighting | Neighbour | HardwareAddress


class Decoder(NamedTuple):
    """A pure function from rows to what they tell, and which objects it works on.

    ``decode(rows, read)``: ``read`` is the profile's entry, for its metric, scale and codes.
    ``steady``: roles that describe the row (names, units, capacities) and may be remembered
    from one visit to the next; whoever remembers them asks again each hour.
    """

    decode: Callable[[Rows, Any], Sequence[Found]]
    needs: frozenset[str]
    may_have: frozenset[str] = frozenset()
    takes_metric: bool = False
    takes_codes: bool = False
    steady: frozenset[str] = frozenset()


def scalar_row(objects: dict[str, str], varbinds: dict[Oid, VarBind]) -> Rows:
    """The scalars of one read as a single row; no row when the agent has none of them."""
    found = {role: varbinds[oid(text)].value for role, text in objects.items()}
    present: Row = {role: value for role, value in found.items() if value is not None}
    return {(): present} if present else {}


def table_rows(columns: dict[str, tuple[Oid, list[VarBind]]]) -> Rows:
    """Walked columns as rows, by what follows the column in each OID."""
    rows: Rows = {}
    for role, (root, varbinds) in columns.items():
        for varbind in varbinds:
            if varbind.value is not None:
                rows.setdefault(varbind.oid[len(root) :], {})[role] = varbind.value
    return dict(sorted(rows.items()))


def number(value: Value) -> int | None:
    """The value where it is an integer."""
    return value if isinstance(value, int) else None


def text(value: Value) -> str:
    """The value as text, "" where it is none."""
    return decode_text(value).value if isinstance(value, bytes) else ""


def unique(labels: dict[Oid, str]) -> dict[Oid, str]:
    """Instance names that tell rows apart: a name used twice gets its row's index."""
    taken = list(labels.values())
    return {
        index: f"{label} ({'.'.join(map(str, index))})" if taken.count(label) > 1 else label
        for index, label in labels.items()
    }
