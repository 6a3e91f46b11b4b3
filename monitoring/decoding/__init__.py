"""From rows of objects to readings: pure, so that every vendor's oddity is a line in a table."""

from monitoring.decoding import hosts, interfaces, plain, printers
from monitoring.decoding.rows import Decoder, Found, Rows, scalar_row, table_rows

DECODERS: dict[str, Decoder] = {
    **plain.DECODERS,
    **hosts.DECODERS,
    **printers.DECODERS,
    **interfaces.DECODERS,
}

__all__ = ["DECODERS", "Decoder", "Found", "Rows", "scalar_row", "table_rows"]
