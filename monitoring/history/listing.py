"""Single kept values, the newest first, as long as samples are kept."""

from datetime import datetime

import msgspec

from core.database import fetch
from core.paging import Page, checked_limit, decode_cursor, page_of


class Sample(msgspec.Struct, frozen=True):
    """One kept value."""

    metric: str
    instance: str
    at: datetime
    value: float


async def list_samples(
    device_id: int,
    metric: str,
    *,
    instance: str | None = None,
    since: datetime,
    until: datetime,
    limit: int = 200,
    cursor: str | None = None,
) -> Page[Sample]:
    """The kept values of one metric, the newest first."""
    checked_limit(limit)
    last_at, last_instance = decode_cursor(cursor, datetime, str) if cursor else (until, "")
    rows = await fetch(
        Sample,
        "SELECT metric, instance, at, value FROM sample WHERE device = $1 AND metric = $2"
        " AND ($3::text IS NULL OR instance = $3) AND at >= $4 AND (at, instance) < ($5, $6)"
        " ORDER BY at DESC, instance DESC LIMIT $7",
        device_id,
        metric,
        instance,
        since,
        last_at,
        last_instance,
        limit + 1,
    )
    return page_of(rows, limit, lambda sample: (sample.at, sample.instance))
