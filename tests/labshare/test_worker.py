"""The worker: jobs on time, promises kept, a sign of life, and an orderly end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core import database, outbox
from core.jobs import Job
from core.settings import Settings
from labshare import schedule, worker
from tests.conftest import Stack


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(0.05)


async def test_a_worker_gives_a_sign_of_life_and_takes_it_back(db: Stack) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(worker.work(db.settings, stop, (), {}))

    async def is_alive() -> bool:
        return bool(await database.fetch_value("SELECT count(*) FROM heartbeat"))

    await until(is_alive)
    stop.set()
    await asyncio.wait_for(working, 20)
    assert not await is_alive()


async def test_a_promise_is_kept_within_seconds(db: Stack) -> None:
    kept: list[dict[str, object]] = []

    async def keep(payload: dict[str, object]) -> None:
        kept.append(payload)

    async with database.transaction():
        await outbox.put("test.promise", {"number": 7})
    stop = asyncio.Event()
    working = asyncio.create_task(worker.work(db.settings, stop, (), {"test.promise": keep}))

    async def is_kept() -> bool:
        return bool(kept)

    await until(is_kept)
    stop.set()
    await asyncio.wait_for(working, 20)
    assert kept == [{"number": 7}]


async def test_a_singleton_runs_in_one_worker_at_a_time(db: Stack) -> None:
    running = 0
    most = 0

    async def run(_settings: Settings) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.2)
        running -= 1

    job = Job("test.singleton", 60, run)
    await asyncio.gather(*(worker.run_job(job, db.settings) for _ in range(4)))
    assert most == 1
    shared = Job("test.shared", 60, run, singleton=False)
    await asyncio.gather(*(worker.run_job(shared, db.settings) for _ in range(4)))
    assert most == 4


async def test_a_job_under_way_is_finished_before_the_worker_leaves(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_JOB_SECONDS", 0)
    begun = asyncio.Event()
    ended: list[bool] = []

    async def run(_settings: Settings) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        ended.append(True)

    stop = asyncio.Event()
    job = Job("test.slow", 60, run, singleton=False)
    working = asyncio.create_task(worker.work(db.settings, stop, (job,), {}))
    await asyncio.wait_for(begun.wait(), 20)
    stop.set()
    await asyncio.wait_for(working, 20)
    assert ended == [True]


async def test_a_job_that_fails_lets_the_next_one_run(db: Stack) -> None:
    ran: list[str] = []

    async def fail(_settings: Settings) -> None:
        ran.append("fail")
        raise ValueError("broken")

    job = Job("test.failing", 60, fail)
    await worker.run_job(job, db.settings)
    await worker.run_job(job, db.settings)
    assert ran == ["fail", "fail"]


async def test_a_part_that_fails_is_started_again(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.01)
    tries = 0
    stop = asyncio.Event()

    async def part(stop: asyncio.Event) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError("the database is away")
        stop.set()

    await asyncio.wait_for(worker._never_give_up("part", part, stop), 10)
    assert tries == 3


def test_every_job_and_every_topic_has_a_name_of_its_own() -> None:
    names = [job.name for job in schedule.all_jobs()]
    assert len(set(names)) == len(names) >= 4
    assert all("." in name for name in names)
    assert "monitoring.wake" in schedule.all_handlers(Settings())
