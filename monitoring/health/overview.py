"""Monitoring at a glance: what a home page counts, one query each."""

import msgspec

from core.database import fetch_one


class DeviceCounts(msgspec.Struct, frozen=True):
    """Devices in use, those that do not answer, and the alerts that are open."""

    devices: int
    down: int
    alerts: int


async def count_devices(school_ids: list[int]) -> DeviceCounts:
    """The devices of the schools; paused ones are not counted as down."""
    counted = await fetch_one(
        DeviceCounts,
        "SELECT count(*) AS devices,"
        " count(*) FILTER (WHERE d.state = 'down' AND d.paused_at IS NULL) AS down,"
        " (SELECT count(*) FROM alert l WHERE l.cleared_at IS NULL"
        "   AND l.school = any($1::bigint[])) AS alerts"
        " FROM device d WHERE d.removed_at IS NULL AND d.school = any($1::bigint[])",
        school_ids,
    )
    return counted or DeviceCounts(0, 0, 0)
