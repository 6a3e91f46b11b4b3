"""From rows of objects to readings: pure, so that every vendor's oddity is a line in a table."""

from collections.abc import Sequence
from typing import Any

from monitoring.decoding import (
    boards,
    bridges,
    brother,
    hosts,
    interfaces,
    plain,
    poe,
    power,
    printer_faults,
    printers,
    sensors,
    wireless,
)
from monitoring.decoding.rows import Decoder, Found, Rows, matching, scalar_row, table_rows

DECODERS: dict[str, Decoder] = {
    **plain.DECODERS,
    **hosts.DECODERS,
    **printers.DECODERS,
    **printer_faults.DECODERS,
    **brother.DECODERS,
    **power.DECODERS,
    **interfaces.DECODERS,
    **bridges.DECODERS,
    **poe.DECODERS,
    **sensors.DECODERS,
    **boards.DECODERS,
    **wireless.DECODERS,
}


def decode(rows: Rows, read: Any) -> Sequence[Found]:
    """What the rows of one read tell, by the profile's entry for it."""
    return DECODERS[read.decode].decode(matching(rows, read.only), read)


__all__ = ["DECODERS", "Decoder", "Found", "Rows", "decode", "scalar_row", "table_rows"]
