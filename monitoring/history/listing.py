"""Single stored values, the newest first, as long as samples are stored."""

from datetime import datetime

import msgspec

from core.paging import Page
from core.query import Key, Order, Where, list_page


class Sample(msgspec.Struct, frozen=True):
    """One stored value."""

    metric: str
    instance: str
    at: datetime
    value: float


NEWEST_FIRST = Order(Key("at", datetime, "at"), Key("instance", str, "instance"), descending=True)


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
    """The stored values of one metric, the newest first."""
    where = Where("device = :device AND metric = :metric", device=device_id, metric=metric)
    where.add_given("instance = :instance", instance=instance)
    where.add("at >= :since AND at < :until", since=since, until=until)
    return await list_page(
        Sample,
        "SELECT metric, instance, at, value FROM sample",
        where,
        NEWEST_FIRST,
        cursor=cursor,
        limit=limit,
    )
