"""How often jobs failed or were left out: counted by each worker, added up for all of them."""

from collections import Counter

import msgspec

from core import database
from core.errors import Unavailable


class JobCount(msgspec.Struct, frozen=True):
    """One job that ever failed, or was left out since its run before was not over."""

    job: str
    failed: int
    missed: int


class JobCounts:
    """What this process has counted and not stored yet; asks nothing of the database until then."""

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()

    async def save(self) -> None:
        """Add it to the counts of all workers; without the database it waits for the next time."""
        failed, missed = self.failed.copy(), self.missed.copy()
        names = sorted(failed | missed)
        if not names:
            return
        try:
            await database.execute(
                "INSERT INTO job_count (job, failed, missed)"
                " SELECT * FROM unnest(:names::text[], :failed::bigint[], :missed::bigint[])"
                " ON CONFLICT (job) DO UPDATE SET failed = job_count.failed + excluded.failed,"
                " missed = job_count.missed + excluded.missed",
                names=names,
                failed=[failed[name] for name in names],
                missed=[missed[name] for name in names],
            )
        except Unavailable:
            return
        self.failed -= failed
        self.missed -= missed


async def list_counts() -> list[JobCount]:
    """Every job that has any, by name."""
    return await database.fetch(JobCount, "SELECT job, failed, missed FROM job_count ORDER BY job")
