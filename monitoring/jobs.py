"""What monitoring does by the clock; visits have a loop of their own (monitoring/poller.py)."""

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from monitoring import samples


async def _keep_partitions(_settings: Settings) -> None:
    await samples.keep_partitions()


JOBS: tuple[Job, ...] = (
    Job("monitoring.sample_partitions", every_seconds=3600, run=_keep_partitions),
)
HANDLERS: dict[str, Handler] = {}
