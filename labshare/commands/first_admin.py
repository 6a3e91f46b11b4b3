"""`labshare first-admin`: the link that `serve` prints by itself, for outside engines."""

import asyncio
import os

import click

from core import setup
from core.settings import Settings
from labshare.attached import attached, connected
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings


@click.command(name="first-admin")
@told_plainly
def command() -> None:
    """Print the one-time link for making the first school and its admin."""
    with attached(read_settings(os.environ)) as settings:
        code = asyncio.run(_create(settings))
        click.echo(f"{settings.base_url}/setup#{code}")


async def _create(settings: Settings) -> str:
    async with connected(settings):
        return await setup.create_link()
