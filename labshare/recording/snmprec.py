"""Walks as files that snmpsim serves: a line a variable, ``OID|TAG|VALUE``, in order."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from monitoring.snmp import Oid, Value, VarBind, dotted, oid

INTEGER, OCTETS, OBJECT_ID, ADDRESS, GAUGE, TICKS, COUNTER64 = 2, 4, 6, 64, 66, 67, 70
UPTIMES = {oid("1.3.6.1.2.1.1.3.0"), oid("1.3.6.1.2.1.25.1.1.0")}
MOST_INTEGER, MOST_GAUGE = 2**31 - 1, 2**32 - 1
PRINTABLE = range(0x20, 0x7F)
SEPARATOR = ord("|")


class BadWalk(ValueError):
    """A line that is none; the text says which."""


def write_walk(varbinds: Iterable[VarBind]) -> str:
    """The walk as text. A number has the smallest type that holds it: readings ask for no more."""
    rows = {one.oid: one for one in varbinds}
    lines = (f"{dotted(one)}|{_typed(rows[one])}\n" for one in sorted(rows))
    return "".join(lines)


def read_walk(text: str) -> list[VarBind]:
    """The variables of a walk whose values stand still; BadWalk on anything else."""
    found: dict[Oid, VarBind] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        try:
            name, tag, value = line.split("|", 2)
            found[oid(name)] = VarBind(oid(name), _value(tag, value))
        except ValueError as error:
            raise BadWalk(f"line {number}: {error}") from error
    return [found[one] for one in sorted(found)]


def _typed(varbind: VarBind) -> str:
    value = varbind.value
    if isinstance(value, bytes):
        is_plain = all(byte in PRINTABLE and byte != SEPARATOR for byte in value)
        return f"{OCTETS}|{value.decode('ascii')}" if is_plain else f"{OCTETS}x|{value.hex()}"
    if isinstance(value, tuple):
        return f"{OBJECT_ID}|{dotted(value)}"
    if isinstance(value, int):
        return f"{_number_tag(varbind.oid, value)}|{value}"
    return f"{ADDRESS}|{value}"


def _number_tag(name: Oid, value: int) -> int:
    if value > MOST_GAUGE:
        return COUNTER64
    if name in UPTIMES:
        return TICKS
    return INTEGER if value <= MOST_INTEGER else GAUGE


def _value(tag: str, value: str) -> Value:
    if tag.endswith("x"):
        return bytes.fromhex(value)
    if not tag.isdecimal():
        raise ValueError(f"{tag!r} is not the tag of a value that stands still")
    match int(tag):
        case 4:
            return value.encode()
        case 6:
            return oid(value)
        case 64:
            return IPv4Address(value)
        case 5:
            return None
        case _:
            return int(value)
