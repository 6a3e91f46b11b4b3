"""A real worker that visits thousands of devices a minute, with samples and alerts in PostgreSQL.

    python -m benchmarks.soak --devices 10000 --seconds 600 [--json]

Everything is real but the devices: `labshare worker` with all its jobs, the embedded PostgreSQL,
and agents at thousands of addresses of 127.0.0.0/8, one in ten of which is dead.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import psutil

from benchmarks.stack import engines, machine
from benchmarks.tables import print_json, print_table
from core import database
from core.settings import Settings
from labshare.environment import child_environ
from monitoring.devices.credential_encryption import CredentialCipher, Secrets
from monitoring.polling.figures import Counted, Figures

AGENT_PORT = 16_161
DEAD_ONE_IN = 10
INTERVAL_SECONDS = 60
# The first minute finds out what each device has; the steady state is measured after it.
WARM_UP_SECONDS = 75
START_SECONDS = 20
SETTLE_SECONDS = 5
REPORT_WAITS = 300
MIB = 2**20

SCHOOL = (
    "INSERT INTO school (code, name_zh, name_en, created_at)"
    " VALUES ('LB', '灵璧职高', 'Lingbi Vocational School', now())",
    "INSERT INTO asset_model (kind, brand, name) VALUES ('computer', 'Maker', 'Model')",
    "INSERT INTO network (school, name, cidr, created_at)"
    " SELECT id, 'loopback', '127.0.0.0/8', now() FROM school",
)
ASSETS = """
INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, name, created_at,
                   serial_number, serial_trust)
SELECT 'PC-' || lpad(n::text, 6, '0'), s.id, s.id, m.id, 'in_service', 'ok', '', now(), '', 'none'
  FROM generate_series(1, $1::int) n, school s, asset_model m
"""
# The dead have their addresses in 127.200.0.0/16, where no agent answers; they may not sleep.
DEVICES = """
INSERT INTO device (school, asset, address, port, credential, may_sleep, created_at, next_poll_at)
SELECT a.school, a.id,
       host('127.0.0.0'::inet + (CASE WHEN a.id % $1 = 0 THEN 200 << 16 ELSE 1 << 16 END) + a.id),
       CASE WHEN a.id % $1 = 0 THEN $2 + 1 ELSE $2 END, c.id, false, now(),
       now() + $3 * interval '1 second' + (hashint8(a.id) & 65535) / 65536.0 * interval '60 seconds'
  FROM asset a, credential c
"""


class Minute(msgspec.Struct, frozen=True):
    """What was seen at one moment of the run."""

    seconds: float
    resident_mib: float
    worker_cpu: float
    postgres_cpu: float
    polls: int
    lost: int


class Soak(msgspec.Struct, frozen=True):
    """What a run found. Processor time is in percent of one core, over the steady part."""

    devices: int
    seconds: float
    polls_per_second: float
    worker_percent: float
    worker_us_per_poll: float
    postgres_percent: float
    agents_percent: float
    first_minute_percent: float
    late_p50_ms: float
    late_p99_ms: float
    late_most_ms: float
    late_over_50_ms: float
    first_minute_polls: int
    first_batch_ms: float
    batch_ms: float
    batch_results: float
    live_lost: int
    live_failures: int
    skipped_turns: int
    samples: int
    alerts: int
    resident_mib: list[float]
    replies_dropped: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--warm-up", type=int, default=WARM_UP_SECONDS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with engines() as settings, _agents() as agents:
        asyncio.run(_fill(settings, asked.devices))
        with _worker(settings) as worker:
            found = asyncio.run(_watch(settings, worker, agents, asked))
    if asked.json:
        numbers = msgspec.to_builtins(found)
        print_json(
            {n: v for n, v in numbers.items() if not isinstance(v, list)}
            | {"resident_mib_first": found.resident_mib[0], "resident_mib": found.resident_mib[-1]}
        )
    else:
        _print(found)


@contextlib.contextmanager
def _agents() -> Iterator[psutil.Process]:
    with _process("-m", "benchmarks.simulated_hosts", str(AGENT_PORT), out=subprocess.PIPE) as one:
        assert one.stdout
        one.stdout.readline()
        yield psutil.Process(one.pid)


@contextlib.contextmanager
def _worker(settings: Settings) -> Iterator[psutil.Process]:
    environ = {**child_environ(settings), "LABSHARE_NETWORKS": "127.0.0.0/8"}
    with (
        (settings.data / "worker.log").open("wb") as log,
        _process("-m", "labshare", "worker", environ=environ, out=log.fileno(), err=True) as one,
    ):
        yield psutil.Process(one.pid)


@contextlib.contextmanager
def _process(
    *arguments: str, out: int, err: bool = False, environ: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=out,
        stderr=subprocess.STDOUT if err else None,
        env=environ,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _fill(settings: Settings, devices: int) -> None:
    """One school with so many computers; their first turns are spread over the first minute."""
    assert settings.database_url
    await database.open(settings.database_url, max_size=2)
    for statement in SCHOOL:
        await database.execute(statement)
    await database.execute("ALTER TABLE asset DISABLE TRIGGER audit")
    await database.execute("ALTER TABLE device DISABLE TRIGGER audit")
    await database.execute(ASSETS, devices)
    school_id = await database.fetch_value("SELECT id FROM school")
    sealed = CredentialCipher.of(settings).encrypt(Secrets(community="public"), owner=school_id)
    await database.execute(
        "INSERT INTO credential (school, name, version, user_name, context, sealed, created_at)"
        " VALUES ($1, 'Read', '2c', '', '', $2, now())",
        school_id,
        sealed,
    )
    await database.execute(DEVICES, DEAD_ONE_IN, AGENT_PORT, START_SECONDS)
    await database.execute("ALTER TABLE asset ENABLE TRIGGER audit")
    await database.execute("ALTER TABLE device ENABLE TRIGGER audit")
    async with database.connection() as connection:
        await connection.execute("VACUUM ANALYZE")
    await database.close()


async def _watch(
    settings: Settings,
    worker: psutil.Process,
    agents: psutil.Process,
    asked: argparse.Namespace,
) -> Soak:
    """Look at everything once a minute, and at the end at what is in the database."""
    assert settings.database_url
    await database.open(settings.database_url, max_size=2)
    await asyncio.sleep(START_SECONDS)
    begun, first_cpu = time.monotonic(), _cpu(worker)
    await asyncio.sleep(asked.warm_up)
    first_minute = 100 * (_cpu(worker) - first_cpu) / (time.monotonic() - begun)
    before, figures_before = await _look(settings, worker, agents, 0.0)
    seen, agents_before = [before], _cpu(agents)
    steady = time.monotonic()
    while (past := time.monotonic() - steady) < asked.seconds:
        await asyncio.sleep(min(60.0, asked.seconds - past))
        last, figures = await _look(settings, worker, agents, time.monotonic() - steady)
        seen.append(last)
        _say(last)
    span = seen[-1].seconds
    polls = figures.counted.polls - figures_before.counted.polls
    worker_cpu = seen[-1].worker_cpu - before.worker_cpu
    late = [
        now - then
        for now, then in zip(figures.lateness.counts, figures_before.lateness.counts, strict=True)
    ]
    soak = Soak(
        devices=asked.devices,
        seconds=round(span, 1),
        polls_per_second=round(polls / span, 1),
        worker_percent=round(100 * worker_cpu / span, 1),
        worker_us_per_poll=round(1e6 * worker_cpu / max(polls, 1)),
        postgres_percent=round(100 * (seen[-1].postgres_cpu - before.postgres_cpu) / span, 1),
        agents_percent=round(100 * (_cpu(agents) - agents_before) / span, 1),
        first_minute_percent=round(first_minute, 1),
        late_p50_ms=round(figures.lateness.p50_ms, 1),
        late_p99_ms=round(figures.lateness.p99_ms, 1),
        late_most_ms=round(figures.lateness.most_ms, 1),
        late_over_50_ms=round(100 * sum(late[6:]) / max(sum(late), 1), 3),
        first_minute_polls=figures_before.counted.polls,
        first_batch_ms=_batch_ms(figures_before.counted, Counted()),
        batch_ms=_batch_ms(figures.counted, figures_before.counted),
        batch_results=round(
            (figures.counted.results_kept - figures_before.counted.results_kept)
            / max(figures.counted.batches - figures_before.counted.batches, 1)
        ),
        live_lost=seen[-1].lost,
        live_failures=await _live_failures(),
        skipped_turns=figures.counted.skipped_turns,
        samples=await database.fetch_value("SELECT count(*) FROM sample"),
        alerts=await database.fetch_value("SELECT count(*) FROM alert"),
        resident_mib=[round(one.resident_mib, 1) for one in seen],
        replies_dropped=figures.wire.dropped or 0,
    )
    await database.close()
    return soak


def _batch_ms(now: Counted, then: Counted) -> float:
    """How long one batch took in the database, from its beginning to what follows its commit."""
    spent = now.flush_seconds - then.flush_seconds
    return round(1000 * spent / max(now.batches - then.batches, 1), 1)


async def _look(
    settings: Settings, worker: psutil.Process, agents: psutil.Process, past: float
) -> tuple[Minute, Figures]:
    """The worker reports every ten seconds: wait for a fresh report, so that counts fit times."""
    for _ in range(REPORT_WAITS):
        text = await database.fetch_value(
            "SELECT figures::text FROM poller_report WHERE seen_at > now() - interval '0.3 seconds'"
        )
        if text is not None:
            break
        await asyncio.sleep(0.1)
    else:
        said = (settings.data / "worker.log").read_text(encoding="utf-8")
        raise SystemExit(f"the worker does not report:\n{said[-2000:]}")
    figures = msgspec.json.decode(text, type=Figures)
    minute = Minute(
        seconds=past,
        resident_mib=worker.memory_info().rss / MIB,
        worker_cpu=_cpu(worker),
        postgres_cpu=_postgres_cpu(),
        polls=figures.counted.polls,
        lost=await _lost(),
    )
    return minute, figures


async def _lost() -> int:
    """Living devices that have not been seen for more than a turn and a half."""
    lost: int = await database.fetch_value(
        "SELECT count(*) FROM device WHERE id IN (SELECT id FROM device WHERE port = $1)"
        " AND (last_seen_at IS NULL OR last_seen_at < now() - $2 * interval '1 second')",
        AGENT_PORT,
        1.5 * INTERVAL_SECONDS + SETTLE_SECONDS,
    )
    return lost


async def _live_failures() -> int:
    failures: int = await database.fetch_value(
        "SELECT count(*) FROM device WHERE port = $1 AND (failures > 0 OR state <> 'up')",
        AGENT_PORT,
    )
    return failures


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _postgres_cpu() -> float:
    """Processor time of all processes of the server, those that have ended included."""
    return sum(
        float(times.user + times.system + times.children_user + times.children_system)
        for child in psutil.Process().children()
        if child.name() == "postgres"
        for process in [child, *child.children()]
        if (times := _times(process)) is not None
    )


def _times(process: psutil.Process) -> "psutil._pslinux.pcputimes | None":
    try:
        return process.cpu_times()
    except psutil.NoSuchProcess:
        return None


def _say(minute: Minute) -> None:
    print(
        f"{minute.seconds:6.0f} s  {minute.resident_mib:6.1f} MiB  {minute.polls} polls"
        f"  {minute.lost} lost",
        file=sys.stderr,
        flush=True,
    )


def _print(found: Soak) -> None:
    print(f"{found.devices:,} devices, one in {DEAD_ONE_IN} dead, for {found.seconds:.0f} s")
    print(f"On {machine()}.\n")
    rows = [
        (name.replace("_", " "), str(value))
        for name, value in msgspec.to_builtins(found).items()
        if name not in ("devices", "seconds")
    ]
    print_table(("what", "found"), rows)


if __name__ == "__main__":
    main()
