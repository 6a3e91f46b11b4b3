"""When a device is visited next: spread evenly, the same after every restart, rarer when dead."""

import zlib
from datetime import UTC, datetime, timedelta

SUSPECT_AFTER_FAILURES = 3
RETRY_SECONDS = 30
LONGEST_SILENCE_SECONDS = 600
JITTER_SHARE = 0.1
# A device whose turns were missed for long is not left until a turn that may be an hour away.
CATCH_UP_SECONDS = 60


def next_due(device_id: int, interval_seconds: int, now: datetime) -> datetime:
    """The device's next turn after ``now``; turns that were missed are skipped, never made up."""
    # In thousandths: with whole seconds every device of one second would start in one instant.
    interval = interval_seconds * 1000
    phase = _number_of(device_id) % interval
    turns_over = (round(now.timestamp() * 1000) - phase) // interval + 1
    return datetime.fromtimestamp((turns_over * interval + phase) / 1000, UTC)


def after_failure(device_id: int, failures: int, interval_seconds: int, now: datetime) -> datetime:
    """Soon again while the device may only have stumbled, then ever rarer, up to ten minutes."""
    if failures < SUSPECT_AFTER_FAILURES:
        return now + timedelta(seconds=min(interval_seconds, RETRY_SECONDS))
    doublings = min(failures - SUSPECT_AFTER_FAILURES, 10)
    seconds = min(interval_seconds * 2**doublings, LONGEST_SILENCE_SECONDS)
    # Hundreds of devices behind one dead switch must not come back in one second.
    spread = _number_of(device_id * 31 + failures) % 2001 / 1000 - 1
    return now + timedelta(seconds=seconds * (1 + JITTER_SHARE * spread))


def missed_turns(due: datetime, interval_seconds: int, now: datetime) -> int:
    """How many whole turns have gone by since the one that was due."""
    return max(int((now - due).total_seconds() // interval_seconds), 0)


def after_missing(device_id: int, interval_seconds: int, now: datetime) -> datetime:
    """When to see a device whose turns were missed: soon, but spread as its turns are."""
    return next_due(device_id, min(interval_seconds, CATCH_UP_SECONDS), now)


def share_of(device_id: int) -> float:
    """A number in [0, 1) that is always the device's: spreads what would happen to all at once."""
    return _number_of(device_id) % 1000 / 1000


def _number_of(key: int) -> int:
    return zlib.crc32(str(key).encode())
