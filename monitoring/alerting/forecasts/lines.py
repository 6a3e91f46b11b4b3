"""When a level will reach its end: a robust line through the days since the last refill, pure."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import inf
from statistics import median

Point = tuple[float, float]  # (days, percent)

FEWEST_POINTS = 5
FEWEST_DAYS = 3.0
# Less than this in all is noise of whole percents, and the line means nothing.
LEAST_CHANGE = 2.0
# Against the trend in one step: a new cartridge, files deleted.
REFILL = 5.0
MOST_POINTS = 60
FARTHEST_DAYS = 365.0


def days_left(points: Sequence[Point], now: float, *, is_rising: bool) -> float | None:
    """How many days from ``now`` (in days) until 100 % if rising, else 0 %.

    Infinity when no end is in sight: it stands still, goes the other way, or was refilled just
    now. None when there is too little to say anything. Half of the points may be outliers but
    one: the slope is the median of those between all pairs (Theil and Sen).
    """
    recent = since_refill(points, is_rising=is_rising)
    if len(recent) < FEWEST_POINTS or recent[-1][0] - recent[0][0] < FEWEST_DAYS:
        return inf if len(recent) < len(points) else None
    levels = [value for _, value in recent]
    if max(levels) - min(levels) < LEAST_CHANGE:
        return inf  # most disks, most days
    slope = _slope(recent)
    toward_the_end = slope if is_rising else -slope
    if toward_the_end * (recent[-1][0] - recent[0][0]) < LEAST_CHANGE:
        return inf
    at_day_zero = median(value - slope * day for day, value in recent)
    level = at_day_zero + slope * now
    days = ((100 - level) if is_rising else level) / toward_the_end
    return inf if days > FARTHEST_DAYS else max(days, 0.0)


def since_refill(points: Sequence[Point], *, is_rising: bool) -> Sequence[Point]:
    """The points from the last jump against the trend on."""
    begin = 0
    for number, ((_, before), (_, after)) in enumerate(pairwise(points), start=1):
        jump = before - after if is_rising else after - before
        if jump >= REFILL:
            begin = number
    return points[begin:][-MOST_POINTS:]


def _slope(points: Sequence[Point]) -> float:
    return median(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(points, 2)
        if later[0] > earlier[0]
    )
