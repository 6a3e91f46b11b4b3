"""A program of somebody else that is told of things: an HTTP server on this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from tests.patience import EVERY_SECONDS, MANY_LOOKS


class Received(msgspec.Struct, frozen=True):
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, object]:
        decoded: dict[str, object] = msgspec.json.decode(self.body)
        return decoded


class Receiver:
    """What came, and how it is answered: ``answer`` is a whole response for each request."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.answer: Callable[[Received], bytes] = lambda _: answer(200)
        # While it is not set, nobody is answered.
        self.is_awake = asyncio.Event()
        self.is_awake.set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=labshare"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                pairs = (line.split(": ", 1) for line in head[1:] if line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                received = Received(head[0], headers, body)
                self.messages.append(received)
                await self.is_awake.wait()
                writer.write(self.answer(received))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A response of HTTP/1.1."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def running() -> AsyncIterator[Receiver]:
    """A receiver for the length of the block."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.is_awake.set()
        server.close()


async def until(is_so: Callable[[], bool]) -> None:
    """Return once it is so; TimeoutError if it never is."""
    for _ in range(MANY_LOOKS):
        if is_so():
            return
        await asyncio.sleep(EVERY_SECONDS)
    raise TimeoutError("it never came to pass")
