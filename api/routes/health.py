"""Is it alive, is it ready, and how is it doing: for supervisors and Prometheus."""

from datetime import datetime, timedelta
from ipaddress import ip_address

import anyio.to_thread
import msgspec
from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import public
from api.identity import client_address, find_actor
from api.metrics import exposition
from api.types import WebRequest
from core import database
from core.access import Role
from core.clock import now
from core.errors import Forbidden, say
from monitoring import health
from storage import objects

HEARTBEAT_LATE = timedelta(seconds=90)


class Readiness(msgspec.Struct):
    """Each part that an answer needs, and whether it is there."""

    database: bool
    object_store: bool
    worker: bool

    @property
    def is_ready(self) -> bool:
        return self.database and self.object_store


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
    summary="Database, object store and worker",
    tags=["health"],
)
async def readyz() -> Response[Readiness]:
    """503 while pages cannot be served; a missing worker is told but stops no page."""
    readiness = Readiness(
        database=await _database_answers(),
        object_store=await objects.answers(),
        worker=False,
    )
    if readiness.database:
        readiness.worker = await _worker_is_alive()
    return Response(readiness, status_code=200 if readiness.is_ready else 503)


@get(
    "/metrics",
    guards=[public],
    operation_id="health_metrics",
    summary="Figures for Prometheus",
    tags=["health"],
)
async def metrics(request: WebRequest) -> Response[bytes]:
    """From this machine, or with the token of an admin or technician."""
    actor = find_actor(request)
    if not _is_loopback(client_address(request)) and not (
        actor and actor.is_a(Role.admin, Role.technician) and actor.may("monitoring:read")
    ):
        raise Forbidden(say("Metrics are read from this machine or with a token"))
    content = await anyio.to_thread.run_sync(exposition, await _monitoring())
    return Response(content, headers={"content-type": CONTENT_TYPE_LATEST})


async def _monitoring() -> health.MonitoringState | None:
    """None while the database is away: that is when figures are wanted most."""
    try:
        return await health.look()
    except Exception:
        return None


async def _database_answers() -> bool:
    try:
        return bool(await database.fetch_value("SELECT true FROM migration LIMIT 1"))
    except Exception:
        return False


async def _worker_is_alive() -> bool:
    seen: datetime | None = await database.fetch_value("SELECT max(seen_at) FROM heartbeat")
    return seen is not None and now() - seen < HEARTBEAT_LATE


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
