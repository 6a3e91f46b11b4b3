"""`labshare web`: one web process beside outside engines, or under `labshare serve`."""

import socket

import click

from labshare.attached import attached
from labshare.commands.engines import settings_of_a_service
from labshare.commands.failures import told_plainly
from labshare.commands.serve import DEFAULT_HOST, DEFAULT_PORT
from labshare.listening import listen
from labshare.processes import CAP_NET_BIND_SERVICE
from labshare.root import drop_root

FIRST_OPEN_PORT = 1024


@click.command(name="web")
@click.option("--host", default=DEFAULT_HOST, show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--fd", type=int, hidden=True, help="A listening socket handed down by `serve`.")
@told_plainly
def command(host: str, port: int, fd: int | None) -> None:
    """Serve the pages and the API. Any number of these may run against one database and store."""
    from labshare import web

    settings = settings_of_a_service()
    drop_root(settings, capabilities=(CAP_NET_BIND_SERVICE,) if 0 < port < FIRST_OPEN_PORT else ())
    server = listen(host, port) if fd is None else socket.socket(fileno=fd)
    with server, attached(settings) as complete:
        web.run(complete, server)
