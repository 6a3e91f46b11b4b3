"""`labshare alive`: for the health check of a container that runs a worker."""

import socket

import click

from core.database import fetch_value
from labshare.commands.engines import run_connected
from labshare.commands.failures import fail, told_plainly

LATE_SECONDS = 90


@click.command(name="alive")
@told_plainly
def command() -> None:
    """Exit 0 if a worker of this machine has given a sign of life in the last 90 seconds."""
    if not run_connected(lambda _: _is_alive()):
        fail(f"no worker of this machine gave a sign of life for {LATE_SECONDS} seconds")


async def _is_alive() -> bool:
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT 1 FROM heartbeat WHERE starts_with(process, $1)"
            " AND seen_at > now() - make_interval(secs => $2))",
            f"{socket.gethostname()}:",
            LATE_SECONDS,
        )
    )
