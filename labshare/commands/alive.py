"""`labshare alive`: for the health check of a container that runs a worker."""

import asyncio
import os
import socket

import click

from core.database import fetch_value
from core.settings import Settings
from labshare.attached import attached, connected
from labshare.commands.failures import fail, told_plainly
from labshare.environment import read_settings

LATE_SECONDS = 90


@click.command(name="alive")
@told_plainly
def command() -> None:
    """Exit 0 if a worker of this machine has given a sign of life in the last 90 seconds."""
    with attached(read_settings(os.environ)) as settings:
        if not asyncio.run(_is_alive(settings)):
            fail(f"no worker of this machine gave a sign of life for {LATE_SECONDS} seconds")


async def _is_alive(settings: Settings) -> bool:
    async with connected(settings):
        return bool(
            await fetch_value(
                "SELECT EXISTS (SELECT 1 FROM heartbeat WHERE starts_with(process, $1)"
                " AND seen_at > now() - make_interval(secs => $2))",
                f"{socket.gethostname()}:",
                LATE_SECONDS,
            )
        )
