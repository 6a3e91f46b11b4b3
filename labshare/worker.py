"""The worker process: scheduled jobs, the outbox, polling, and a sign of life."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from core import database, outbox
from core.advisory_locks import AdvisoryLocks
from core.clock import now
from core.job_counts import JobCounts
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory.imports import working
from labshare import schedule
from labshare.attached import connected
from monitoring.discovery import searching
from monitoring.polling import poller
from monitoring.traps import receiver

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 15.0
OUTBOX_IDLE_SECONDS = 1.0
TROUBLE_SECONDS = 5.0
# So often the schedule is compared with the clock, which may have been set.
CLOCK_SECONDS = 15.0
MOST_JITTER_SECONDS = 30
COUNTS_SECONDS = 15.0
# Jobs of one worker start spread out, and not before the pages have come up.
FIRST_JOB_SECONDS = 5
CONNECTIONS = 12
# A job that finds them all in use waits for longer than a page would.
LIMITS = database.Limits(acquire_seconds=60.0)
LEAVE_SECONDS = 15.0

Part = Callable[[asyncio.Event], Awaitable[None]]


async def run(settings: Settings) -> None:
    """Works until SIGTERM or Ctrl-C; what has been begun is ended before it returns."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with connected(settings, most_connections=CONNECTIONS, limits=LIMITS):
        await work(settings, stop, schedule.all_jobs(), schedule.all_handlers(settings))


async def work(
    settings: Settings,
    stop: asyncio.Event,
    jobs: tuple[Job, ...],
    handlers: Mapping[str, Handler],
) -> None:
    """Runs every part until ``stop`` is set, then lets each finish what it is doing."""

    async def poll(stop: asyncio.Event) -> None:
        await poller.run(settings, stop)

    async def hear_traps(stop: asyncio.Event) -> None:
        await receiver.run(settings, stop)

    async def search(stop: asyncio.Event) -> None:
        await searching.run(settings, stop)

    async def work_at_imports(stop: asyncio.Event) -> None:
        await working.run(stop)

    async def deliver_outbox(stop: asyncio.Event) -> None:
        await _deliver_outbox(handlers, stop)

    async def keep_time(stop: asyncio.Event) -> None:
        await _keep_time(scheduler, jobs, stop)

    async def save_counts(stop: asyncio.Event) -> None:
        await _save_counts(counts, stop)

    running: set[asyncio.Task[None]] = set()
    locks = AdvisoryLocks()
    counts = JobCounts()
    scheduler = _scheduler(settings, jobs, running, locks)
    listen(scheduler, counts)
    scheduler.start()
    parts: dict[str, Part] = {
        "poller": poll,
        "traps": hear_traps,
        "searches": search,
        "imports": work_at_imports,
        "outbox": deliver_outbox,
        "heartbeat": _beat,
        "clock": keep_time,
        "counts": save_counts,
    }
    try:
        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(_restart_on_failure(name, part, stop))
            log.info("worker.started", jobs=len(jobs), topics=len(handlers))
    finally:
        # Its shutdown cancels what is running, so no more is started, and that gets its time first.
        scheduler.pause()
        await _let_finish(running)
        scheduler.shutdown(wait=False)
        await locks.close()
        log.info("worker.stopped")


def _scheduler(
    settings: Settings,
    jobs: tuple[Job, ...],
    running: set[asyncio.Task[None]],
    locks: AdvisoryLocks,
) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={
            # A job that a sleeping laptop or a busy machine made late still runs, once.
            "misfire_grace_time": None,
            "coalesce": True,
            "max_instances": 1,
        },
    )

    async def run_one(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        task.add_done_callback(running.discard)
        await run_job(job, settings, locks)

    for place, job in enumerate(jobs):
        scheduler.add_job(
            run_one,
            IntervalTrigger(seconds=job.every_seconds, jitter=_jitter_seconds(job)),
            args=[job],
            id=job.name,
            next_run_time=_first_time(place),
        )
    return scheduler


def listen(scheduler: AsyncIOScheduler, counts: JobCounts) -> None:
    """Log and count the runs that failed, and count those that were left out."""

    def failed(event: JobEvent) -> None:
        log.error("job.failed", job=event.job_id, exc_info=event.exception)
        counts.failed[event.job_id] += 1

    def missed(event: JobEvent) -> None:
        counts.missed[event.job_id] += 1

    scheduler.add_listener(failed, EVENT_JOB_ERROR)
    # A late run is made up for once, so what is left out is one whose last was not over.
    scheduler.add_listener(missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)


def _jitter_seconds(job: Job) -> int:
    return min(MOST_JITTER_SECONDS, job.every_seconds // 10)


def _first_time(place: int) -> datetime:
    return now() + timedelta(seconds=FIRST_JOB_SECONDS + place)


async def _keep_time(
    scheduler: AsyncIOScheduler, jobs: tuple[Job, ...], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        bring_forward(scheduler, jobs)
        await _sleep(CLOCK_SECONDS, stop)


def bring_forward(scheduler: AsyncIOScheduler, jobs: tuple[Job, ...]) -> None:
    """No job waits for longer than its own interval, however the clock was set.

    The scheduler plans by the time of day and sleeps until then: after a clock was set back by
    eight hours it would sleep for eight hours, and after one was set forward it would not notice.
    """
    for job in jobs:
        planned = scheduler.get_job(job.name)
        if planned is None or planned.next_run_time is None:
            continue
        longest = timedelta(seconds=job.every_seconds + _jitter_seconds(job) + FIRST_JOB_SECONDS)
        if planned.next_run_time > now() + longest + timedelta(seconds=len(jobs)):
            log.warning("clock.was_set_back", job=job.name)
            planned.modify(next_run_time=now())
    scheduler.wakeup()


async def run_job(job: Job, settings: Settings, locks: AdvisoryLocks) -> None:
    """Runs the job once; a singleton only if no other worker is at it."""

    async def run() -> None:
        await job.run(settings)

    with database.statements_may_take(job.statement_seconds):
        if job.singleton:
            await locks.run_alone(job.name, run)
        else:
            await run()


async def _save_counts(counts: JobCounts, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _sleep(COUNTS_SECONDS, stop)
        await counts.save()


async def _deliver_outbox(handlers: Mapping[str, Handler], stop: asyncio.Event) -> None:
    while not stop.is_set():
        if not await outbox.deliver_due(handlers):
            await _sleep(OUTBOX_IDLE_SECONDS, stop)


async def _beat(stop: asyncio.Event) -> None:
    """Stores a heartbeat of this worker; /readyz reads it."""
    worker = uuid4()
    name = f"{socket.gethostname()}:{os.getpid()}"[:64]
    try:
        while not stop.is_set():
            await _beat_once(worker, name)
            await _sleep(HEARTBEAT_SECONDS, stop)
    finally:
        with contextlib.suppress(Exception):
            await database.execute("DELETE FROM heartbeat WHERE id = $1", worker)


async def _beat_once(worker: UUID, name: str) -> None:
    await database.execute(
        "INSERT INTO heartbeat (id, process, seen_at, is_leader) VALUES ($1, $2, $3, false)"
        " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        worker,
        name,
        now(),
    )


async def _restart_on_failure(name: str, part: Part, stop: asyncio.Event) -> None:
    """Starts the part again when it fails: the database may be away for a while."""
    while not stop.is_set():
        try:
            await part(stop)
        except Exception:
            log.exception("worker.part_failed", part=name)
            await _sleep(TROUBLE_SECONDS, stop)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    """Waits, but not longer than until the stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _let_finish(running: set[asyncio.Task[None]]) -> None:
    """Jobs under way get their time; one that needs more is cancelled, and runs again at its next time."""
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=LEAVE_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
