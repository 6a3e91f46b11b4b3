"""`labshare serve`: everything on one machine."""

import os
from pathlib import Path

import click

from labshare import logging
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings
from labshare.prepare_report import Prepared
from labshare.supervisor import Plan, serve

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@click.command(name="serve")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.  [default: LABSHARE_DATA or ./data]",
)
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="0.0.0.0 for the whole LAN.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--web-processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="One for each core that pages may use.",
)
@told_plainly
def command(data: Path | None, host: str, port: int, web_processes: int) -> None:
    """Run Labshare: database, object store, pages and worker, until Ctrl-C.

    With LABSHARE_DATABASE_URL or LABSHARE_S3_ENDPOINT set, that engine is used in place of ours.
    """
    settings = read_settings(os.environ, data)
    logging.configure(settings.log)
    serve(
        Plan(
            settings=settings,
            host=host,
            port=port,
            web_processes=web_processes,
            tell=lambda address, prepared: _tell(settings.base_url or address, prepared),
        )
    )


def _tell(address: str, prepared: Prepared) -> None:
    click.echo(f"Labshare is at {address}")
    if prepared.setup_code is not None:
        click.echo("Nobody has an account yet. Make the first school and its admin here:")
        click.echo(f"  {address}/setup#{prepared.setup_code}")
        click.echo("The link works once, for a day.")
    click.echo("Ctrl-C stops it.")
