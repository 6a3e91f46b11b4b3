"""Numbers that are given once and in order, however many people ask at the same moment."""

from core.database import fetch_value


async def take(series: str, count: int = 1) -> range:
    """The next ``count`` numbers of ``series``, from 1 on; inside the caller's transaction.

    The row of the series stays locked until that transaction ends, so no number is given twice,
    and one that was taken by a transaction that failed is given again.
    """
    last: int = await fetch_value(
        "INSERT INTO number_series (series, last) VALUES ($1, $2)"
        " ON CONFLICT (series) DO UPDATE SET last = number_series.last + excluded.last"
        " RETURNING last",
        series,
        count,
    )
    return range(last - count + 1, last + 1)
