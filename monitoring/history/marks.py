"""What a chart shows beside its values: when alerts were open, and when maintenance was announced."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from core.database import fetch
from core.errors import Message
from monitoring.alerting.maintenance.in_force import windows_over
from monitoring.alerting.maintenance.spans import spans
from monitoring.history.spans import Window

MOST_ALERTS = 50


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was so from one moment to another; ``until`` is None where it still is.

    ``label``: a sentence for the reader's language, or already in it.
    """

    kind: Literal["alert", "maintenance"]
    since: datetime
    until: datetime | None
    label: Message | str
    severity: Literal["warning", "critical"] | None = None


class _Alert(msgspec.Struct, frozen=True):
    since: datetime
    until: datetime | None
    label: Message
    severity: Literal["warning", "critical"]


async def marks_of(device_id: int, asked: Window) -> list[Mark]:
    """The device's alerts (the latest of them) and maintenance that touch the window."""
    alerts = await fetch(
        _Alert,
        "SELECT raised_at AS since, cleared_at AS until, message AS label, severity FROM alert"
        " WHERE device = $1 AND raised_at < $3 AND (cleared_at IS NULL OR cleared_at > $2)"
        " ORDER BY raised_at DESC LIMIT $4",
        device_id,
        asked.since,
        asked.until,
        MOST_ALERTS,
    )
    marks = [
        Mark(kind="alert", since=a.since, until=a.until, label=a.label, severity=a.severity)
        for a in alerts
    ]
    windows = await windows_over([device_id], asked.since, asked.until)
    for window in windows.get(device_id, []):
        for since, until in spans(window, asked.since, asked.until, ZoneInfo(window.zone)):
            marks.append(Mark(kind="maintenance", since=since, until=until, label=window.reason))
    return sorted(marks, key=lambda mark: mark.since)
