"""Ports on 127.0.0.1: chosen once, remembered in a file, chosen again only if somebody took one."""

import json
import secrets
import socket
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

from labshare.engines.account import Account
from labshare.engines.failure import EngineFailed
from labshare.engines.folders import write_private

LOOPBACK = "127.0.0.1"
LOOPBACK_NETWORK = ip_network("127.0.0.0/8")
# Below what Linux and macOS hand out to outgoing connections, so none of those can take one.
FIRST, LAST = 20000, 32000


def remembered_ports(
    path: Path, names: Sequence[str], account: Account, kind: int = socket.SOCK_STREAM
) -> dict[str, int]:
    """A free port for each name; the same ones as last time whenever that is possible."""
    known = _read(path)
    if set(known) == set(names) and all(is_free(port, kind) for port in known.values()):
        return known
    chosen = _choose(names, kind)
    write_private(path, json.dumps(chosen, indent=2) + "\n", account)
    return chosen


def is_free(port: int, kind: int = socket.SOCK_STREAM) -> bool:
    """Whether a server could listen there now (connections that are closing don't count)."""
    with socket.socket(type=kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _read(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: port for name, port in found.items() if isinstance(port, int)}


def _choose(names: Sequence[str], kind: int) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for _ in range(1000):
        if len(chosen) == len(names):
            return chosen
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if port not in chosen.values() and is_free(port, kind):
            chosen[names[len(chosen)]] = port
    raise EngineFailed(f"no free ports between {FIRST} and {LAST}")
