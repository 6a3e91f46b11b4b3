"""Readers that take too much, each in its own way; run in the process with limits."""

import os
import signal
import time
from pathlib import Path


def memory(_: bytes) -> bytes:
    return bytes(4 * 1024**3)[:1]


def processor(_: bytes) -> bytes:
    while True:
        pass


def patience(_: bytes) -> bytes:
    time.sleep(3600)
    return b""


def answer(_: bytes) -> bytes:
    return bytes(3_000_000)


def crash(_: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def file(_: bytes, path: str) -> bytes:
    with Path(path).open("wb") as target:
        for _turn in range(64):
            target.write(bytes(1024 * 1024))
    return b""


def echo(data: bytes, *arguments: str) -> bytes:
    return data + "".join(arguments).encode()


def surroundings(_: bytes) -> bytes:
    return "\n".join(os.environ).encode()
