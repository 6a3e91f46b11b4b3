"""What a worker reports of its own polling: counted in memory, stored every few seconds."""

import os
import time
from datetime import datetime
from pathlib import Path

import msgspec

from core.database import execute
from monitoring.polling.scheduler import Lateness, LatenessShown
from monitoring.snmp import Session

REPORT_SECONDS = 10.0
# A worker that has said nothing for so long is gone, and so is its row.
FORGET_AFTER_SECONDS = 3600


class Counted(msgspec.Struct):
    """Counts since the worker started."""

    polls: int = 0
    ok: int = 0
    failed: int = 0
    timed_out: int = 0
    full_visits: int = 0
    faults: int = 0
    skipped_turns: int = 0
    lost_leases: int = 0
    claims: int = 0
    claim_seconds: float = 0.0
    batches: int = 0
    batches_refused: int = 0
    results_kept: int = 0
    results_dropped: int = 0
    rows_written: int = 0
    readings_refused: int = 0
    flush_seconds: float = 0.0
    database_away: int = 0


class Now(msgspec.Struct, frozen=True):
    """What is under way at this moment."""

    live_in_flight: int = 0
    suspect_in_flight: int = 0
    waiting: int = 0
    heap: int = 0
    queue: int = 0


class WireFigures(msgspec.Struct, frozen=True):
    """What the wire counted since it was opened, and the receive buffer that it was granted."""

    counters: dict[str, int] = {}
    receive_buffer_bytes: int = 0
    dropped: int | None = None


class Figures(msgspec.Struct, frozen=True):
    """One report; rows of an older program may lack what is new."""

    counted: Counted = msgspec.field(default_factory=Counted)
    lateness: LatenessShown = LatenessShown()
    now: Now = Now()
    wire: WireFigures = WireFigures()
    cpu_seconds: float = 0.0
    resident_bytes: int = 0


class Report(msgspec.Struct, frozen=True):
    """A row of poller_report."""

    worker: str
    started_at: datetime
    seen_at: datetime
    figures: Figures


def cpu_seconds() -> float:
    """Processor time of this process so far."""
    return time.process_time()


def resident_bytes() -> int:
    """Memory of this process, where the system tells."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def take(counted: Counted, lateness: Lateness, now: Now, wire: Session) -> Figures:
    """The figures of this process, as they are now."""
    return Figures(
        counted=counted,
        lateness=lateness.shown(),
        now=now,
        wire=WireFigures(
            counters=msgspec.structs.asdict(wire.counters),
            receive_buffer_bytes=wire.receive_buffer_bytes(),
            dropped=wire.dropped(),
        ),
        cpu_seconds=cpu_seconds(),
        resident_bytes=resident_bytes(),
    )


async def write(worker: str, started_at: datetime, seen_at: datetime, figures: Figures) -> None:
    """Store the worker's latest report, and delete those of workers that stopped long ago."""
    await execute(
        "INSERT INTO poller_report (worker, started_at, seen_at, figures)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (worker) DO UPDATE"
        " SET seen_at = excluded.seen_at, figures = excluded.figures",
        worker,
        started_at,
        seen_at,
        msgspec.json.encode(figures).decode(),
    )
    await execute(
        "DELETE FROM poller_report WHERE seen_at < now() - $1 * interval '1 second'",
        FORGET_AFTER_SECONDS,
    )


async def forget(worker: str) -> None:
    """A worker that stops in order leaves no row."""
    await execute("DELETE FROM poller_report WHERE worker = $1", worker)
