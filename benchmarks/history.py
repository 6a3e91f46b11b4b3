"""Charts from roll-ups beside the same charts from samples: ``python -m benchmarks.history``.

A year of one device with twenty lines among many other devices. Also: what a sample takes on disk,
as it is kept and as it might be; and how fast an hour is rolled up.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import msgspec

from benchmarks import stack
from benchmarks.history_rows import WHOLE_DEVICE, ZONE, Size, load
from benchmarks.tables import print_json, print_table
from core import clock, database
from core.settings import Settings
from monitoring.history import charts, lines, rollups
from monitoring.history.elements import Question, rolled
from monitoring.history.spans import SPANS, Source, Span, source_of, step_of, window

ROUNDS = 5
METRIC = "cpu_load"
SETTINGS = Settings()
SIZES = """
SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint AS heap,
       coalesce(sum(pg_indexes_size(c.oid)), 0)::bigint AS indexes
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass
"""
FULLEST = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'sample'::regclass ORDER BY pg_table_size(c.oid) DESC LIMIT 1
"""
# Other ways to keep the same: numbers for the series; and one row a visit.
OTHER_WAYS = {
    "a number for each line": (
        "CREATE TABLE way AS SELECT at, value, dense_rank() OVER"
        " (ORDER BY device, metric, instance)::int AS line FROM {one} ORDER BY at",
        "ALTER TABLE way ADD PRIMARY KEY (line, at)",
    ),
    "one row a visit": (
        "CREATE TABLE way AS SELECT device, at, array_agg(value ORDER BY metric, instance) AS told"
        " FROM {one} GROUP BY device, at ORDER BY at",
        "ALTER TABLE way ADD PRIMARY KEY (device, at)",
    ),
    "keyed by device, metric, part and time": (
        "CREATE TABLE way (LIKE {one}); ALTER TABLE way ADD PRIMARY KEY (device, metric, instance,"
        " at)",
        "INSERT INTO way SELECT * FROM {one} ORDER BY at, device",
    ),
    "no index but of blocks": (
        "CREATE TABLE way AS SELECT * FROM {one} ORDER BY at",
        "CREATE INDEX ON way USING brin (device, at)",
    ),
}


class _Bytes(msgspec.Struct, frozen=True):
    heap: int
    indexes: int


class Drawn(msgspec.Struct, frozen=True):
    """One span, in milliseconds of the server."""

    span: Span
    source: Source
    rolled_up: float
    raw: float
    indexed: bool


async def measure(size: Size) -> tuple[list[Drawn], dict[str, float], float]:
    """Every span drawn both ways, bytes by table and way, and samples rolled up a second."""
    await load(size)
    drawn = [await _both(span) for span in SPANS]
    return drawn, await _bytes(), await _rolled_a_second()


async def _both(span: Span) -> Drawn:
    asked = await _question(span)
    raw = msgspec.structs.replace(asked, source="samples")

    async def whole() -> object:
        found = await charts.chart(WHOLE_DEVICE, METRIC, span, settings=SETTINGS)
        return msgspec.json.encode(found)

    async def from_samples() -> object:
        return await lines.drawn(raw)

    await whole()
    await from_samples()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await _milliseconds(whole))
        theirs.append(await _milliseconds(from_samples))
    return Drawn(
        span,
        asked.source,
        statistics.median(ours),
        statistics.median(theirs),
        await _is_indexed(asked),
    )


async def _question(span: Span) -> Question:
    now = clock.now()
    asked = window(span, now, ZONE, since=None, until=None)
    return Question(
        device_id=WHOLE_DEVICE,
        metric=METRIC,
        instance=None,
        window=asked,
        source=source_of(asked, now, SETTINGS),
        rolled=await rolled(WHOLE_DEVICE),
        most_series=charts.MOST_SERIES,
    )


async def _milliseconds(do: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await do()
    return (time.perf_counter() - began) * 1000


async def _is_indexed(asked: Question) -> bool:
    """Whether the database can find every row of the chart by an index, and need read no table whole.

    Asked to avoid that where it can: a day that has just begun is small enough to be read whole.
    """
    sql, values = database.numbered(*lines.statement(asked, step_of(asked.window, asked.source)))
    async with database.transaction(), database.connection() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in await connection.fetch(f"EXPLAIN {sql}", *values)]
    filled = [line for line in plan if "Index" in line and "sample" in line]
    return bool(filled) and not any("Seq Scan on sample" in line for line in plan)


async def _bytes() -> dict[str, float]:
    found: dict[str, float] = {}
    for table in ("sample", "sample_hour", "sample_day"):
        rows = await database.fetch_value(f"SELECT count(*) FROM {table}")
        size = await database.fetch_one(_Bytes, SIZES, table)
        assert size
        found[table] = (size.heap + size.indexes) / rows
        found[f"{table}, its index"] = size.indexes / rows
    # Not the partition of a day by name: at night today's may still be empty.
    fullest = await database.fetch_value(FULLEST)
    for way, (make, index) in OTHER_WAYS.items():
        await database.execute(make.format(one=fullest))
        await database.execute(index.format(one=fullest))
        rows = await database.fetch_value(f"SELECT count(*) FROM {fullest}")
        whole = await database.fetch_value("SELECT pg_total_relation_size('way')")
        found[way] = whole / rows
        await database.execute("DROP TABLE way")
    return found


async def _rolled_a_second() -> float:
    """The last hours before the mark rolled up anew, all devices."""
    mark = await rollups.rolled_until(f"hours {ZONE}")
    assert mark
    hours = [mark - n * rollups.HOUR for n in range(1, 4)]
    await database.execute("DELETE FROM sample_hour WHERE hour >= $1", hours[-1])
    samples = await database.fetch_value(
        "SELECT count(*) FROM sample WHERE at >= $1 AND at < $2", hours[-1], mark
    )
    began = time.perf_counter()
    for hour in hours:
        await rollups.roll_hour(ZONE, hour)
    return float(samples / (time.perf_counter() - began))


async def run(settings: Settings, size: Size) -> tuple[list[Drawn], dict[str, float], float]:
    assert settings.database_url
    await database.open(settings.database_url, max_size=2)
    try:
        return await measure(size)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=40, help="devices beside the one")
    parser.add_argument("--seconds", type=int, default=60, help="from one visit to the next")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with stack.engines() as settings:
        drawn, sizes, rate = asyncio.run(run(settings, Size(asked.others, asked.seconds)))
    if asked.json:
        numbers = {f"{one.span}_raw_against_rolled_up": one.raw / one.rolled_up for one in drawn}
        numbers |= {f"{one.span}_ms": one.rolled_up for one in drawn}
        numbers |= {f"bytes: {name}": value for name, value in sizes.items()}
        numbers["every_chart_is_indexed"] = float(all(one.indexed for one in drawn))
        print_json({**numbers, "samples_rolled_up_a_second": rate})
        return
    print_table(
        ("chart", "drawn from", "ms", "from samples, ms", "ratio", "by index"),
        [
            (
                one.span,
                one.source,
                f"{one.rolled_up:.1f}",
                f"{one.raw:.1f}",
                f"{one.raw / one.rolled_up:.1f}",
                "yes" if one.indexed else "no",
            )
            for one in drawn
        ],
    )
    print()
    print_table(
        ("kept as", "bytes a row, or a sample"),
        [(name, f"{value:.0f}") for name, value in sizes.items()],
    )
    print(f"\n{rate:,.0f} samples rolled up a second")


if __name__ == "__main__":
    main()
