"""Polls and walks over loopback: our wire, pysnmp's high-level API and gufo_snmp, side by side."""

import argparse
import asyncio
import gc
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from benchmarks import contenders, responder
from benchmarks.contenders import COLUMNS, HAS_GUFO, OIDS, Contender
from benchmarks.responder import PORTS
from benchmarks.stack import machine
from benchmarks.tables import print_json, print_table
from monitoring.snmp import Address

PORT = 16_190
ROWS = PORTS * len(COLUMNS)
SLOWER = 20  # pysnmp gets this fraction of the work: its rounds would take minutes
WALKED_AT_ONCE = 10
CORE, ANSWERING_CORE = 0, 1

Clock = Callable[[], float]
Work = Callable[[Contender, int], Awaitable[None]]


class Discipline(NamedTuple):
    """What is compared: by whom, how often a round, and what is one of it."""

    name: str
    work: Work
    count: int
    is_v3: bool
    entrants: dict[str, Any]


class Round(NamedTuple):
    """What one contender did in one round; ``answering`` is the responder's share of its core."""

    count: int
    seconds: float
    processor: float
    answering: float

    @property
    def each_us(self) -> float:
        return self.processor / self.count * 1e6


Results = dict[str, list[Round]]


async def poll_all(contender: Contender, count: int, *, devices: int) -> None:
    """``count`` polls: all devices at once, each asked again when it has answered."""
    left = iter(range(count))

    async def visit(device: int) -> None:
        for _ in left:
            if await contender.poll(device) != len(OIDS):
                raise RuntimeError("values are missing")

    await asyncio.gather(*(visit(device) for device in range(devices)))


async def walk_all(contender: Contender, count: int, *, devices: int) -> None:
    """``count`` walks of both interface tables: all devices at once, each again when it is done."""
    left = iter(range(count))

    async def visit(device: int) -> None:
        for _ in left:
            if await contender.walk(device) != ROWS:
                raise RuntimeError("rows are missing")

    await asyncio.gather(*(visit(device) for device in range(devices)))


async def one_round(work: Work, contender: Contender, count: int, answering: Clock) -> Round:
    # What the other contenders have in memory is no burden of this one's garbage collector.
    gc.collect()
    gc.freeze()
    answered, before, used = answering(), time.perf_counter(), time.process_time()
    await work(contender, count)
    used, seconds = time.process_time() - used, time.perf_counter() - before
    return Round(count, seconds, used, (answering() - answered) / seconds)


async def compare(discipline: Discipline, rounds: int, devices: int, answering: Clock) -> Results:
    """Every contender in alternating order, after a warm-up."""
    addresses = [Address(f"127.0.1.{number}", PORT) for number in range(1, devices + 1)]
    results: Results = {name: [] for name in discipline.entrants}
    async with AsyncExitStack() as stack:
        ready = {
            name: await stack.enter_async_context(enter(addresses, is_v3=discipline.is_v3))
            for name, enter in discipline.entrants.items()
        }
        for number in range(-1, rounds):
            for name in list(ready) if number % 2 else reversed(ready):
                count = discipline.count // (SLOWER if name == "pysnmp" else 1)
                done = await one_round(discipline.work, ready[name], max(count, 1), answering)
                if number >= 0:
                    results[name].append(done)
    return results


def disciplines(given: argparse.Namespace) -> list[Discipline]:
    entrants: dict[str, Any] = {"ours": contenders.ours}
    if HAS_GUFO:
        entrants["gufo_snmp"] = contenders.gufo
    entrants["pysnmp"] = contenders.pysnmp
    walkers = {**entrants, "ours by columns": contenders.ours_by_columns}

    async def polls(contender: Contender, count: int) -> None:
        await poll_all(contender, count, devices=given.devices)

    async def walks(contender: Contender, count: int) -> None:
        await walk_all(contender, count, devices=min(given.devices, WALKED_AT_ONCE))

    return [
        Discipline("v2c polls", polls, given.polls, False, entrants),
        Discipline("v3 polls", polls, given.polls, True, entrants),
        Discipline("v2c walk", walks, given.walks, False, walkers),
        Discipline("v3 walk", walks, given.walks, True, walkers),
    ]


def ratio(results: Results, other: str) -> float:
    """How many times the processor time of ours the other takes: the median over the rounds."""
    pairs = zip(results["ours"], results[other], strict=True)
    return statistics.median(theirs.each_us / ours.each_us for ours, theirs in pairs)


def report(compared: dict[str, Results]) -> None:
    """The table."""
    lines = []
    for discipline, results in compared.items():
        for name, rounds in results.items():
            each = statistics.median(one.each_us for one in rounds)
            lines.append(
                (
                    f"{discipline}, {name}",
                    f"{statistics.median(one.count / one.seconds for one in rounds):,.1f}",
                    f"{each:,.1f} µs",
                    "" if name == "ours" else f"{ratio(results, name):.2f}",
                    f"{statistics.median(one.answering for one in rounds):.0%}",
                )
            )
    print_table(("", "a second", "processor each", "times ours", "responder busy"), lines)


def ratios(compared: dict[str, Results]) -> dict[str, float]:
    """The numbers that others read: above 1, ours is the cheaper one."""
    found: dict[str, float] = {}
    for discipline, results in compared.items():
        key = discipline.replace(" ", "_")
        for name, rounds in results.items():
            short = name.replace(" ", "_")
            each = statistics.median(one.each_us for one in rounds)
            found[f"{key}_{short}_processor_us"] = round(each, 2)
            speed = statistics.median(one.count / one.seconds for one in rounds)
            found[f"{key}_{short}_per_second"] = round(speed, 1)
            if name != "ours":
                found[f"{key}_{short}_ratio"] = round(ratio(results, name), 3)
    return found


async def measure(given: argparse.Namespace) -> dict[str, Results]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {CORE})
    with responder.running(PORT, given.devices, ANSWERING_CORE) as answering:
        return {
            discipline.name: await compare(discipline, given.rounds, given.devices, answering)
            for discipline in disciplines(given)
            if discipline.name.startswith(given.only)
        }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object of numbers")
    arguments.add_argument("--devices", type=int, default=50)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--polls", type=int, default=20_000, help="in a round")
    arguments.add_argument("--walks", type=int, default=40, help="in a round")
    arguments.add_argument("--only", default="", help="what its name begins with: v2c, v3 walk…")
    given = arguments.parse_args()
    compared = asyncio.run(measure(given))
    if given.json:
        print_json(ratios(compared))
        return
    print(f"{given.devices} devices, {len(OIDS)} objects a poll, {ROWS} a walk, {machine()}")
    if not HAS_GUFO:
        print("gufo_snmp is left out: it is not installed (pip install 'labshare[bench]')")
    report(compared)


if __name__ == "__main__":
    main()
