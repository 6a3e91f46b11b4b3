"""How far a maker's serial number can be trusted to name one thing."""

import re
import unicodedata
from enum import StrEnum

from core.sheets.cells import is_rounded

# What firmware says when nobody wrote a number into it; two such machines are not the same one.
JUNK = frozenset(
    {
        "0123456789", "123456789", "1234567890", "12345678", "1234567", "123456",
        "alaska", "chassis serial number", "default", "default string", "empty", "n/a", "na",
        "ne", "nil", "no serial", "none", "not applicable", "not available", "not specified",
        "not used", "null", "o.e.m.", "oem", "serial", "serial number", "system serial number",
        "tbd", "test", "to be filled", "to be filled by o.e.m.", "to be filled by oem",
        "unknown", "unspecified", "xxxx", "xxxxxxxx", "无", "未知", "没有", "不详",
    }
)  # fmt: skip
SHORTEST = 4


def _alphanumeric(serial: str) -> str:
    """The letters and digits alone: "O.E.M." and "oem" are the same."""
    return re.sub(r"[\W_]", "", serial.casefold())


PLAIN_JUNK = frozenset(_alphanumeric(junk) for junk in JUNK)


class SerialTrust(StrEnum):
    """``ok`` names one thing of its model; ``junk`` is kept as read but never matches."""

    ok = "ok"
    junk = "junk"
    none = "none"


def clean(serial_number: str | None) -> str | None:
    """A serial number without the spaces around and inside it, or None."""
    if serial_number is None:
        return None
    return " ".join(serial_number.split()) or None


def plain(serial_number: str) -> str | None:
    """A serial number as a scanner or a Chinese keyboard gives it, in plain letters."""
    return clean(unicodedata.normalize("NFKC", serial_number))


def trust(serial_number: str | None) -> SerialTrust:
    """Judge a serial number: missing, junk, or good."""
    serial = clean(serial_number)
    if serial is None:
        return SerialTrust.none
    text = _alphanumeric(serial)
    if text in PLAIN_JUNK or is_rounded(serial):
        return SerialTrust.junk
    if len(text) < SHORTEST or len(set(text)) == 1:
        return SerialTrust.junk
    return SerialTrust.ok
