"""Monitoring at a glance: what a home page counts, one query each."""

from datetime import timedelta

import msgspec

from core import clock
from core.database import fetch_one, fetch_value
from monitoring.usage import IDLE_AFTER_DAYS


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


async def count_idle(school_ids: list[int]) -> int:
    """Assets in service that for 30 days were neither on nor with anybody (docs/usage.md)."""
    counted: int = await fetch_value(
        "SELECT count(*) FROM asset a WHERE a.school = any($1::bigint[])"
        " AND a.lifecycle = 'in_service' AND a.created_at <= $2"
        " AND NOT EXISTS (SELECT FROM power_session p WHERE p.asset = a.id AND p.ended_at > $2)"
        " AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id"
        "   AND (c.ended_at IS NULL OR c.ended_at > $2))",
        school_ids,
        clock.now() - timedelta(days=IDLE_AFTER_DAYS),
    )
    return counted
