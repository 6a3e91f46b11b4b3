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


class Ask(msgspec.Struct, frozen=True):
    """One request: GET, or POST of a JSON body."""

    path: str
    body: bytes | None = None

    def head(self, target: "Target") -> str:
        method = "GET" if self.body is None else "POST"
        lines = f"{method} {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{target.server.port}\r\n"
        if self.body is not None:
            lines += (
                "sec-fetch-site: same-origin\r\ncontent-type: application/json\r\n"
                f"content-length: {len(self.body)}\r\n"
            )
        return f"{lines}{target.headers}\r\n"


class Target(msgspec.Struct):
    """A server on this machine and how to ask it."""

    server: Running
    headers: str = ""


async def run(target: Target, asks: Iterator[Ask], *, connections: int, seconds: float) -> Round:
    """Ask ``asks`` in turn over ``connections`` connections, for so many seconds or to their end."""
    began, worked = time.perf_counter(), target.server.processor_seconds()
    done = Round(0.0, [])
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_ask(target, asks, began + seconds, done))
    done.seconds = time.perf_counter() - began
    done.processor_seconds = target.server.processor_seconds() - worked
    return done


async def _ask(target: Target, asks: Iterator[Ask], until: float, done: Round) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.server.port)
    try:
        while (asked := time.perf_counter()) < until:
            if (one := next(asks, None)) is None:
                break
            writer.write(one.head(target).encode() + (one.body or b""))
            received = await _answer(reader, one.path)
            done.bytes_received += received
            done.latencies.append(time.perf_counter() - asked)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, path: str) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
        raise SystemExit(f"{path} was answered by {head[:80]!r}: {body[:200]!r}")
    return len(head) + length
