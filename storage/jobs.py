"""The library's schedule."""

import shutil
import time
from pathlib import Path

from anyio import to_thread

from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings
from storage import damage, finishing, sweeping

SCRUB_EVERY_DAYS = 30
LEFTOVER_SECONDS = 24 * 60 * 60
SCRUB_BYTES_AT_ONCE = 512 * 1024**2


async def finish_uploads(settings: Settings) -> None:
    """Make what has arrived into content; any number of workers share it."""
    folder = _work_folder(settings)
    await to_thread.run_sync(lambda: folder.mkdir(mode=0o700, parents=True, exist_ok=True))
    await finishing.finish_waiting(folder)


async def clear_away(settings: Settings) -> None:
    """End what nobody goes on with, and drop what nobody refers to."""
    await to_thread.run_sync(_remove_leftovers, _work_folder(settings))
    await sweeping.expire_uploads()
    await sweeping.delete_unused_blobs()


async def sweep(_settings: Settings) -> None:
    """Look for objects and parts that no row knows."""
    await sweeping.sweep_orphans()
    await sweeping.abort_unknown_parts()


async def scrub(_settings: Settings) -> None:
    """Read every blob once a month, and what somebody could not read within minutes."""
    await damage.scrub(older_than_days=SCRUB_EVERY_DAYS, most_bytes=SCRUB_BYTES_AT_ONCE)


def _work_folder(settings: Settings) -> Path:
    return settings.data / "work"


def _remove_leftovers(folder: Path) -> None:
    """Copies of files that a killed worker was reading."""
    for path in folder.glob(f"{finishing.WORK_PREFIX}*"):
        if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


JOBS: tuple[Job, ...] = (
    Job("library.finish_uploads", every_seconds=1, run=finish_uploads, singleton=False),
    Job("library.clear_away", every_seconds=10 * 60, run=clear_away),
    Job("library.scrub", every_seconds=10 * 60, run=scrub),
    Job("library.sweep", every_seconds=24 * 60 * 60, run=sweep),
)

HANDLERS: dict[str, Handler] = {}
