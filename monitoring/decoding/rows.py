"""Varbinds laid out as rows, and bytes that agents call text: what a decoder is given."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from monitoring.decoding.readings import Reading
from monitoring.decoding.topology import ForwardingEntry, HardwareAddress, Neighbour
from monitoring.snmp import Oid, Value, VarBind, oid

# Two bytes as in GB 2312, which holds the characters that anybody uses.
COMMON_CHINESE = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


# Names and labels are the same at every visit, and at many devices.
REMEMBERED = 16_384
LONGEST_REMEMBERED = 64


class Text(NamedTuple):
    """Decoded text; ``is_guess`` when no encoding fitted and each byte became one letter."""

    value: str
    is_guess: bool = False


def decode_text(raw: bytes) -> Text:
    """UTF-8 if it is valid, else GB18030 (Chinese firmware), else Latin-1, flagged.

    NULs go first: fixed-width fields are padded with them, and one agent in ten sends one. Such a
    field may also be cut in the middle of a character: then the rest of that is left out.
    """
    return _remembered(raw) if len(raw) <= LONGEST_REMEMBERED else _decode(raw)


def _decode(raw: bytes) -> Text:
    bare = raw.replace(b"\0", b"")
    for decode in (_utf8, _gb18030):
        text = decode(bare)
        if text is not None:
            return Text(_clean(text))
    return Text(_clean(bare.decode("latin-1")), is_guess=True)


_remembered = lru_cache(maxsize=REMEMBERED)(_decode)


def _utf8(raw: bytes) -> str | None:
    """The text, or None. Cut at the end, it must have shown by a whole character what it is."""
    text, is_whole = _decoded(raw, "utf-8")
    return text if text is not None and (is_whole or not text.isascii()) else None


def _gb18030(raw: bytes) -> str | None:
    """The text, or None without a single common character: "Büro" in Latin-1 is valid GB18030."""
    text, _ = _decoded(raw, "gb18030")
    return text if text is not None and COMMON_CHINESE.search(raw) else None


def _decoded(raw: bytes, encoding: str) -> tuple[str | None, bool]:
    """The whole characters, None if there is a wrong one; and whether nothing is left over."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(raw)
    except UnicodeDecodeError:
        return None, False
    rest = decoder.getstate()[0]
    # No character of either encoding begins with the byte 0xFF.
    return (None, False) if rest[:1] == b"\xff" else (text, not rest)


def _clean(text: str) -> str:
    """Without control characters, which terminals and tables would obey; line ends are spaces."""
    spaced = " ".join(text.split())
    if spaced.isprintable():
        return spaced
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").strip()


Row = dict[str, Value]
Rows = dict[Oid, Row]  # by the index of the row; a group of scalars is one row with index ()
Found = Reading | ForwardingEntry | Neighbour | HardwareAddress


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
