"""Decoder for access points: who is connected to which network, on which channel."""

from typing import Any

from monitoring.decoding.readings import Reading
from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique

MOST_PERCENT = 100
# What the radio chips of the two bands are called by the agents.
BANDS = {"ng": "2.4 GHz", "na": "5 GHz", "ac": "5 GHz", "6e": "6 GHz"}


def wireless_networks(rows: Rows, read: Any) -> list[Reading]:
    """Clients of each network and in all; channel and transmitting power of each radio."""
    networks = {i: row for i, row in rows.items() if "clients" in row}
    if not networks:
        return []
    labels = unique({i: _label(row) or str(i[-1]) for i, row in networks.items()})
    readings = [
        Reading("wifi_clients", labels[i], clients, "count")
        for i, row in networks.items()
        if (clients := number(row.get("clients"))) is not None
    ]
    total = sum(int(reading.number or 0) for reading in readings)
    readings.insert(0, Reading("wifi_clients", value=total, unit="count"))
    radios = {text(row.get("radio")): row for row in reversed(networks.values())}
    for radio, row in sorted(radios.items()):
        readings += _radio(_band(radio), row)
    return readings


def wireless_radios(rows: Rows, read: Any) -> list[Reading]:
    """How busy the channel of each radio is, by anybody."""
    return [
        Reading("wifi_busy", _band(text(row.get("radio"))) or str(index[-1]), busy, "percent")
        for index, row in rows.items()
        if (busy := number(row.get("busy"))) is not None and 0 <= busy <= MOST_PERCENT
    ]


def _radio(band: str, row: Row) -> list[Reading]:
    readings = []
    for role, metric, unit in (
        ("channel", "wifi_channel", None),
        ("power", "wifi_power", "decibel_milliwatts"),
    ):
        value = number(row.get(role))
        if value is not None and value > 0:
            readings.append(Reading(metric, band, value, unit))
    return readings


def _label(row: Row) -> str:
    radio = text(row.get("radio"))
    return " · ".join(filter(None, (text(row.get("ssid")), _band(radio) if radio else "")))


def _band(radio: str) -> str:
    return BANDS.get(radio.lower(), radio)


DECODERS = {
    "wireless_networks": Decoder(
        wireless_networks,
        frozenset({"clients"}),
        frozenset({"ssid", "radio", "channel", "power"}),
        steady=frozenset({"ssid", "radio"}),
    ),
    "wireless_radios": Decoder(
        wireless_radios, frozenset({"busy"}), frozenset({"radio"}), steady=frozenset({"radio"})
    ),
}
