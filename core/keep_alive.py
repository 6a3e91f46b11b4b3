"""Both ends of a TCP connection notice within a minute that the other machine has vanished.

A machine that loses its power or its cable says no good-bye: without this PostgreSQL keeps its
session, and every lock of it, for the two hours that Linux waits by default. Over a Unix socket
there is nothing to notice, and PostgreSQL ignores these settings.
"""

import os
import socket

import asyncpg

IDLE_SECONDS = 30
INTERVAL_SECONDS = 10
COUNT = 3
UNANSWERED_MS = 60_000

SERVER_SETTINGS = {
    "tcp_keepalives_idle": str(IDLE_SECONDS),
    "tcp_keepalives_interval": str(INTERVAL_SECONDS),
    "tcp_keepalives_count": str(COUNT),
    "tcp_user_timeout": str(UNANSWERED_MS),
}

# By the names that the platform has; TCP_USER_TIMEOUT (RFC 5482) is Linux's alone.
_OPTIONS = {
    "TCP_KEEPIDLE": IDLE_SECONDS,
    "TCP_KEEPINTVL": INTERVAL_SECONDS,
    "TCP_KEEPCNT": COUNT,
    "TCP_USER_TIMEOUT": UNANSWERED_MS,
}


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that can say what becomes of its socket."""

    __slots__ = ()

    def keep_alive(self) -> None:
        """Let our end ask too whether the server is still there; nothing over a Unix socket."""
        ours = self.own_socket()
        if ours is None:
            return
        with ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _OPTIONS.items():
                if hasattr(socket, name):
                    ours.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def own_socket(self) -> socket.socket | None:
        """The TCP socket under a second descriptor, to be closed; None where there is none."""
        under = self._transport.get_extra_info("socket")
        if under is None or under.family not in (socket.AF_INET, socket.AF_INET6):
            return None
        return socket.socket(fileno=os.dup(under.fileno()))
