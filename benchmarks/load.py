"""A client that costs little: keep-alive connections, each asking again as soon as it is answered."""

import asyncio
import time
from collections.abc import Iterator

import msgspec

from benchmarks.stack import Running


class Round(msgspec.Struct):
    """What one server did in one round."""

    seconds: float
    latencies: list[float]
    bytes_received: int = 0
    processor_seconds: float = 0.0

    @property
    def processor_us(self) -> float:
        """Microseconds of the server's processor time for one request."""
        return self.processor_seconds / len(self.latencies) * 1e6

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


class Target(msgspec.Struct):
    """A server on this machine and how to ask it."""

    server: Running
    headers: str = ""


async def run(target: Target, paths: Iterator[str], *, connections: int, seconds: float) -> Round:
    """Ask ``paths`` in turn over ``connections`` connections for so many seconds."""
    began, worked = time.perf_counter(), target.server.processor_seconds()
    done = Round(0.0, [])
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_ask(target, paths, began + seconds, done))
    done.seconds = time.perf_counter() - began
    done.processor_seconds = target.server.processor_seconds() - worked
    return done


async def _ask(target: Target, paths: Iterator[str], until: float, done: Round) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.server.port)
    try:
        while (asked := time.perf_counter()) < until:
            path = next(paths)
            writer.write(
                f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{target.server.port}\r\n"
                f"{target.headers}\r\n".encode()
            )
            received = await _answer(reader, path)
            done.bytes_received += received
            done.latencies.append(time.perf_counter() - asked)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, path: str) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{path} was answered by {head[:80]!r}: {body[:200]!r}")
    return len(head) + length
