"""Lines of a chart: the mean of each moment between its low and its high, and gaps as gaps."""

from datetime import datetime
from itertools import pairwise
from statistics import median

import msgspec

from core.database import fetch
from monitoring.history.elements import Question, elements
from monitoring.history.spans import Source, step_of

# A gap is what is longer than this, in steps: single visits may be missed, whole hours are not.
GAP_STEPS: dict[Source, float] = {"samples": 2.5, "hours": 1.5, "days": 1.5}


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a chart: a value for each moment of the chart, None where there is none.

    ``low`` and ``high`` bound what the value is the mean of; bars have neither.
    """

    label: str
    values: list[float | None]
    low: list[float | None] = []
    high: list[float | None] = []


class _Line(msgspec.Struct, frozen=True):
    instance: str
    at: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]


async def drawn(asked: Question) -> tuple[list[int | str], list[Series]]:
    """The moments, and the lines of the instances with the highest means."""
    step = step_of(asked.window, asked.source)
    sql, values = statement(asked, step)
    found = await fetch(_Line, sql, **values)
    present = sorted({at for line in found for at in line.at})
    moments = with_gaps(present, step, GAP_STEPS[asked.source])
    return list(moments), [_spread(line, moments) for line in found]


def with_gaps(moments: list[int], step: int, gap_steps: float) -> list[int]:
    """The moments, and one without values wherever too much time lies between two of them."""
    between = [b - a for a, b in pairwise(moments)]
    if not between:
        return moments
    longest = gap_steps * max(step, median(between))
    gaps = [a + step for a, apart in zip(moments, between, strict=False) if apart > longest]
    return sorted([*moments, *gaps])


def statement(asked: Question, step: int) -> tuple[str, dict[str, object]]:
    """The lines with their moments, one row an instance; with the statement's values."""
    begins = _begins(asked)
    since = asked.window.since if asked.source == "samples" else begins
    rows, values = elements(asked, since, of_meter=False)
    number = "floor((extract(epoch FROM at) - :origin::bigint) / :step::int)"
    sql = f"""
WITH moments AS MATERIALIZED (
    SELECT instance, (:origin::bigint + {number} * :step::int)::bigint AS at,
           round((sum(mean * count) / sum(count))::numeric, 3)::float8 AS mean,
           min(low) AS low, max(high) AS high
      FROM ({rows}) AS elements GROUP BY 1, 2
), highest AS (
    SELECT instance FROM moments GROUP BY 1 ORDER BY avg(mean) DESC, 1 LIMIT :most_series
)
SELECT instance, array_agg(at ORDER BY at) AS at, array_agg(mean ORDER BY at) AS mean,
       array_agg(low ORDER BY at) AS low, array_agg(high ORDER BY at) AS high
  FROM moments JOIN highest USING (instance) GROUP BY instance ORDER BY instance"""
    of_lines = {
        "origin": int(begins.timestamp()),
        "step": step,
        "most_series": asked.most_series,
    }
    return sql, values | of_lines


def _begins(asked: Question) -> datetime:
    """Steps are counted from a whole hour or day of the school, so that elements fall whole."""
    hour = asked.window.local(asked.window.since).replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if asked.source == "days" else hour


def _spread(line: _Line, moments: list[int]) -> Series:
    place = {at: number for number, at in enumerate(line.at)}
    places = [place.get(moment) for moment in moments]

    def of(values: list[float]) -> list[float | None]:
        return [None if n is None else values[n] for n in places]

    return Series(label=line.instance, values=of(line.mean), low=of(line.low), high=of(line.high))
