"""Decoders for what a printer complains of: its state, its error bits, its table of alerts."""

from typing import Any

from monitoring.decoding.readings import Reading, State, gravest_first, worst
from monitoring.decoding.rows import Decoder, Rows, number, text
from monitoring.decoding.value_words import TEXT_SEPARATOR
from monitoring.snmp import oid

PRINTER_DEVICE = oid("1.3.6.1.2.1.25.3.1.5")  # hrDevicePrinter
MOST_ALERTS = 8  # a printer that is out of everything says enough with its first ones

# hrDeviceStatus of RFC 2790. A warning is what a printer gives for low toner, so it is no fault.
CONDITIONS = {
    1: ("unknown", State.unknown),
    2: ("running", State.ok),
    3: ("running_with_warnings", State.warning),
    4: ("testing", State.ok),
    5: ("out_of_order", State.critical),
}

# hrPrinterDetectedErrorState, most significant bit first.
PRINTER_FAULTS: tuple[tuple[str, State], ...] = (
    ("paper_low", State.warning),
    ("paper_out", State.critical),
    ("toner_low", State.warning),
    ("toner_out", State.critical),
    ("door_open", State.warning),
    ("jammed", State.critical),
    ("offline", State.critical),
    ("service_requested", State.critical),
    ("input_tray_missing", State.warning),
    ("output_tray_missing", State.warning),
    ("supply_missing", State.critical),
    ("output_nearly_full", State.warning),
    ("output_full", State.critical),
    ("input_tray_empty", State.warning),
    ("maintenance_overdue", State.warning),
)


# prtAlertSeverityLevel of RFC 3805: other, critical, warning, and what ends by itself.
SEVERITIES = {
    1: State.ok,
    3: State.critical,
    4: State.warning,
    5: State.warning,
}
# prtAlertCode, for the printers that give no words of their own.
ALERT_CODES: dict[int, str] = {
    3: "door_open",
    8: "jammed",
    9: "part_missing",
    10: "part_nearly_worn",
    11: "part_worn",
    12: "part_nearly_empty",
    13: "part_empty",
    14: "part_nearly_full",
    15: "part_full",
    22: "offline",
    29: "part_failed",
    30: "part_failed",
    501: "door_open",
    801: "input_tray_missing",
    807: "paper_low",
    808: "paper_out",
    901: "output_tray_missing",
    902: "output_nearly_full",
    903: "output_full",
    1001: "fuser_failed",
    1002: "fuser_failed",
    1003: "fuser_failed",
    1004: "fuser_failed",
    1101: "toner_out",
    1102: "ink_out",
    1104: "toner_low",
    1105: "ink_low",
    1107: "waste_nearly_full",
    1108: "waste_nearly_full",
    1109: "waste_full",
    1110: "waste_full",
    1111: "drum_nearly_worn",
    1112: "drum_worn",
    1115: "supply_missing",
}


def printer_condition(rows: Rows, read: Any) -> list[Reading]:
    """The state of the printer itself; its ports and scanners are other rows of the same table."""
    for row in rows.values():
        status = number(row.get("status"))
        if row.get("type") in (PRINTER_DEVICE, None) and status is not None:
            word, state = CONDITIONS.get(status, ("unknown", State.unknown))
            return [Reading("device_condition", value=word, state=state)]
    return []


def printer_faults(rows: Rows, read: Any) -> list[Reading]:
    """All that the printer complains of, in one reading as grave as the gravest; "none" if nothing."""
    found: list[tuple[str, State]] = []
    for row in rows.values():
        bits = row.get("bits")
        found += _faults(bits if isinstance(bits, bytes) else b"")
    if not any("bits" in row for row in rows.values()):
        return []
    words = " ".join(gravest_first(found)) or "none"
    return [Reading("printer_faults", value=words, state=worst(*(state for _, state in found)))]


def printer_alerts(rows: Rows, read: Any) -> list[Reading]:
    """The open alerts in the printer's own words (else ours), as grave as the gravest."""
    if not rows:
        return []
    said: dict[str, State] = {}
    for row in rows.values():
        severity = number(row.get("severity"))
        words = text(row.get("description")) or ALERT_CODES.get(number(row.get("code")) or 0)
        if severity is None or not words:
            continue
        said[words] = worst(said.get(words, State.ok), SEVERITIES.get(severity, State.warning))
    if not said:
        return [Reading("printer_alerts", value="none")]
    line = TEXT_SEPARATOR.join(gravest_first(said.items())[:MOST_ALERTS])
    return [Reading("printer_alerts", value=line, state=worst(*said.values()))]


def _faults(bits: bytes) -> list[tuple[str, State]]:
    return [
        PRINTER_FAULTS[place]
        for place in range(min(8 * len(bits), len(PRINTER_FAULTS)))
        if bits[place // 8] & (0x80 >> place % 8)
    ]


DECODERS = {
    "printer_condition": Decoder(
        printer_condition, frozenset({"status"}), frozenset({"type"}), steady=frozenset({"type"})
    ),
    "printer_faults": Decoder(printer_faults, frozenset({"bits"})),
    "printer_alerts": Decoder(
        printer_alerts,
        frozenset({"severity"}),
        frozenset({"code", "description"}),
        rows_come_and_go=True,
    ),
}
