"""A domain's schedule, as data; the worker process runs it."""

from collections.abc import Awaitable, Callable

import msgspec

from core.settings import Settings


class Job(msgspec.Struct, frozen=True):
    """Run ``run(settings)`` every so often; a singleton runs in one worker of all at a time."""

    name: str
    every_seconds: int
    run: Callable[[Settings], Awaitable[None]]
    singleton: bool = True
