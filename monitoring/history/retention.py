"""What is old goes, a partition at a time, and never before it was rolled up."""

from datetime import timedelta

from core import clock
from core.database import execute, transaction
from core.settings import Settings
from monitoring.history import rollups, samples
from monitoring.history.samples import DAYS, HOURS, SAMPLES, Part

YEARS_OF_DAYS = 10


async def maintain_partitions(settings: Settings) -> None:
    """Prepare the days to come, and drop what is older than the settings say."""
    today = clock.now().date()
    await samples.prepare_coming_days()
    oldest_sample = today - timedelta(days=settings.keep_samples_days)
    for part in await SAMPLES.parts():
        if part.end <= oldest_sample:
            await _drop_samples(part)
    # Hours go no sooner than their samples, from which late ones are still rolled up.
    hours_days = max(settings.keep_hours_days, settings.keep_samples_days + 1)
    for part in await HOURS.parts():
        if part.end <= today - timedelta(days=hours_days) and await _has_days(part):
            await execute(f"DROP TABLE {part.name}")
    for part in await DAYS.parts():
        if part.end.year <= today.year - YEARS_OF_DAYS:
            await execute(f"DROP TABLE {part.name}")


async def _drop_samples(part: Part) -> None:
    """Roll up what came late, then drop: both or neither, and nothing is written in between."""
    async with transaction():
        await rollups.one_at_a_time()
        await execute(f"LOCK TABLE {part.name} IN SHARE MODE")
        await rollups.roll_part(part)
        await execute(f"DROP TABLE {part.name}")


async def _has_days(part: Part) -> bool:
    marks = [await rollups.rolled_until(f"days {zone}") for zone in await rollups.zones()]
    return all(mark is not None and mark >= part.ends_at for mark in marks)
