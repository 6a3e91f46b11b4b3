"""One web process: uvicorn around the application, on a socket that may have been bound before."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn

from api.app import create_app
from core.settings import Settings
from labshare.engines.failure import EngineFailed
from labshare.file_limit import raise_file_limit
from labshare.gate import Gate
from labshare.http_protocol import BoundedProtocol, Bounds
from labshare.startup import nothing_to_collect

# Open downloads get this long to end when the process is asked to leave.
LEAVE_SECONDS = 10
KEEP_ALIVE_SECONDS = 65  # longer than the proxies in front, so that it is they who hang up first
# What the process opens besides: the pool, the store, files of forms.
OTHER_FILES = 256
LEAST_CONNECTIONS = 64


def run(settings: Settings, server: socket.socket) -> None:
    """Serves until SIGTERM or Ctrl-C; EngineFailed if it could not start."""
    with nothing_to_collect():
        app = create_app(settings)
    serve(app, server, settings)


def serve(app: Callable[..., Any], server: socket.socket, settings: Settings | None = None) -> None:
    """Serves an application the way that Labshare's own is served."""
    process = uvicorn.Server(configuration(app, settings or Settings()))
    process.run(sockets=[server])
    if not process.started:
        raise EngineFailed("the web process could not start: its reason is logged above")


def configuration(
    app: Callable[..., Any], settings: Settings, bounds: Bounds | None = None
) -> uvicorn.Config:
    """uvicorn with our bounds; a proxy is believed only where LABSHARE_PROXIES names it."""
    gate = Gate(
        per_address=settings.connections_per_address,
        total=max(LEAST_CONNECTIONS, raise_file_limit() - OTHER_FILES),
        proxies=settings.proxies,
    )
    protocol = partial(BoundedProtocol, bounds=bounds or Bounds(), gate=gate)
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=cast(Any, protocol),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=",".join(settings.proxies),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LEAVE_SECONDS,
    )
