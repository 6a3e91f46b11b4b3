"""What counters tell: uptimes that never wrap, reboots, when a device was on, rates of growth."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading
from monitoring.snmp import Oid, Value, oid

SYS_UPTIME, SNMP_ENGINE_TIME = oid("1.3.6.1.2.1.1.3.0"), oid("1.3.6.1.6.3.10.2.1.3.0")

WRAP_TICKS = 2**32
TICKS_A_SECOND = 100
# Agents answer from caches and clocks drift; a reboot takes longer than this.
TOLERANCE_SECONDS = 20.0
TOLERANCE_SHARE = 0.02
# Pings that are lost between two answers, before the time in between is given up.
MOST_MISSED_PINGS = 3


class Uptime(msgspec.Struct, frozen=True):
    """Hundredths of a second since the start, in 32 bits as the agent counts them, and by whom.

    ``engine_seconds``: for how long the agent's engine has been running, which no 32 bits of
    hundredths cut short.
    """

    ticks: int
    source: str
    engine_seconds: int | None = None

    @property
    def seconds(self) -> float:
        """With the wraps that the 32 bits have lost, where the engine's time tells of any.

        The two must agree but for whole wraps: on some agents they begin at different moments.
        """
        seconds = self.ticks / TICKS_A_SECOND
        if self.engine_seconds is None or self.engine_seconds <= seconds:
            return seconds
        expected = self.engine_seconds * TICKS_A_SECOND
        if _apart(expected, self.ticks) > TOLERANCE_SECONDS * TICKS_A_SECOND:
            return seconds
        wraps = round((expected - self.ticks) / WRAP_TICKS)
        return seconds + wraps * WRAP_TICKS / TICKS_A_SECOND


def uptime_of(sources: Iterable[str], values: Mapping[Oid, Value]) -> Uptime | None:
    """The uptime by the first of the sources (dotted OIDs) that gives one."""
    for text in sources:
        value = values[oid(text)]
        if isinstance(value, int) and value >= 0:
            return Uptime(value, text, _engine_seconds(text, values))
    return None


def _engine_seconds(source: str, values: Mapping[Oid, Value]) -> int | None:
    """snmpEngineTime, where it was asked for and the uptime is the agent's as well."""
    value = values.get(SNMP_ENGINE_TIME)
    return value if oid(source) == SYS_UPTIME and isinstance(value, int) else None


class Known(msgspec.Struct, frozen=True):
    """The uptime as last seen: the agent's 32 bits, our own seconds, and when (Unix time)."""

    ticks: int
    source: str
    seconds: float
    at: float


class Followed(msgspec.Struct, frozen=True):
    """The uptime now, and whether the device was started again since it was last seen."""

    known: Known
    rebooted: bool


def follow(previous: Known | None, uptime: Uptime, at: float) -> Followed:
    """Carry our uptime on from ``previous``; a value from another source begins a new count."""
    fresh = Known(uptime.ticks, uptime.source, uptime.seconds, at)
    if previous is None or previous.source != uptime.source:
        return Followed(fresh, rebooted=False)
    elapsed = max(at - previous.at, 0.0)
    tolerance = TOLERANCE_SECONDS + TOLERANCE_SHARE * elapsed
    expected = previous.ticks + round(elapsed * TICKS_A_SECOND)
    if _apart(expected, uptime.ticks) <= tolerance * TICKS_A_SECOND:
        grown = (uptime.ticks - previous.ticks) % WRAP_TICKS
        # A cached answer may be a little older than the one before: no time passed, no wrap.
        grown = 0 if grown > WRAP_TICKS // 2 else grown
        seconds = previous.seconds + grown / TICKS_A_SECOND
        return Followed(Known(uptime.ticks, uptime.source, seconds, at), rebooted=False)
    fell = uptime.ticks < previous.ticks
    too_young = uptime.ticks / TICKS_A_SECOND < elapsed - tolerance
    if fell or too_young:
        return Followed(fresh, rebooted=True)
    # It rose, only not by the time that passed: a clock was set, or the machine slept.
    grown_seconds = (uptime.ticks - previous.ticks) / TICKS_A_SECOND
    seconds = previous.seconds + grown_seconds
    return Followed(Known(uptime.ticks, uptime.source, seconds, at), rebooted=False)


class WasOn(msgspec.Struct, frozen=True):
    """One sight of a device: it was on from ``booted_at`` to ``at``, by its own uptime."""

    device_id: int
    booted_at: datetime
    at: datetime
    rebooted: bool


def was_on(device_id: int, followed: Followed, at: datetime) -> WasOn:
    """What an uptime that was seen at ``at`` tells."""
    booted_at = at - timedelta(seconds=followed.known.seconds)
    return WasOn(device_id, booted_at, at, followed.rebooted)


def seen_by_ping(
    device_id: int, last_seen_at: datetime | None, at: datetime, *, interval_seconds: float
) -> WasOn | None:
    """What two pings that were answered tell: that the device was on in between.

    It may have been off for moments between them, and was not if too long a time has passed: what
    nobody has seen is no hour of use. None at the first answer of a row.
    """
    if last_seen_at is None:
        return None
    if (at - last_seen_at).total_seconds() > MOST_MISSED_PINGS * interval_seconds:
        return None
    return WasOn(device_id, last_seen_at, at, rebooted=False)


def _apart(expected: int, ticks: int) -> int:
    """How far two counters are from each other on the circle of 32 bits."""
    apart = abs(expected - ticks) % WRAP_TICKS
    return min(apart, WRAP_TICKS - apart)


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
    """The counters among the readings, to be stored for the next visit."""
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
