"""Whether monitoring itself is well, over JSON."""

from datetime import datetime

import msgspec
from litestar import get

from api.http.access import allow
from api.http.types import WebRequest
from api.monitoring.health.examination import examine_all
from api.wording.reader import language_of
from core.permissions import READ_MONITORING_SETUP
from monitoring import health
from monitoring.health import HealthVerdict


class PartOfMonitoring(msgspec.Struct, frozen=True):
    """One part, how it does, and why or what to do, in the reader's language."""

    name: str
    verdict: HealthVerdict
    message: str


class MonitoringHealth(msgspec.Struct, frozen=True):
    """Every part; ``at`` is when it was looked at."""

    at: datetime
    parts: list[PartOfMonitoring]


@get(
    "/monitoring/health",
    guards=[allow(READ_MONITORING_SETUP)],
    operation_id="monitoring_health",
    summary="Whether monitoring itself is well",
    tags=["devices"],
)
async def get_monitoring_health(request: WebRequest) -> MonitoringHealth:
    """Of the whole installation, without anything of a single school."""
    state = await health.look()
    speech = language_of(request)
    checks = examine_all(request, state)
    parts = [PartOfMonitoring(c.name, c.verdict, speech.words(c.message)) for c in checks]
    return MonitoringHealth(state.at, parts)
