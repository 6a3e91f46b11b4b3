"""Somebody with an account on the machine, who knocks at every door: a child that gives up root."""

import contextlib
import http.client
import multiprocessing
import os
import pwd
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 10.0
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
SETTINGS = 4  # the first frame of every HTTP/2 server (RFC 9113, 3.4)


def as_a_neighbour(knock: Callable[..., Any], *arguments: object) -> Any:
    """What `knock` returns in a process of the account `nobody`, or our own if we are no root."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_told, args=(sender, knock, arguments))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    finally:
        process.join()


def _told(sender: Any, knock: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    sender.send(knock(*arguments))


def ask_over_http(port: int, requests: list[tuple[str, str]]) -> dict[tuple[str, str], int | None]:
    """The status of each request, None where no HTTP is spoken."""
    return {(method, path): _status(port, method, path) for method, path in requests}


def _status(port: int, method: str, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, path, b"x" if method in ("PUT", "POST") else None)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def speaks_grpc(port: int, with_tls: bool, certificate: tuple[str, str] | None = None) -> bool:
    """Whether a server there lets us in so far that it sends its first frame of HTTP/2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if certificate:
        context.load_cert_chain(*certificate)
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as plain:
        plain.settimeout(SECONDS)
        with context.wrap_socket(plain) if with_tls else plain as line:
            line.sendall(PREFACE)
            answer = line.recv(9)
            return len(answer) == 9 and answer[3] == SETTINGS
    return False


def can_connect(paths: list[str]) -> list[str]:
    """Those unix sockets that take a connection."""
    taken = []
    for path in paths:
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.connect(path)
            taken.append(path)
    return taken


def can_read(paths: list[str]) -> list[str]:
    """Those files that open."""
    opened = []
    for path in paths:
        with contextlib.suppress(OSError), Path(path).open("rb"):
            opened.append(path)
    return opened
