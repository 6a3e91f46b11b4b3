"""One web process: uvicorn around the application, on a socket that may have been bound before."""

import os
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from api.app import create_app
from core.settings import Settings
from labshare.engines.failure import EngineFailed

# Open downloads get this long to end when the process is asked to leave.
LEAVE_SECONDS = 10
KEEP_ALIVE_SECONDS = 65  # longer than the proxies in front, so that it is they who hang up first


def believed_proxies() -> str:
    """Who may say for whom they ask; an empty setting counts as not set, as all of them do."""
    return os.environ.get("LABSHARE_PROXIES") or "127.0.0.1"


def run(settings: Settings, server: socket.socket) -> None:
    """Serves until SIGTERM or Ctrl-C; EngineFailed if it could not start."""
    serve(create_app(settings), server)


def serve(app: Callable[..., Any], server: socket.socket) -> None:
    """Serves an application the way that Labshare's own is served."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=believed_proxies(),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LEAVE_SECONDS,
    )
    process = uvicorn.Server(config)
    process.run(sockets=[server])
    if not process.started:
        raise EngineFailed("the web process could not start: its reason is logged above")
