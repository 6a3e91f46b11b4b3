"""Labshare's JSON beside a bare Litestar + asyncpg handler: ``python -m benchmarks.http``.

Same SQL, same rows, same server settings, in alternating rounds; ours with sign-in, scoping,
typed rows and every header. ``--profile`` says where our time goes.
"""

import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec

from api.http.identity import COOKIE
from benchmarks import load, rows, stack
from benchmarks.load import Ask, Round, Target
from benchmarks.rows import Loaded
from benchmarks.tables import print_json, print_table
from core import clock, database
from core.paging import encode_cursor
from core.settings import Settings

KINDS = ("detail", "list", "search", "filter", "hand_out", "book", "book_model")
CHANGES = ("hand_out", "book", "book_model")
# What is out today is back by then.
FIRST_DAY_AHEAD, DAYS, OF_A_MODEL = 30, 300, 6
STATES = ("lifecycle=in_repair", "custody=out", "kind=computer", "kind=book&custody=out")
WORDS = ("LB-0001", "HG-0123", "sn4", "SN0A", "机位 12", "机位 7", "Model 12", "maker 3", "LB-00")


class Compared(msgspec.Struct, frozen=True):
    """One kind of request, here and there."""

    kind: str
    ours: list[Round]
    bare: list[Round]

    @property
    def ratio(self) -> float:
        pairs = zip(self.ours, self.bare, strict=True)
        return statistics.median(a.per_second / b.per_second for a, b in pairs)

    @property
    def processor_ratio(self) -> float:
        """The same by processor time, which the rest of the machine disturbs least."""
        return _processor(self.bare) / _processor(self.ours)


def asks(kind: str, loaded: Loaded) -> Iterator[Ask]:
    """Requests of a kind, in the same order for whoever is asked; endless but for hand-outs."""
    return _changes(kind, loaded) if kind in CHANGES else _questions(kind, loaded)


def _questions(kind: str, loaded: Loaded) -> Iterator[Ask]:
    chance = random.Random(kind)
    while True:
        if kind == "detail":
            path = f"/{chance.choice(loaded.tags)}"
        elif kind == "list":
            path = f"?cursor={quote(encode_cursor(chance.choice(loaded.tags)))}"
        elif kind == "search":
            path = f"?q={quote(chance.choice(WORDS))}"
        else:
            path = f"?{chance.choice(STATES)}"
        yield Ask(f"/api/v1/assets{path}")


def _changes(kind: str, loaded: Loaded) -> Iterator[Ask]:
    if kind == "hand_out":
        for tag in loaded.free:
            body = {"tags": [tag], "person_id": loaded.borrower, "note": rows.LENT_HERE}
            yield Ask("/api/v1/custody", msgspec.json.encode(body))
        return
    things: list[dict[str, object]] = [{"tag": tag} for tag in loaded.bookable]
    if kind == "book_model":
        things = [
            {"model_id": model, "school": rows.SCHOOL, "quantity": OF_A_MODEL}
            for model in loaded.models
        ]
    for day in range(DAYS):
        at = clock.now().date() + timedelta(days=FIRST_DAY_AHEAD + day)
        for thing in things:
            body = {**thing, "day": at, "purpose": rows.LENT_HERE}
            yield Ask("/api/v1/bookings", msgspec.json.encode(body))


async def compare(
    ours: Target, bare: Target, loaded: Loaded, given: argparse.Namespace
) -> list[Compared]:
    """Every kind in alternating rounds, each side first as often as second, after a warm-up."""
    compared = []
    for kind in KINDS:
        sides: tuple[list[Round], list[Round]] = ([], [])
        targets = (ours, bare)
        for number in range(-1, given.rounds):
            for side in (0, 1) if number % 2 else (1, 0):
                seconds = given.seconds if number >= 0 else min(given.seconds, 2)
                one = await load.run(
                    targets[side],
                    itertools.islice(asks(kind, loaded), number + 1, None),
                    connections=given.connections,
                    seconds=seconds,
                )
                if kind in CHANGES:
                    await rows.take_all_back()
                if number >= 0:
                    sides[side].append(one)
        compared.append(Compared(kind, *sides))
    return compared


def report(compared: list[Compared]) -> None:
    """The table."""
    print_table(
        ("", "ours/s", "bare/s", "ratio", "ours p50", "p95", "p99", "bare p50", "p95", "p99",
         "ours CPU", "bare CPU", "ratio"),
        [
            (
                one.kind,
                f"{_rate(one.ours):.0f}",
                f"{_rate(one.bare):.0f}",
                f"{one.ratio:.2f}",
                *(f"{ms:.1f} ms" for side in (one.ours, one.bare) for ms in _latency(side)),
                f"{_processor(one.ours):.0f} µs",
                f"{_processor(one.bare):.0f} µs",
                f"{one.processor_ratio:.2f}",
            )
            for one in compared
        ],
    )  # fmt: skip


def _rate(rounds: list[Round]) -> float:
    return statistics.median(one.per_second for one in rounds)


def _processor(rounds: list[Round]) -> float:
    return statistics.median(one.processor_us for one in rounds)


def _latency(rounds: list[Round]) -> list[float]:
    """p50, p95 and p99 in milliseconds."""
    every = sorted(latency for one in rounds for latency in one.latencies)
    return [every[len(every) * percent // 100] * 1000 for percent in (50, 95, 99)]


def ratios(compared: list[Compared]) -> dict[str, float]:
    """The numbers that others read."""
    found: dict[str, float] = {}
    for one in compared:
        p50, p95, p99 = _latency(one.ours)
        found |= {
            f"{one.kind}_ratio": round(one.ratio, 3),
            f"{one.kind}_processor_ratio": round(one.processor_ratio, 3),
            f"{one.kind}_per_second": round(_rate(one.ours), 1),
            f"{one.kind}_bare_per_second": round(_rate(one.bare), 1),
            f"{one.kind}_p50_ms": round(p50, 2),
            f"{one.kind}_p95_ms": round(p95, 2),
            f"{one.kind}_p99_ms": round(p99, 2),
        }
    return found


def measure(given: argparse.Namespace) -> list[Compared]:
    """Engines, rows, both servers, and the comparison."""
    with stack.engines() as settings:
        loaded = asyncio.run(rows.load(settings, given.assets, history=given.history))
        cookie = f"cookie: {COOKIE}={loaded.token}\r\n"
        if given.profile:
            _profile(settings, cookie, loaded, given)
            return []
        with stack.web(settings) as ours, stack.bare(settings) as bare:
            return asyncio.run(
                _compare_with_rows(settings, Target(ours, cookie), Target(bare), loaded, given)
            )


async def _compare_with_rows(
    settings: Settings, ours: Target, bare: Target, loaded: Loaded, given: argparse.Namespace
) -> list[Compared]:
    assert settings.database_url is not None
    await database.open(settings.database_url, max_size=1)
    try:
        return await compare(ours, bare, loaded, given)
    finally:
        await database.close()


def _profile(settings: Settings, cookie: str, loaded: Loaded, given: argparse.Namespace) -> None:
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "samples"
            with stack.web(settings, profile=written) as running:
                asyncio.run(
                    load.run(
                        Target(running, cookie),
                        asks(kind, loaded),
                        connections=given.connections,
                        seconds=given.seconds * 2,
                    )
                )
            print(f"\n{kind}\n{written.read_text()}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object of numbers")
    arguments.add_argument("--profile", action="store_true", help="where our time goes")
    arguments.add_argument("--assets", type=int, default=20_000)
    arguments.add_argument("--history", type=int, default=0, help="rows of history beside them")
    arguments.add_argument("--connections", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=6)
    arguments.add_argument("--seconds", type=float, default=4.0)
    given = arguments.parse_args()
    compared = measure(given)
    if given.json:
        print_json(ratios(compared))
    elif compared:
        print(f"{given.assets} assets, {given.connections} connections, {stack.machine()}")
        report(compared)


if __name__ == "__main__":
    main()
