"""The worker's part in webhooks: what is due is sent, old logs are deleted."""

from api.administration.webhooks.installation import courier_of
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from core.webhooks import delivering, managing


async def _deliver(settings: Settings) -> None:
    if settings.secret_key:
        await delivering.deliver_due(courier_of(settings))


async def _remove_old(_: Settings) -> None:
    await managing.remove_old_deliveries()


JOBS: tuple[Job, ...] = (
    # Receivers are claimed, so every worker may be at it.
    Job("webhooks.deliver", every_seconds=2, run=_deliver, singleton=False),
    Job("webhooks.remove_old", every_seconds=86400, run=_remove_old),
)
HANDLERS: dict[str, Handler] = {}
