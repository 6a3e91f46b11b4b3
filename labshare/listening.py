"""The one port that faces users: bound once, so that a web process may die without closing it."""

import socket

from labshare.engines.failure import EngineFailed

BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or EngineFailed with what to do about it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        server = socket.socket(family, kind, protocol)
    except OSError as error:
        raise EngineFailed(f"can't listen at {host}: {error.strerror}") from error
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(BACKLOG)
    except OSError as error:
        server.close()
        raise EngineFailed(
            f"can't listen at {host} port {port} ({error.strerror}): choose another with --port"
        ) from error
    return server


def address_of(server: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = server.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
