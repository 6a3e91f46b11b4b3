"""The inventory's schedule."""

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory.repairs import sweeping


async def sweep_photos(_settings: Settings) -> None:
    """Drop pictures that were stored for an entry which then was refused."""
    await sweeping.sweep_photos()


JOBS: tuple[Job, ...] = (
    Job("inventory.sweep_photos", every_seconds=24 * 60 * 60, run=sweep_photos),
)

HANDLERS: dict[str, Handler] = {}
