"""What the sources of power-on hours write, as whole hours; and disks by one serial number."""

import re
from enum import StrEnum

# Of the table that a disk gives (SFF-8035i, before it vendor practice; ATA8-ACS leaves its content to
# the vendor): two bytes of revision, then thirty attributes of twelve bytes.
REVISION_BYTES, ATTRIBUTE_BYTES, ATTRIBUTES = 2, 12, 30
POWER_ON_HOURS = 9
RAW = slice(5, 11)
# Some makers keep milliseconds or a second counter in the upper bytes; hours are in the lower three.
HOURS_MASK = 0xFFFFFF
MOST_HOURS = 876_000
SECONDS_AN_HOUR = 3600
_NUMBER = re.compile(r"([0-9][0-9,']*)(?:[.:][0-9]+)?(h|s)?(?:[+ (].*)?")
# Windows Vista and 7 give a serial number as the bytes of its words in hexadecimal, swapped.
_SWAPPED_HEX = re.compile(r"(?:[0-9a-fA-F]{4}){4,20}")


class HoursSource(StrEnum):
    """Where the hours of a disk came from; ``none``: nobody could ask it."""

    smart = "smart"
    reliability = "reliability"
    smartctl = "smartctl"
    nvme = "nvme"
    udisks = "udisks"
    none = "none"


def read_hours(source: HoursSource, value: str) -> int | None:
    """The hours that a source's value says, or None where it says none that can be.

    ``smart`` is the table of attributes in hexadecimal. The others are numbers: "12,345" of the
    SMART / Health log of NVMe ("Power On Hours", NVMe Base Specification), "12345h+07m+10.740s" of
    smartctl, "44442000s" of udisks.
    """
    if source is HoursSource.none:
        return None
    hours = _of_attributes(value) if source is HoursSource.smart else _of_number(value)
    return hours if hours is not None and 0 <= hours <= MOST_HOURS else None


def _of_attributes(value: str) -> int | None:
    try:
        table = bytes.fromhex(value)[REVISION_BYTES:]
    except ValueError:
        return None
    for start in range(0, min(len(table), ATTRIBUTE_BYTES * ATTRIBUTES), ATTRIBUTE_BYTES):
        attribute = table[start : start + ATTRIBUTE_BYTES]
        if len(attribute) == ATTRIBUTE_BYTES and attribute[0] == POWER_ON_HOURS:
            return int.from_bytes(attribute[RAW], "little") & HOURS_MASK
    return None


def _of_number(value: str) -> int | None:
    found = _NUMBER.fullmatch(value.strip())
    if found is None:
        return None
    number = int(re.sub(r"\D", "", found[1])[:15])
    return number // SECONDS_AN_HOUR if found[2] == "s" else number


def disk_serial(text: str) -> str:
    """A serial number as it is compared: without spaces, in capitals, as Linux and Windows agree on."""
    serial = text.strip()
    if _SWAPPED_HEX.fullmatch(serial):
        pairs = bytes.fromhex(serial)
        swapped = b"".join(pairs[n + 1 : n + 2] + pairs[n : n + 1] for n in range(0, len(pairs), 2))
        if swapped.strip() and all(0x20 <= byte < 0x7F for byte in swapped):
            serial = swapped.decode("ascii")
    return re.sub(r"[\s.]", "", serial).upper()[:120]
