"""When a device is visited next: spread evenly, the same after every restart, rarer when dead."""

import zlib
from datetime import UTC, datetime, timedelta

SUSPECT_AFTER_FAILURES = 3
RETRY_SECONDS = 30
LONGEST_SILENCE_SECONDS = 600
JITTER_SHARE = 0.1


def next_due(device_id: int, interval_seconds: int, now: datetime) -> datetime:
    """The device's next turn after ``now``; turns that were missed are skipped, never made up."""
    phase = _number_of(device_id) % interval_seconds
    turns_over = (now.timestamp() - phase) // interval_seconds + 1
    return datetime.fromtimestamp(turns_over * interval_seconds + phase, UTC)


def after_failure(device_id: int, failures: int, interval_seconds: int, now: datetime) -> datetime:
    """Soon again while the device may only have stumbled, then ever rarer, up to ten minutes."""
    if failures < SUSPECT_AFTER_FAILURES:
        return now + timedelta(seconds=min(interval_seconds, RETRY_SECONDS))
    doublings = min(failures - SUSPECT_AFTER_FAILURES, 10)
    seconds = min(interval_seconds * 2**doublings, LONGEST_SILENCE_SECONDS)
    # Hundreds of devices behind one dead switch must not come back in one second.
    spread = _number_of(device_id * 31 + failures) % 2001 / 1000 - 1
    return now + timedelta(seconds=seconds * (1 + JITTER_SHARE * spread))


def _number_of(key: int) -> int:
    return zlib.crc32(str(key).encode())
