"""What a trap means by the profile of the device that sent it: pure."""

from ipaddress import IPv4Address

import msgspec

from monitoring.decoding.rows import decode_text
from monitoring.profiles import Trap, profile_named
from monitoring.snmp import Oid, Value, VarBind, dotted, oid
from monitoring.snmp.notifications import Notification

EVERY_DEVICE = "generic"
IF_INDEX = oid("1.3.6.1.2.1.2.2.1.1")
# What a port is called, where the trap itself says so: ifName, then ifDescr.
PORT_NAMES = (oid("1.3.6.1.2.1.31.1.1.1.1"), oid("1.3.6.1.2.1.2.2.1.2"))
MOST_TEXT = 200
MOST_VARBINDS = 40
# Of all varbinds together: one device must not fill the disk with what it makes up.
MOST_SAID = 4_000


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one trap said: the part it is about, and its varbinds as people read them."""

    part: str = ""
    values: list[tuple[str, str]] = []


def find_trap(profile: str | None, notification: Notification) -> Trap | None:
    """The entry of the device's profile, else that of every device; the first that fits."""
    names = dict.fromkeys(name for name in (profile, EVERY_DEVICE) if name)
    for found in filter(None, map(profile_named, names)):
        for trap in found.trap:
            if _same_oid(oid(trap.oid), notification.trap_oid) and _fits(trap, notification):
                return trap
    return None


def said_by(trap: Trap | None, notification: Notification, ports: dict[int, str]) -> Said:
    """The varbinds in words; ``ports`` are the names of the device's ports by ifIndex."""
    values: list[tuple[str, str]] = []
    room = MOST_SAID
    for varbind in notification.varbinds[:MOST_VARBINDS]:
        name, value = dotted(varbind.oid), in_words(varbind.value)
        room -= len(name) + len(value)
        if room < 0:
            break
        values.append((name, value))
    return Said(_part(trap, notification, ports)[:MOST_TEXT], values)


def in_words(value: Value) -> str:
    """A value as text; bytes that are no text are written in hexadecimal."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return dotted(value)
    if isinstance(value, int | IPv4Address):
        return str(value)
    text = decode_text(value)
    if text.is_guess or (value and not text.value):
        return value[: MOST_TEXT // 3].hex(" ")
    return text.value[:MOST_TEXT]


def port_index(notification: Notification) -> int | None:
    """The ifIndex that the trap is about."""
    for varbind in notification.varbinds:
        if varbind.oid[: len(IF_INDEX)] == IF_INDEX and isinstance(varbind.value, int):
            return varbind.value
    return None


def _same_oid(wanted: Oid, said: Oid) -> bool:
    """Translated from v1, the last number but one is a zero that the MIB may not have."""
    return wanted == said or (said[-2:-1] == (0,) and wanted == (*said[:-2], said[-1]))


def _fits(trap: Trap, notification: Notification) -> bool:
    return all(
        any(_is_value(varbind, oid(text), wanted) for varbind in notification.varbinds)
        for text, wanted in trap.where.items()
    )


def _is_value(varbind: VarBind, column: Oid, wanted: int | str) -> bool:
    if varbind.oid[: len(column)] != column:
        return False
    return varbind.value == wanted if isinstance(wanted, int) else in_words(varbind.value) == wanted


def _part(trap: Trap | None, notification: Notification, ports: dict[int, str]) -> str:
    if trap is None or trap.of is None:
        return ""
    column = oid(trap.of)
    if column == IF_INDEX:
        return _port(notification, ports)
    for varbind in notification.varbinds:
        if varbind.oid[: len(column)] == column:
            index = dotted(varbind.oid[len(column) :])
            return in_words(varbind.value) if isinstance(varbind.value, bytes) else index
    return ""


def _port(notification: Notification, ports: dict[int, str]) -> str:
    index = port_index(notification)
    if index is not None and index in ports:
        return ports[index]
    for column in PORT_NAMES:
        for varbind in notification.varbinds:
            if varbind.oid[: len(column)] == column and (name := in_words(varbind.value)):
                return name
    return "" if index is None else str(index)
