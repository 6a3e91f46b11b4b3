"""The engines that a command works with, from the settings of the environment."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.settings import Settings
from labshare import logging
from labshare.attached import attached, connected
from labshare.commands.failures import fail
from labshare.environment import read_settings

R = TypeVar("R")


def run_connected(work: Callable[[Settings], Awaitable[R]], *, with_objects: bool = False) -> R:
    """What ``work`` returns, run with the database, and the store if asked for, connected.

    They are those of the settings, else those of a running service, else started for the while.
    """

    async def run(settings: Settings) -> R:
        async with connected(settings):
            return await work(settings)

    with attached(read_settings(os.environ), with_objects=with_objects) as settings:
        return asyncio.run(run(settings))


def settings_of_a_service() -> Settings:
    """The settings of a process beside outside engines, and its log configured by them."""
    settings = read_settings(os.environ)
    logging.configure(settings.log)
    if settings.database_url is None or settings.s3 is None:
        fail("set LABSHARE_DATABASE_URL and LABSHARE_S3_ENDPOINT, or use `labshare serve`")
    return settings
