"""What the worker does: every domain's jobs and outbox handlers, in the order of the layers."""

from core import housekeeping
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from inventory import jobs as inventory_jobs
from labshare import booking_notices, stationery, transfer_notices, webhooks
from monitoring import jobs as monitoring_jobs
from storage import jobs as storage_jobs

DOMAINS = (housekeeping, storage_jobs, inventory_jobs, monitoring_jobs, stationery, webhooks)


def all_jobs() -> tuple[Job, ...]:
    """Every scheduled job; two of one name would share a lock, so that is refused."""
    jobs = tuple(job for domain in DOMAINS for job in domain.JOBS)
    names = [job.name for job in jobs]
    if len(set(names)) != len(names):
        raise ValueError(f"two jobs have one name: {sorted(names)}")
    return jobs


def all_handlers(settings: Settings) -> dict[str, Handler]:
    """Every outbox topic with the one handler it has."""
    handlers: dict[str, Handler] = {}
    all_given = [domain.HANDLERS for domain in DOMAINS]
    sending = (monitoring_jobs, stationery, booking_notices, transfer_notices)
    all_given += [one.sending_handlers(settings) for one in sending]
    for given in all_given:
        for topic, handler in given.items():
            if topic in handlers:
                raise ValueError(f"two handlers for the topic {topic}")
            handlers[topic] = handler
    return handlers
