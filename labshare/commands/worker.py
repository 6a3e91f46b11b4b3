"""`labshare worker`: jobs, outbox and polling beside outside engines, or under `serve`."""

import asyncio
import os

import click

from labshare import logging
from labshare.attached import attached
from labshare.commands.failures import fail, told_plainly
from labshare.environment import read_settings
from labshare.processes import CAP_NET_BIND_SERVICE, CAP_NET_RAW
from labshare.root import drop_root


@click.command(name="worker")
@told_plainly
def command() -> None:
    """Run the schedule, the outbox and the polling. Any number of these may run."""
    from labshare import worker

    settings = read_settings(os.environ)
    logging.configure(settings.log)
    if settings.database_url is None or settings.s3 is None:
        fail("set LABSHARE_DATABASE_URL and LABSHARE_S3_ENDPOINT, or use `labshare serve`")
    drop_root(settings, capabilities=(CAP_NET_BIND_SERVICE, CAP_NET_RAW))
    with attached(settings) as complete:
        asyncio.run(worker.run(complete))
