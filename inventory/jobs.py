"""The inventory's schedule."""

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory import guests
from inventory.custody import reminding
from inventory.holds import warnings
from inventory.imports import staging
from inventory.maintenance import open_all_due
from inventory.photos import drafts, sweeping
from inventory.transfers import reminding as loans
from inventory.visitors import reports


async def sweep_photos(_settings: Settings) -> None:
    """Drop photographs and papers that no row names: of forms not sent again, and removed ones."""
    await drafts.delete_old_drafts()
    await sweeping.sweep_photos()


async def delete_old_imports(_settings: Settings) -> None:
    """Discard previews that nobody decided on for a month, and files of a week ago."""
    await staging.discard_undecided()
    await staging.delete_old_files()


async def erase_old_guests(_settings: Settings) -> None:
    """Erase the names of guests who brought everything back half a year ago."""
    await guests.erase_old_guests()


async def delete_old_visitor_reports(_settings: Settings) -> None:
    """Forget reports of visitors that were decided on long ago, and from where others came."""
    await reports.delete_old_reports()


async def remind_of_custody(settings: Settings) -> None:
    """Without a mail server nobody is reminded, and nothing waits for one."""
    if settings.mail is not None:
        await reminding.enqueue_reminders()
        await loans.enqueue_overdue()


async def open_planned_work(_settings: Settings) -> None:
    """Open the orders of maintenance plans that are due, soon after midnight by each school's clock."""
    await open_all_due()


JOBS: tuple[Job, ...] = (
    Job("inventory.delete_old_visitor_reports", 60 * 60, delete_old_visitor_reports),
    Job("inventory.remind_of_custody", every_seconds=300, run=remind_of_custody),
    Job("inventory.open_planned_work", 10 * 60, open_planned_work),
    Job("inventory.warn_of_bookings", 5 * 60, warnings.enqueue_warnings),
    Job("inventory.sweep_photos", every_seconds=24 * 60 * 60, run=sweep_photos),
    Job("inventory.forget_undecided_imports", 24 * 60 * 60, delete_old_imports),
    Job("inventory.erase_old_guests", 24 * 60 * 60, erase_old_guests),
)

HANDLERS: dict[str, Handler] = {}
