"""Varbinds laid out as rows: what a decoder is given, and what it declares."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from monitoring.decoding.readings import Reading
from monitoring.decoding.text import decode_text
from monitoring.decoding.topology import HardwareAddress, Neighbour, Sighting
from monitoring.snmp import Oid, Value, VarBind, oid

Row = dict[str, Value]
Rows = dict[Oid, Row]  # by the index of the row; a group of scalars is one row with index ()
Found = Reading | Sighting | Neighbour | HardwareAddress


class Decoder(NamedTuple):
    """A pure function from rows to what they tell, and which objects it works on.

    ``decode(rows, read)``: ``read`` is the profile's entry, for its metric, scale and codes.
    ``steady``: roles that describe the row (names, units, capacities) and may be remembered
    from one visit to the next; whoever remembers them asks again each hour.
    ``instead_of``: roles that tell the same as another one, worse, and are not asked for again
    in rows that have the better one.
    ``worth_asking``: the rows that it makes something of; the others are asked for once an hour.
    ``may_be_cut``: the first few thousand rows of a longer table are better than none.
    ``rows_come_and_go``: the table is to be walked on every visit, since a new row is the news.
    """

    decode: Callable[[Rows, Any], Sequence[Found]]
    needs: frozenset[str]
    may_have: frozenset[str] = frozenset()
    takes_metric: bool = False
    takes_codes: bool = False
    steady: frozenset[str] = frozenset()
    may_take_codes: bool = False
    rows_come_and_go: bool = False
    may_be_cut: bool = False
    worth_asking: Callable[[Rows], Rows] = lambda rows: rows
    instead_of: Mapping[str, str] = MappingProxyType({})


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


def matching(rows: Rows, only: dict[str, list[int]]) -> Rows:
    """The rows whose objects have one of the values that are asked for."""
    if not only:
        return rows
    return {
        index: row
        for index, row in rows.items()
        if all(row.get(role) in values for role, values in only.items())
    }


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


def labelled(rows: Rows, read: Any) -> dict[str, Row]:
    """The rows by the names of their instances: those that the profile gives, else the agent's.

    Rows that ``read.instances`` leaves unnamed are left out. A single row without a name is the
    device itself.
    """
    if read.instances:
        names = {i: read.instances.get(_dotted(i), "") for i in rows}
        return {name: rows[i] for i, name in names.items() if name}
    if len(rows) == 1 and not any("label" in row for row in rows.values()):
        (row,) = rows.values()
        return {read.instance: row}
    labels = unique({i: text(row.get("label")) or _dotted(i) for i, row in rows.items()})
    return {labels[i]: row for i, row in rows.items()}


def within_bounds(value: float, read: Any) -> int | float | None:
    """The value, or None when the profile says that such a one is no measurement."""
    too_low = read.least is not None and value < read.least
    too_high = read.most is not None and value > read.most
    return None if too_low or too_high else value


def _dotted(index: Oid) -> str:
    return ".".join(map(str, index))
