"""Is it alive, is it ready, and how is it doing: for supervisors and Prometheus."""

import asyncio
import functools
from datetime import datetime, timedelta
from typing import Literal

import anyio.to_thread
import msgspec
import structlog
from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST

from api.health.metrics import exposition
from api.health.metrics_access import may_read_metrics
from api.health.probes import Probe
from api.http.access import public
from api.http.types import WebRequest
from core import database, disks, job_counts
from core.clock import now
from core.disks import Disk, DiskRoom
from core.errors import Forbidden, say
from monitoring import health
from storage import damaged_files, objects, quotas

log = structlog.get_logger(__name__)

HEARTBEAT_LATE = timedelta(seconds=90)


class Readiness(msgspec.Struct):
    """Each part, whether it is there, and what that means for those who ask for pages.

    Without the database there are no pages, and with a full disk nothing can be saved. Without the
    object store there are no files, with little room on the disk no new ones, and without a worker
    nothing goes on by itself: the service is degraded, and all pages are there.
    """

    status: Literal["ready", "degraded", "unavailable"]
    database: bool
    object_store: bool
    worker: bool
    disk: DiskRoom


@get(
    "/healthz",
    guards=[public],
    operation_id="health_alive",
    summary="The process is alive",
    tags=["health"],
    media_type="text/plain",
)
async def healthz() -> str:
    """Says ok as long as the process can answer at all."""
    return "ok"


@get(
    "/readyz",
    guards=[public],
    operation_id="health_ready",
    summary="Database, object store, worker and disk",
    tags=["health"],
)
async def readyz(request: WebRequest) -> Response[Readiness]:
    """503 while no page can be served or nothing saved; answers within seconds, whatever hangs."""
    heartbeat, store = await asyncio.gather(_database.answer(), _object_store.answer())
    has_worker = heartbeat is not None and heartbeat.is_alive
    room = disks.worst(_disks(request), request.app.state.settings.keep_free_bytes)
    status: Literal["ready", "degraded", "unavailable"] = "unavailable"
    if heartbeat is not None and room is not DiskRoom.full:
        status = "ready" if store and has_worker and room is DiskRoom.ok else "degraded"
    readiness = Readiness(status, heartbeat is not None, bool(store), has_worker, room)
    return Response(readiness, status_code=503 if status == "unavailable" else 200)


@get(
    "/metrics",
    guards=[public],
    operation_id="health_metrics",
    summary="Figures for Prometheus",
    tags=["health"],
)
async def metrics(request: WebRequest) -> Response[bytes]:
    """From this machine, or with the token of an admin or technician.

    While the database is away they are this process's own figures alone.
    """
    if not await may_read_metrics(request):
        raise Forbidden(say("Metrics are read from this machine or with a token"))
    state, damaged, uses, jobs = await asyncio.gather(
        _monitoring.answer(), _damaged_files.answer(), _storage.answer(), _jobs.answer()
    )
    content = await anyio.to_thread.run_sync(
        exposition, state, damaged, uses, _disks(request), jobs or []
    )
    return Response(content, headers={"content-type": CONTENT_TYPE_LATEST})


async def warn_of_absent_store() -> None:
    """Log at the start of a process that files have to wait; within seconds, whatever hangs."""
    if not await _object_store.answer():
        log.warning("object_store.away", says="pages are served, files once it answers")


def _disks(request: WebRequest) -> list[Disk]:
    return disks.look_at_all(request.app.state.settings.folders)


class _Heartbeat(msgspec.Struct, frozen=True):
    seen_at: datetime | None

    @property
    def is_alive(self) -> bool:
        # One of the future was written before the clock was set back, and says nothing of now.
        return self.seen_at is not None and abs(now() - self.seen_at) < HEARTBEAT_LATE


async def _last_heartbeat() -> _Heartbeat | None:
    # Without a migration there are no pages either.
    return await database.fetch_one(
        _Heartbeat,
        "SELECT (SELECT max(seen_at) FROM heartbeat) AS seen_at FROM migration LIMIT 1",
    )


_database = Probe(_last_heartbeat)
_object_store = Probe(objects.answers)
_monitoring = Probe(health.look)
_damaged_files = Probe(damaged_files.count_blobs)
_storage = Probe(functools.partial(quotas.list_all, only_limited=True))
_jobs = Probe(job_counts.list_counts)
