"""Whether monitoring itself is well: one page that a technician can read out on the telephone."""

from litestar import Response, get

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.rendering import render
from api.monitoring.health.examination import examine_all
from core.errors import Message, say
from core.permissions import READ_MONITORING_SETUP
from monitoring import health
from monitoring.health import Check, HealthVerdict

PART_NAMES: dict[str, Message] = {
    "disk": say("Disk"),
    "workers": say("Workers"),
    "turns": say("Visits"),
    "lateness": say("Punctuality"),
    "replies": say("Answers received"),
    "decoding": say("Answers read"),
    "database": say("Readings kept"),
    "credentials": say("Credentials"),
    "history": say("Long history"),
    "messages": say("Messages from devices"),
    "mail": say("Mail"),
}
# A lamp and a word for each verdict.
VERDICTS: dict[HealthVerdict, tuple[str, Message]] = {
    HealthVerdict.ok: ("ok", say("well")),
    HealthVerdict.off: ("idle", say("off")),
    HealthVerdict.warning: ("warn", say("look at it")),
    HealthVerdict.critical: ("bad", say("broken")),
}


@get(
    urls.monitoring_health,
    guards=[allow(READ_MONITORING_SETUP, tokens=False)],
    include_in_schema=False,
)
async def show_monitoring_health(request: WebRequest) -> Response[str]:
    state = await health.look()
    checks = examine_all(request, state)
    return render(
        request,
        "monitoring/health/health.html",
        state=state,
        checks=checks,
        worst=_worst(checks),
        names=PART_NAMES,
        verdicts=VERDICTS,
    )


def _worst(checks: list[Check]) -> HealthVerdict:
    found = {check.verdict for check in checks}
    return next(
        (v for v in (HealthVerdict.critical, HealthVerdict.warning) if v in found), HealthVerdict.ok
    )
