"""`labshare worker`: jobs, outbox and polling beside outside engines, or under `serve`."""

import asyncio

import click

from labshare.attached import attached
from labshare.commands.engines import settings_of_a_service
from labshare.commands.failures import told_plainly
from labshare.processes import CAP_NET_BIND_SERVICE, CAP_NET_RAW
from labshare.root import drop_root


@click.command(name="worker")
@told_plainly
def command() -> None:
    """Run the schedule, the outbox and the polling. Any number of these may run."""
    from labshare import worker

    settings = settings_of_a_service()
    drop_root(settings, capabilities=(CAP_NET_BIND_SERVICE, CAP_NET_RAW))
    with attached(settings) as complete:
        asyncio.run(worker.run(complete))
