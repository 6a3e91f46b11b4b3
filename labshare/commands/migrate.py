"""`labshare migrate`: the database into this program's shape."""

import asyncio
import os

import click

from labshare import logging
from labshare.attached import attached
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings
from labshare.migrations import migrate


@click.command(name="migrate")
@told_plainly
def command() -> None:
    """Run what the database has not had yet; a second one at the same time waits."""
    settings = read_settings(os.environ)
    logging.configure(settings.log)
    with attached(settings) as complete:
        assert complete.database_url is not None
        done = asyncio.run(migrate(complete.database_url))
    for name in done:
        click.echo(name)
    click.echo(f"{len(done)} migrations ran" if done else "nothing to do")
