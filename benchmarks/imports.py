"""Imports and what others feel of them: ``python -m benchmarks.imports``.

A school's list of assets is read, judged, applied and undone by a worker process as in production,
beside thousands of models; meanwhile one person looks at assets, models and places and another renames
a model and a place that the rows name, a few times a second. The slowest answer of each step counts.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from uuid import UUID

import msgspec
import psutil

from api.http.identity import COOKIE
from benchmarks import load, rows, stack
from benchmarks.load import Ask, Target
from benchmarks.rows import Loaded
from benchmarks.tables import print_json, print_table
from core import database, places
from core.access import Actor
from core.settings import Settings
from inventory import models
from inventory.imports import ImportState, staging
from inventory.imports.reading import get_import
from inventory.models import AssetKind, ModelFacts
from labshare.environment import child_environ

PAUSE_SECONDS = 0.1
LOOK_SECONDS = 0.05
PATHS = ("/api/v1/assets?limit=50", "/api/v1/asset-models?q=maker&limit=50", "/api/v1/places")


class Step(msgspec.Struct):
    """One step of an import: how long it took, and the slowest answers to others meanwhile."""

    name: str
    seconds: float = 0.0
    worst_read: float = 0.0
    worst_write: float = 0.0
    memory: int = 0


class Watch:
    """Reads over HTTP and writes of models and places, beside the step that is under way."""

    def __init__(self, target: Target, actor: Actor, worker: int, models: int) -> None:
        self.target, self.actor, self.worker, self.models = target, actor, worker, models
        self.step = Step("")

    async def read_for_ever(self) -> None:
        for path in itertools.cycle(PATHS):
            one = await load.run(self.target, iter([Ask(path)]), connections=1, seconds=60)
            self.step.worst_read = max(self.step.worst_read, *one.latencies)
            await asyncio.sleep(PAUSE_SECONDS)

    async def write_for_ever(self) -> None:
        """A model and a place that the rows refer to, but for the steps that look for their names."""
        rooms = await database.fetch_column(
            int,
            "SELECT p.id FROM place p JOIN place b ON b.id = p.parent JOIN school s ON s.id = p.school"
            " WHERE s.code = 'LB' AND b.name IN ('楼1', '楼4') AND p.name = '功能室1' ORDER BY b.name",
        )
        names = ("Bulk 0", f"Bulk {self.models}")
        ids = [
            await database.fetch_value("SELECT id FROM asset_model WHERE name = $1", name)
            for name in names
        ]
        while True:
            which = 0 if self.step.name in ("apply", "undo") else 1
            for name in ("Renamed", names[which]):
                facts = ModelFacts(AssetKind.computer, name, "Maker")
                await self._write(models.update_model(self.actor, ids[which], facts))
            for name in ("改名", "功能室1"):
                await self._write(places.rename_place(self.actor, rooms[which], name=name))
            self.step.memory = max(self.step.memory, _memory(self.worker))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _write(self, writing: Coroutine[object, object, object]) -> None:
        began = time.perf_counter()
        await writing
        self.step.worst_write = max(self.step.worst_write, time.perf_counter() - began)


def _memory(pid: int) -> int:
    """Bytes that the worker and the process in which it reads files hold."""
    found = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        worker = psutil.Process(pid)
        for process in (worker, *worker.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += process.memory_info().rss
    return found


@contextlib.contextmanager
def _worker(settings: Settings) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "labshare", "worker"],
        env=child_environ(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(60)


def _sheet(count: int, models_count: int) -> bytes:
    lines = (
        f"N-{n:07d},,Maker,Bulk {n % models_count},SX{n:09d}Z,楼1 / 功能室{1 + n % 15},完好"
        for n in range(count)
    )
    head = "资产编号,类别,品牌,型号,序列号,位置,完好程度"
    return "\n".join((head, *lines)).encode()


async def _measure(watch: Watch, actor: Actor, count: int) -> list[Step]:
    steps = [Step("read"), Step("judge"), Step("apply"), Step("undo")]
    watch.step = steps[0]
    job = (await staging.upload(actor, "LB", "list.csv", _sheet(count, watch.models))).id
    for step in steps:
        watch.step = step
        if step.name == "judge":
            await staging.map_columns(actor, job)
        elif step.name == "apply":
            await staging.apply_import(actor, job)
        elif step.name == "undo":
            await staging.undo_import(actor, job)
        began = time.perf_counter()
        await _finished(actor, job)
        step.seconds = time.perf_counter() - began
    return steps


async def _finished(actor: Actor, job_id: UUID) -> None:
    job = await get_import(actor, job_id)
    while job.is_working:
        await asyncio.sleep(LOOK_SECONDS)
        job = await get_import(actor, job_id)
    if job.state is ImportState.failed or job.counts.error or job.problem:
        raise SystemExit(f"the import came to {job.state}: {job.problem}, {job.counts}")


async def _run(
    settings: Settings, counts: list[int], models_count: int, loaded: Loaded
) -> dict[int, list[Step]]:
    assert settings.database_url is not None
    await database.open(settings.database_url, max_size=4)
    try:
        await database.execute(
            "INSERT INTO asset_model (kind, brand, name) SELECT 'computer', 'Maker', 'Bulk ' || n"
            f" FROM generate_series(0, {models_count:d}) n"
        )
        schools = await database.fetch_column(int, "SELECT id FROM school ORDER BY code")
        actor = Actor.system("benchmark", schools)
        with stack.web(settings) as web, _worker(settings) as worker:
            target = Target(web, f"cookie: {COOKIE}={loaded.token}\r\n")
            watch = Watch(target, actor, worker, models_count)
            reading = asyncio.create_task(watch.read_for_ever())
            writing = asyncio.create_task(watch.write_for_ever())
            try:
                return {count: await _measure(watch, actor, count) for count in counts}
            finally:
                for task in (reading, writing):
                    task.cancel()
                await asyncio.wait((reading, writing))
                for task in (reading, writing):
                    if not task.cancelled():
                        task.result()
    finally:
        await database.close()


def _report(measured: dict[int, list[Step]], models_count: int) -> None:
    head = ("", "seconds", "rows/s", "slowest read", "slowest write", "worker")
    for count, steps in measured.items():
        print(f"\n{count:,} rows beside {models_count:,} models")
        lines = [
            (
                step.name,
                f"{step.seconds:.1f}",
                f"{count / step.seconds:,.0f}",
                f"{step.worst_read * 1e3:.0f} ms",
                f"{step.worst_write * 1e3:.0f} ms",
                f"{step.memory / 2**20:.0f} MiB",
            )
            for step in steps
        ]
        print_table(head, lines)


def _numbers(measured: dict[int, list[Step]]) -> dict[str, float]:
    return {
        f"{count}_{step.name}_{name}": value
        for count, steps in measured.items()
        for step in steps
        for name, value in (
            ("rows_per_second", count / step.seconds),
            ("slowest_read_ms", step.worst_read * 1e3),
            ("slowest_write_ms", step.worst_write * 1e3),
            ("worker_bytes", float(step.memory)),
        )
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--models", type=int, default=5_000)
    asked.add_argument("--json", action="store_true", help="one object for programs")
    given = asked.parse_args()
    with stack.engines() as settings:
        loaded = asyncio.run(rows.load(settings, assets=1_000))
        measured = asyncio.run(_run(settings, given.rows, given.models, loaded))
    if given.json:
        print_json(_numbers(measured))
        return
    print(stack.machine())
    _report(measured, given.models)


if __name__ == "__main__":
    main()
