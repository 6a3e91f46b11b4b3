"""`labshare first-admin`: the link that `serve` prints by itself, for outside engines."""

import click

from core import setup
from core.settings import Settings
from labshare.commands.engines import run_connected
from labshare.commands.failures import told_plainly


@click.command(name="first-admin")
@told_plainly
def command() -> None:
    """Print the one-time link for making the first school and its admin."""

    async def create_link(settings: Settings) -> str:
        return f"{settings.base_url}/setup#{await setup.create_link()}"

    click.echo(run_connected(create_link))
