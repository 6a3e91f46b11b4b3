"""Decoder for Brother's maintenance record, which counts the toner that the standard table hides.

brInfoMaintenance is one string of records: a byte that says what, two that say that a number of
four bytes follows, and the number, in hundredths of a percent; 0xFF ends it.
"""

from collections.abc import Iterator
from typing import Any

from monitoring.decoding.readings import Reading
from monitoring.decoding.rows import Decoder, Rows

RECORD_BYTES = 7
NUMBER_FOLLOWS = b"\x01\x04"
END = 0xFF
WHOLE = 10_000
# What is left of each part, by the first byte of its record; inkjets and lasers differ.
PARTS: dict[int, str] = {
    0x41: "Drum",
    0x69: "Belt",
    0x6A: "Fuser",
    0x6B: "Laser unit",
    0x6C: "Paper feed kit MP",
    0x6D: "Paper feed kit 1",
    0x6F: "Black toner",
    0x70: "Cyan toner",
    0x71: "Magenta toner",
    0x72: "Yellow toner",
    0x79: "Cyan drum",
    0x7A: "Magenta drum",
    0x7B: "Yellow drum",
    0x80: "Black drum",
    0xA1: "Black toner",
    0xA2: "Cyan toner",
    0xA3: "Magenta toner",
    0xA4: "Yellow toner",
}


def brother_maintenance(rows: Rows, read: Any) -> list[Reading]:
    """What is left of toner, drum and the parts that wear; records that we do not know are left."""
    raw = next((row["record"] for row in rows.values() if "record" in row), b"")
    left: dict[str, Reading] = {}
    for code, value in _records(raw if isinstance(raw, bytes) else b""):
        part = PARTS.get(code)
        if part is not None and value <= WHOLE:
            left.setdefault(part, Reading("supply_level", part, value / 100, "percent"))
    return list(left.values())


def _records(raw: bytes) -> Iterator[tuple[int, int]]:
    for start in range(0, len(raw) - RECORD_BYTES + 1, RECORD_BYTES):
        code = raw[start]
        if code == END or raw[start + 1 : start + 3] != NUMBER_FOLLOWS:
            return
        yield code, int.from_bytes(raw[start + 3 : start + RECORD_BYTES], "big")


DECODERS = {"brother_maintenance": Decoder(brother_maintenance, frozenset({"record"}))}
