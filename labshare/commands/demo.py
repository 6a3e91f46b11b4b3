"""`labshare demo`: all of Labshare with sample data, simulated devices and sign-ins to try."""

import os
from pathlib import Path

import click
import msgspec

from core.settings import Settings
from labshare import logging, simulated_devices
from labshare.commands.failures import fail, told_plainly
from labshare.commands.serve import DEFAULT_HOST, DEFAULT_PORT
from labshare.engines.account import OURSELVES
from labshare.engines.folders import private_folder
from labshare.engines.ports import LOOPBACK, LOOPBACK_NETWORK
from labshare.environment import read_settings
from labshare.keeper import Keeper
from labshare.prepare_report import Prepared
from labshare.supervisor import Plan, serve

FOLDER = "demo"
MARK = "sample-data"
TRAP_PORT = 1162


@click.command(name="demo")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the sample data.  [default: demo inside LABSHARE_DATA or ./data]",
)
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="0.0.0.0 for the whole LAN.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535))
@told_plainly
def command(data: Path | None, host: str, port: int) -> None:
    """Try Labshare: two schools with a year behind them, until Ctrl-C. Needs no other engines."""
    settings = read_settings(os.environ, data)
    if data is None:
        settings = msgspec.structs.replace(settings, data=settings.data / FOLDER)
    # Sample data never goes where a school's own may be.
    settings = msgspec.structs.replace(settings, database_url=None, s3=None)
    # The simulated devices are on this machine, where no school's are.
    settings = msgspec.structs.replace(
        settings,
        networks=(*settings.networks, LOOPBACK_NETWORK),
        webhook_networks=(*settings.webhook_networks, LOOPBACK_NETWORK),
    )
    if settings.trap_address is None:
        settings = msgspec.structs.replace(settings, trap_address=(LOOPBACK, TRAP_PORT))
    logging.configure(settings.log)
    _mark(settings.data)
    click.echo("Starting. The first time takes a minute: a year of sample data is made.", err=True)
    serve(
        Plan(
            settings=settings,
            host=host,
            port=port,
            web_processes=1,
            prepare_arguments=("--demo",),
            extra=(_devices,),
            tell=lambda address, prepared: _tell(settings, address, prepared),
        )
    )


def _mark(data: Path) -> None:
    """Refuses a folder with a database that the demo did not make."""
    mark = data / MARK
    if (data / "postgres").exists() and not mark.exists():
        fail(f"{data} holds a Labshare of its own: choose another folder with --data")
    if not mark.exists():
        private_folder(data, OURSELVES)
        mark.touch(mode=0o600)


def _devices(data: Path) -> Keeper:
    return Keeper(simulated_devices.NAME, simulated_devices.program(data))


def _tell(settings: Settings, address: str, prepared: Prepared) -> None:
    click.echo(f"\nLabshare with sample data is at {settings.base_url or address}\n")
    width = max(len(one.login) for one in prepared.sign_ins)
    shown: set[str] = set()
    for one in prepared.sign_ins:
        if one.role not in shown:
            shown.add(one.role)
            role = one.role.replace("_", " ")
            click.echo(f"  {role:<15} {one.login:<{width}}  {one.password}")
    click.echo("\nCtrl-C stops it; the next start finds everything again.")
