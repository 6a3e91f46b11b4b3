"""`labshare store`: the object store that `serve` brings, alone, for other machines' processes."""

import contextlib
import os
from pathlib import Path

import click

from core.settings import Settings
from labshare import logging
from labshare.commands.failures import fail, told_plainly
from labshare.commands.serve import DEFAULT_HOST
from labshare.engines.object_store import Gateway
from labshare.environment import read_settings
from labshare.signals import Signals, StopRequested
from labshare.store_keeper import StoreKeeper

PORT = 8333
LOOK_SECONDS = 5.0
KEYS = ("LABSHARE_S3_ACCESS_KEY", "LABSHARE_S3_SECRET_KEY")


@click.command(name="store")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files.  [default: LABSHARE_DATA or ./data]",
)
@click.option("--host", default=DEFAULT_HOST, show_default=True)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@told_plainly
def command(data: Path | None, host: str, port: int) -> None:
    """Run an S3 store for `labshare web` and `worker` on other machines, until Ctrl-C.

    Its keys are LABSHARE_S3_ACCESS_KEY and LABSHARE_S3_SECRET_KEY. It is repaired after a power
    cut, and started again when it dies. Requests are signed, and not encrypted.
    """
    settings = read_settings(os.environ, data)
    logging.configure(settings.log)
    access_key, secret_key = (os.environ.get(name, "") for name in KEYS)
    if not access_key or not secret_key:
        fail(f"set {' and '.join(KEYS)} to keys of your choice")
    run(settings, Gateway(host, port, access_key, secret_key))


def run(settings: Settings, gateway: Gateway) -> None:
    """Runs the store until it is asked to stop; EngineFailed if it cannot start."""
    with Signals() as signals, contextlib.suppress(StopRequested):
        with signals.interruptible():
            keeper = StoreKeeper(settings.data, gateway=gateway)
        try:
            click.echo(f"The object store takes requests at http://{gateway.host}:{gateway.port}")
            while not signals.stop_requested:
                signals.wait(min(keeper.tend(), LOOK_SECONDS))
        finally:
            keeper.stop()
