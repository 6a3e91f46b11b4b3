"""The inventory's schedule."""

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory.imports import staging
from inventory.photos import drafts, sweeping


async def sweep_photos(_settings: Settings) -> None:
    """Drop photographs and papers that no row names: of forms not sent again, and removed ones."""
    await drafts.delete_old_drafts()
    await sweeping.sweep_photos()


async def discard_undecided_imports(_settings: Settings) -> None:
    """Discard previews of imports that nobody decided on for a month."""
    await staging.discard_undecided()


JOBS: tuple[Job, ...] = (
    Job("inventory.sweep_photos", every_seconds=24 * 60 * 60, run=sweep_photos),
    Job("inventory.forget_undecided_imports", 24 * 60 * 60, discard_undecided_imports),
)

HANDLERS: dict[str, Handler] = {}
