"""How every part of monitoring does, for the page and the route alike."""

from api.http.types import WebRequest
from core import disks
from core.settings import Settings
from monitoring import health
from monitoring.health import Check, MonitoringState


def examine_all(request: WebRequest, state: MonitoringState) -> list[Check]:
    """Every part, with the settings and the disks of this process."""
    settings: Settings = request.app.state.settings
    return health.examine(
        state,
        mail_is_on=settings.mail is not None,
        disks=disks.look_at_all(settings.folders),
        keep_free_bytes=settings.keep_free_bytes,
    )
