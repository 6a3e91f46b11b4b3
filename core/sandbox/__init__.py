"""Foreign files are read in a process of their own, within limits: what it spends is its own.

A file from outside may make its reader need any amount of memory or time, or crash it. So nothing
that unpacks or decodes such a file runs inside a web process or a worker.
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from core.errors import Unavailable, say

MB = 1024 * 1024
# Reading is for the processor; more at once would leave the polls of a small computer no processor time.
AT_ONCE = 2
LONGEST_WAIT_SECONDS = 120

_limiter = asyncio.Semaphore(AT_ONCE)


class Limits(msgspec.Struct, frozen=True):
    """What one reading may spend: address space, processor time, time, answer and files."""

    memory_bytes: int = 1536 * MB
    cpu_seconds: int = 60
    wall_seconds: float = 90
    output_bytes: int = 32 * MB
    file_bytes: int = 64 * MB


class ReadingFailed(Exception):
    """The reader crashed on this file, or it needs more than the limits."""


async def run(
    function: str,
    *arguments: str,
    data: bytes = b"",
    folder: Path | None = None,
    limits: Limits | None = None,
) -> bytes:
    """What ``function`` ("module:name", called with ``data`` and ``arguments``) returns.

    ReadingFailed if it raises, dies or reaches a limit; Unavailable if others are being read for
    too long. ``folder`` is where it works and may write.
    """
    # Not at the top: the process that reads loads this package too, and needs no database driver,
    # which would take two thirds of the time of a small picture.
    from core.connections import refuse_in_transaction

    refuse_in_transaction("reading a file")
    try:
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            await _limiter.acquire()
    except TimeoutError as error:
        raise Unavailable(
            say("Other files are being read at the moment; try again in a minute"), code="busy"
        ) from error
    try:
        return await _run(function, arguments, data, folder, limits or Limits())
    finally:
        _limiter.release()


async def _run(
    function: str, arguments: tuple[str, ...], data: bytes, folder: Path | None, limits: Limits
) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "core.sandbox",
        msgspec.json.encode(limits).decode(), function, *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        cwd=folder or "/",
    )  # fmt: skip
    try:
        async with asyncio.timeout(limits.wall_seconds):
            _, output = await asyncio.gather(
                _send(process, data), _received(process, limits.output_bytes)
            )
            status = await process.wait()
    except TimeoutError as error:
        raise ReadingFailed("it took too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        raise ReadingFailed(f"it ended with {status}")
    return output


async def _send(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin
    # A reader that has read enough, or was killed, reads no more; its exit code says which.
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _received(process: asyncio.subprocess.Process, most: int) -> bytes:
    assert process.stdout
    output = bytearray()
    while piece := await process.stdout.read(64 * 1024):
        output += piece
        if len(output) > most:
            raise ReadingFailed("its answer is too large")
    return bytes(output)


def _environment() -> dict[str, str]:
    # Nothing of ours but the path of our modules: no keys, no addresses.
    root = str(Path(__file__).resolve().parent.parent.parent)
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        # One thread of linear algebra, one of image work: memory limits count every stack.
        "OMP_NUM_THREADS": "1",
    }
