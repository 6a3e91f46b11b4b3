"""A domain's schedule, as data; the worker process runs it."""

from collections.abc import Awaitable, Callable

import msgspec

from core.settings import Settings

# Nobody waits for a job, and a sum over a year of samples takes its time; but a statement that
# waits for ever would keep the job from ever running again.
STATEMENT_SECONDS = 3600.0


class Job(msgspec.Struct, frozen=True):
    """Run ``run(settings)`` every so often; a singleton runs in one worker of all at a time.

    None of its statements may take longer than ``statement_seconds``.
    """

    name: str
    every_seconds: int
    run: Callable[[Settings], Awaitable[None]]
    singleton: bool = True
    statement_seconds: float = STATEMENT_SECONDS
