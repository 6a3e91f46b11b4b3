"""Rates from counters: a wrap is counted on, a reset begins anew, an impossible rate is nothing."""

from collections.abc import Mapping

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading

Counts = Mapping[tuple[str, str], int]

FASTEST_PORT = 400e9  # bits a second, where the port does not say
MOST_ERRORS = 1e8
BITS_A_BYTE = 8
OCTETS = {
    "if_in_octets": "if_in_rate",
    "if_in_octets_32": "if_in_rate",
    "if_out_octets": "if_out_rate",
    "if_out_octets_32": "if_out_rate",
}
# Counted in both directions, told as one number for the port.
COUNTED_TOGETHER = {
    "if_in_errors": "if_error_rate",
    "if_out_errors": "if_error_rate",
    "if_in_discards": "if_discard_rate",
    "if_out_discards": "if_discard_rate",
}
NO_LINK = {"down", "disabled", "not_present", "lower_layer_down"}


def rate(
    before: int, now: int, *, elapsed: float, bits: int, rebooted: bool, most: float
) -> float | None:
    """Growth a second; None when there is none to be known.

    After a reboot every counter began anew, even one that is further than before. A 64-bit counter
    that falls was reset; a 32-bit one ran over if the rate stays within ``most``.
    """
    if elapsed <= 0 or rebooted:
        return None
    if now < before:
        if bits != 32:
            return None
        now += 2**32
    grown = (now - before) / elapsed
    return grown if grown <= most else None


def counts_of(readings: list[Reading]) -> dict[tuple[str, str], int]:
    """The counters among the readings, to be kept for the next visit."""
    return {
        (r.metric, r.instance): int(r.value)
        for r in readings
        if METRICS[r.metric].counter_bits and isinstance(r.value, int)
    }


def rates(
    before: Counts, readings: list[Reading], *, elapsed: float, rebooted: bool
) -> list[Reading]:
    """Traffic, errors and drops of each port since the visit that ``before`` was counted at.

    A port without a link has none, and no row in the samples to say so each minute.
    """
    speeds = {r.instance: r.number or 0 for r in readings if r.metric == "if_speed"}
    silent = {r.instance for r in readings if r.metric == "if_status" and r.value in NO_LINK}
    found: list[Reading] = []
    together: dict[tuple[str, str], float] = {}
    for reading in readings:
        last = before.get((reading.metric, reading.instance))
        bits = METRICS[reading.metric].counter_bits
        if last is None or not isinstance(reading.value, int) or reading.instance in silent:
            continue
        most = (speeds.get(reading.instance) or FASTEST_PORT) / BITS_A_BYTE
        if reading.metric in COUNTED_TOGETHER:
            most = MOST_ERRORS
        growth = rate(last, reading.value, elapsed=elapsed, bits=bits, rebooted=rebooted, most=most)
        if growth is None:
            continue
        if name := OCTETS.get(reading.metric):
            value = round(growth * BITS_A_BYTE, 1)
            found.append(Reading(name, reading.instance, value, "bits_per_second"))
        elif name := COUNTED_TOGETHER.get(reading.metric):
            place = (name, reading.instance)
            together[place] = together.get(place, 0) + growth
    found += [Reading(name, i, round(n, 3), "per_second") for (name, i), n in together.items()]
    return found
