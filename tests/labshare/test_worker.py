"""The worker: jobs on time, promises kept, a sign of life, and an orderly end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from core import advisory_locks, database, job_counts, outbox
from core.advisory_locks import AdvisoryLocks, LockLost
from core.clock import now
from core.errors import Message, Unavailable
from core.job_counts import JobCount, JobCounts
from core.jobs import Job
from core.settings import Settings
from labshare import schedule, worker
from tests.conftest import Stack
from tests.pools import pool_of


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():  # noqa: ASYNC110 (what is waited for is in the database)
        await asyncio.sleep(0.05)


async def test_a_worker_gives_a_sign_of_life_and_takes_it_back(db: Stack) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(worker.work(db.settings, stop, (), {}))

    async def is_alive() -> bool:
        return bool(await database.fetch_value("SELECT count(*) FROM heartbeat"))

    await until(is_alive)
    stop.set()
    await working
    assert not await is_alive()


async def test_a_promise_is_kept_within_seconds(db: Stack) -> None:
    kept: list[dict[str, object]] = []

    async def keep(payload: dict[str, object]) -> None:
        kept.append(payload)

    async with database.transaction():
        await outbox.enqueue("test.promise", {"number": 7})
    stop = asyncio.Event()
    working = asyncio.create_task(worker.work(db.settings, stop, (), {"test.promise": keep}))

    async def is_kept() -> bool:
        return bool(kept)

    await until(is_kept)
    stop.set()
    await working
    assert kept == [{"number": 7}]


@pytest.fixture
async def locks(db: Stack) -> AsyncIterator[AdvisoryLocks]:
    del db
    ours = AdvisoryLocks()
    yield ours
    await ours.close()


async def test_a_singleton_runs_in_one_worker_at_a_time(db: Stack, locks: AdvisoryLocks) -> None:
    """Four at once in one process, and four in another."""
    running = 0
    most = 0
    may_end = asyncio.Event()

    async def run(_settings: Settings) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await may_end.wait()
        running -= 1

    async def all_run(job: Job) -> None:
        begun = [asyncio.create_task(worker.run_job(job, db.settings, one)) for one in all_locks]
        if job.singleton:
            await until_done(begun, but=1)
        else:
            await until(lambda: is_true(running == len(begun)))
        may_end.set()
        await asyncio.gather(*begun)
        may_end.clear()

    others = AdvisoryLocks()
    all_locks = [locks, others] * 4
    await all_run(Job("test.singleton", 60, run))
    assert most == 1
    await all_run(Job("test.shared", 60, run, singleton=False))
    assert most == len(all_locks)
    await others.close()


async def is_true(holds: bool) -> bool:
    return holds


async def until_done(tasks: list[asyncio.Task[None]], *, but: int) -> None:
    while sum(not task.done() for task in tasks) > but:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=0.05)


async def test_jobs_that_are_all_due_at_once_finish_with_two_connections(
    db: Stack, locks: AdvisoryLocks
) -> None:
    """A laptop that slept for an hour starts all of them in one moment."""
    count = 17
    all_begun = asyncio.Barrier(count)
    finished: list[int] = []

    async def run(_settings: Settings) -> None:
        await all_begun.wait()
        async with database.transaction():
            finished.append(await database.fetch_value("SELECT 1"))

    jobs = [Job(f"test.job_{number}", 60, run) for number in range(count)]
    async with pool_of(2, db.dsn):
        await asyncio.gather(*(worker.run_job(job, db.settings, locks) for job in jobs))
        await locks.close()
    assert len(finished) == count


async def test_every_job_of_the_schedule_runs_beside_all_others(
    db: Stack, locks: AdvisoryLocks
) -> None:
    async with pool_of(2, db.dsn):
        jobs = schedule.all_jobs()
        await asyncio.gather(*(worker.run_job(job, db.settings, locks) for job in jobs))
        await locks.close()


async def test_a_job_that_loses_its_lock_is_stopped_and_the_next_one_runs(
    db: Stack, locks: AdvisoryLocks
) -> None:
    begun = asyncio.Event()
    ends: list[str] = []

    async def wait_for_ever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("stopped")

    holding = asyncio.create_task(locks.run_alone("test.lock", wait_for_ever))
    await begun.wait()
    await database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with pytest.raises(LockLost):
        await holding
    assert ends == ["stopped"]

    async def run() -> None:
        ends.append("ran")

    assert await locks.run_alone("test.lock", run)
    assert ends == ["stopped", "ran"]
    del db


async def test_a_lock_is_given_back_when_its_work_failed_or_was_cancelled(
    db: Stack, locks: AdvisoryLocks
) -> None:
    del db
    begun = asyncio.Event()

    async def fail() -> None:
        raise ValueError("broken")

    async def wait_for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    with pytest.raises(ValueError, match="broken"):
        await locks.run_alone("test.lock", fail)
    waiting = asyncio.create_task(locks.run_alone("test.lock", wait_for_ever))
    await begun.wait()
    waiting.cancel()
    await asyncio.wait((waiting,))
    others = AdvisoryLocks()
    assert await others.run_alone("test.lock", nothing)
    await others.close()


async def nothing() -> None:
    return


async def test_a_server_that_no_longer_answers_has_taken_the_lock(
    db: Stack, locks: AdvisoryLocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the machine of the database has vanished: no byte comes, and no end of the line."""
    monkeypatch.setattr(advisory_locks, "CHECK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(advisory_locks, "ANSWER_SECONDS", 1.0)
    begun = asyncio.Event()

    async def wait_for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    holding = asyncio.create_task(locks.run_alone("test.lock", wait_for_ever))
    await begun.wait()
    pid = await database.fetch_value("SELECT pid FROM pg_locks WHERE locktype = 'advisory'")
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(LockLost):
            await holding
    finally:
        os.kill(pid, signal.SIGCONT)
    del db


async def test_a_clock_that_was_set_back_holds_up_no_job(db: Stack, locks: AdvisoryLocks) -> None:
    jobs = (Job("test.hourly", 3600, run_nothing), Job("test.daily", 86_400, run_nothing))
    scheduler = worker._scheduler(db.settings, jobs, set(), locks)
    scheduler.start(paused=True)
    try:
        in_time = now() + timedelta(seconds=3600)
        scheduler.modify_job("test.hourly", next_run_time=now() + timedelta(hours=9))
        scheduler.modify_job("test.daily", next_run_time=in_time)
        worker.bring_forward(scheduler, jobs)
        assert scheduler.get_job("test.hourly").next_run_time <= now()
        assert scheduler.get_job("test.daily").next_run_time == in_time
    finally:
        scheduler.shutdown(wait=False)


async def run_nothing(_settings: Settings) -> None:
    return


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
    await begun.wait()
    stop.set()
    await working
    assert ended == [True]


async def test_a_job_that_fails_runs_again_and_both_are_counted(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_JOB_SECONDS", 0)
    monkeypatch.setattr(worker, "COUNTS_SECONDS", 0.05)

    async def fail(_settings: Settings) -> None:
        raise ValueError("broken")

    async def is_counted() -> bool:
        counts = await job_counts.list_counts()
        return any(one.job == "test.failing" and one.failed >= 2 for one in counts)

    stop = asyncio.Event()
    jobs = (Job("test.failing", 1, fail), Job("test.fine", 1, run_nothing))
    working = asyncio.create_task(worker.work(db.settings, stop, jobs, {}))
    await until(is_counted)
    stop.set()
    await working
    assert [one.job for one in await job_counts.list_counts()] == ["test.failing"]


async def test_a_run_whose_last_is_not_over_is_counted_as_missed(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_JOB_SECONDS", 0)
    monkeypatch.setattr(worker, "COUNTS_SECONDS", 0.05)
    may_end = asyncio.Event()

    async def wait(_settings: Settings) -> None:
        await may_end.wait()

    async def is_counted() -> bool:
        return any(one.missed for one in await job_counts.list_counts())

    stop = asyncio.Event()
    jobs = (Job("test.slow", 1, wait),)
    working = asyncio.create_task(worker.work(db.settings, stop, jobs, {}))
    await until(is_counted)
    may_end.set()
    stop.set()
    await working
    assert [(one.job, one.failed) for one in await job_counts.list_counts()] == [("test.slow", 0)]


async def test_counts_wait_for_the_database_and_are_added_up(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    counts = JobCounts()
    counts.failed["test.job"] += 1
    with monkeypatch.context() as away:
        away.setattr(database, "execute", refuse)
        await counts.save()
    counts.failed["test.job"] += 1
    counts.missed["test.job"] += 1
    await counts.save()
    await counts.save()
    other = JobCounts()
    other.failed["test.job"] += 1
    await other.save()
    assert await job_counts.list_counts() == [JobCount("test.job", failed=3, missed=1)]


async def refuse(*_: object, **__: object) -> None:
    raise Unavailable(Message("the database is away"))


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

    await worker._restart_on_failure("part", part, stop)
    assert tries == 3


def test_every_job_and_every_topic_has_a_name_of_its_own() -> None:
    names = [job.name for job in schedule.all_jobs()]
    assert len(set(names)) == len(names) >= 4
    assert all("." in name for name in names)
    assert "monitoring.wake" in schedule.all_handlers(Settings())
