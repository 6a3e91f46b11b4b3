"""Clients that send too much, too slowly, or in too many connections, on real sockets.

The deadlines themselves are not waited for: a test calls what the timer would call, once the bytes
in question have arrived.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import uvicorn

from core.settings import Settings
from labshare.gate import Gate
from labshare.http_protocol import BoundedProtocol, Bounds, Reading
from labshare.web import configuration

NEVER = 3600.0
SLOW = Bounds(head_seconds=NEVER, body_seconds=NEVER, answer_seconds=NEVER)
AT_ONCE = Bounds(head_seconds=0.05, body_seconds=0.05, answer_seconds=0.05)


class Echo:
    """Takes a body in and says how long it was; "/early" answers before, "/large" gives much."""

    def __init__(self) -> None:
        self.bodies: list[int] = []
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.paths.append(scope["path"])
        length = 0
        while scope["path"] != "/early":
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            length += len(message["body"])
            if not message["more_body"]:
                break
        self.bodies.append(length)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(64 if scope["path"] == "/large" else 0):
            await send({"type": "http.response.body", "body": b"x" * 1024**2, "more_body": True})
        await send({"type": "http.response.body", "body": b"%d" % length})

    async def _live(self, receive: Any, send: Any) -> None:
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})


class Served(msgspec.Struct):
    """A server on this loop."""

    port: int
    server: uvicorn.Server
    echo: Echo

    @property
    def protocols(self) -> list[BoundedProtocol]:
        return [
            one for one in self.server.server_state.connections if isinstance(one, BoundedProtocol)
        ]

    async def connect(self, first: bytes = b"") -> "Client":
        before = set(self.protocols)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(first)
        await until(lambda: len(set(self.protocols) - before) == 1)
        (protocol,) = set(self.protocols) - before
        return Client(reader, writer, protocol)


class Client(msgspec.Struct):
    """One connection, from both ends."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    protocol: BoundedProtocol

    async def answer(self) -> str:
        """Everything until the server closes."""
        read = await self.reader.read()
        self.writer.close()
        return read.decode()


async def until(holds: Any) -> None:
    """Wait for a state; the test's own time-out ends a wait in vain."""
    while not holds():  # noqa: ASYNC110 - what is waited for are bytes in another object
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def serving(bounds: Bounds, **settings: Any) -> AsyncIterator[Served]:
    echo = Echo()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configuration(echo, Settings(**settings), bounds))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield Served(listening.getsockname()[1], server, echo)
        finally:
            server.should_exit = server.force_exit = True
            await running


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SLOW) as one:
        yield one


def request(target: str = "/", headers: str = "", method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/1.1\r\nhost: labshare.test\r\n{headers}\r\n".encode()


async def test_a_usual_request_is_answered(served: Served) -> None:
    client = await served.connect(request(headers="connection: close\r\n"))
    assert (await client.answer()).startswith("HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(headers=f"cookie: {'x' * 33_000}\r\n"), 431),
        (request(headers="a: b\r\n" * 8000), 431),
        (b"GET / HTTP/1.1\r\ncookie: " + b"x" * 33_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 8000, 431),
        (request("/" + "x" * 9000), 414),
        (b"GET /" + b"x" * 9000, 414),
        (b"GET /" + b"x" * 40_000, 414),
        (request("/\xff"), 400),
        (b"\x16\x03\x01 nonsense\r\n\r\n", 400),
        (request(headers="transfer-encoding: chunked\r\n", method="POST") + b"zz\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET http://labshare.test/ HTTP/1.1\r\n\r\n", 400),
        (request(headers="host: other.test\r\n"), 400),
        (request(headers="Host: labshare.test\r\n"), 400),
        (b"GET / HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n", 400),
    ],
)  # fmt: skip
async def test_what_is_too_large_or_no_request_is_refused(
    served: Served, sent: bytes, status: int
) -> None:
    client = await served.connect(sent)
    answer = await client.answer()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert "connection: close" in answer
    assert served.echo.paths in ([], ["/"])


async def test_a_request_of_http_1_0_needs_no_host(served: Served) -> None:
    client = await served.connect(b"GET / HTTP/1.0\r\n\r\n")
    assert (await client.answer()).startswith("HTTP/1.1 200 OK")


CHUNKED = request("/", "transfer-encoding: chunked\r\n", "POST")


@pytest.mark.parametrize("extended", [b"1;" + b"a=b;" * 20_000, b"1;a=" + b"x" * 80_000])
async def test_an_extension_of_a_chunk_that_does_not_end_is_refused(
    served: Served, extended: bytes
) -> None:
    client = await served.connect(CHUNKED)
    await until(lambda: client.protocol.reading is Reading.body)
    client.writer.write(extended)
    assert (await client.answer()).startswith("HTTP/1.1 400 ")
    assert served.echo.bodies == []


async def test_extensions_of_many_chunks_count_together(served: Served) -> None:
    client = await served.connect(CHUNKED)
    await until(lambda: client.protocol.reading is Reading.body)
    client.writer.write((b"1;a=" + b"x" * 2_000 + b"\r\nx\r\n") * 40)
    assert (await client.answer()).startswith("HTTP/1.1 400 ")
    assert served.echo.bodies == []


@pytest.mark.parametrize("size", [1, 700])
async def test_a_body_in_many_chunks_without_extensions_passes(served: Served, size: int) -> None:
    client = await served.connect(
        request("/", "transfer-encoding: chunked\r\nconnection: close\r\n", "POST")
    )
    await until(lambda: client.protocol.reading is Reading.body)
    client.writer.write((b"%x\r\n" % size + b"x" * size + b"\r\n") * 20_000 + b"0\r\n\r\n")
    assert (await client.answer()).startswith("HTTP/1.1 200 OK")
    assert served.echo.bodies == [20_000 * size]


async def test_what_frames_a_body_is_no_movement_of_it(served: Served) -> None:
    client = await served.connect(CHUNKED)
    await until(lambda: client.protocol.reading is Reading.body)
    client.writer.write(b"1;a=" + b"x" * 20_000 + b"\r\nx")
    await until(lambda: client.protocol.moved_bytes)
    assert client.protocol.moved_bytes == 1
    client.protocol.look_at_body()
    assert (await client.answer()).startswith("HTTP/1.1 408 ")


async def test_the_refusal_is_in_both_languages(served: Served) -> None:
    client = await served.connect(request(headers=f"cookie: {'x' * 33_000}\r\n"))
    answer = await client.answer()
    assert "Your browser sends too much" in answer
    assert "浏览器" in answer


async def test_headers_up_to_the_bound_pass(served: Served) -> None:
    headers = f"cookie: {'x' * 31_000}\r\nconnection: close\r\n"
    client = await served.connect(request("/" + "y" * 1000, headers))
    assert (await client.answer()).startswith("HTTP/1.1 200")


async def test_trailers_do_not_grow_the_headers_of_a_request(served: Served) -> None:
    head = request("/early", "transfer-encoding: chunked\r\n", "POST")
    client = await served.connect(head + b"1\r\nx\r\n")
    await until(lambda: served.echo.bodies)
    before = list(client.protocol.headers)
    client.writer.write(b"0\r\nauthorization: Bearer x\r\n\r\n")
    await until(lambda: client.protocol.reading is Reading.nothing)
    assert client.protocol.headers == before


async def test_a_head_that_does_not_end_is_given_up(served: Served) -> None:
    client = await served.connect(b"GET / HTTP/1.1\r\nhost: ")
    await until(lambda: client.protocol._raw_head_bytes)
    client.protocol.look_at_head()
    assert (await client.answer()).startswith("HTTP/1.1 408")


async def test_a_connection_that_says_nothing_is_closed_without_a_word(served: Served) -> None:
    client = await served.connect()
    client.protocol.look_at_head()
    assert await client.answer() == ""


async def test_a_head_of_the_next_request_has_its_time_too(served: Served) -> None:
    client = await served.connect(request())
    await until(lambda: served.echo.bodies)
    assert client.protocol._read_timer is None
    client.writer.write(b"\r\n")
    await until(lambda: client.protocol._read_timer is not None)
    client.protocol.look_at_head()
    assert "408" in await client.answer()


async def test_a_stray_line_does_not_cut_off_the_answer_under_way(served: Served) -> None:
    client = await served.connect(request("/", "content-length: 1\r\n", "POST"))
    await until(lambda: client.protocol.reading is Reading.body)
    client.protocol.reading = Reading.head
    client.protocol.look_at_head()
    assert not client.protocol.transport.is_closing()
    assert client.protocol._read_timer is not None


async def test_a_body_that_moves_keeps_its_time_and_one_that_stops_is_given_up(
    served: Served,
) -> None:
    piece = b"x" * (8 * 1024)
    client = await served.connect(request("/", f"content-length: {10 * len(piece)}\r\n", "PUT"))
    await until(lambda: client.protocol.reading is Reading.body)
    for _ in range(5):
        client.writer.write(piece)
        await until(lambda: client.protocol.moved_bytes >= len(piece))
        client.protocol.look_at_body()
        assert not client.protocol.transport.is_closing()
    client.writer.write(b"x")
    await until(lambda: client.protocol.moved_bytes == 1)
    client.protocol.look_at_body()
    assert (await client.answer()).startswith("HTTP/1.1 408")
    assert served.echo.bodies == []


async def test_a_body_for_which_we_make_it_wait_is_not_given_up(served: Served) -> None:
    client = await served.connect(request("/", "content-length: 5\r\n", "PUT"))
    await until(lambda: client.protocol.reading is Reading.body)
    client.protocol.flow.read_paused = True
    client.protocol.look_at_body()
    assert not client.protocol.transport.is_closing()


async def test_a_body_that_goes_on_after_its_answer_is_cut_off(served: Served) -> None:
    client = await served.connect(request("/early", "content-length: 90000\r\n", "PUT"))
    await until(lambda: served.echo.bodies)
    client.writer.write(b"x" * 20_000)
    await until(lambda: client.protocol.moved_bytes == 20_000)
    client.protocol.look_at_body()
    assert (await client.answer()).startswith("HTTP/1.1 200")


async def test_every_deadline_comes_by_itself() -> None:
    async with serving(AT_ONCE) as served:
        for sent in (
            b"",
            b"GET /",
            request("/", "content-length: 5\r\n", "PUT"),
            request("/early", "content-length: 90000\r\n", "PUT"),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(sent)
            await reader.read()
            writer.close()
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        writer.write(request("/large"))
        # Nobody reads the answer: the server hangs up although most of it waits to be taken.
        await until(lambda: served.echo.paths[-1] == "/large")
        await until(lambda: not served.protocols)
        writer.close()


async def test_one_address_has_a_bound_of_connections() -> None:
    async with serving(SLOW, connections_per_address=3) as served:
        clients = [await served.connect() for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        answer = (await reader.read()).decode()
        assert answer.startswith("HTTP/1.1 429 ")
        assert "retry-after" in answer
        writer.close()
        # Another address of the machine is another neighbour.
        other, its_writer = await asyncio.open_connection(
            "127.0.0.1", served.port, local_addr=("127.0.0.2", 0)
        )
        its_writer.write(request(headers="connection: close\r\n"))
        assert (await other.read()).startswith(b"HTTP/1.1 200")
        its_writer.close()
        clients[0].writer.close()
        await until(lambda: len(served.protocols) == 2)
        again = await served.connect(request(headers="connection: close\r\n"))
        assert (await again.answer()).startswith("HTTP/1.1 200")
        for client in clients:
            client.writer.close()
        await until(lambda: not served.protocols)
        assert again.protocol.gate.open_from("127.0.0.1") == 0


@pytest.mark.parametrize("proxies", [("127.0.0.0/8",), ("*",), ("192.0.2.1/32", "127.0.0.1/32")])
async def test_a_named_proxy_carries_all(proxies: tuple[str, ...]) -> None:
    async with serving(SLOW, connections_per_address=1, proxies=proxies) as served:
        clients = [await served.connect() for _ in range(5)]
        assert not any(client.protocol.transport.is_closing() for client in clients)
        for client in clients:
            client.writer.close()


def test_the_gate_counts_by_neighbour() -> None:
    gate = Gate(per_address=2, total=5)
    assert gate.enter("2001:db8::1") and gate.enter("2001:db8::2")
    assert not gate.enter("2001:db8::ffff:3")
    assert gate.enter("2001:db8:0:1::1")
    assert gate.enter("192.0.2.1") and gate.enter("")
    assert not gate.enter("192.0.2.2"), "the bound of all"
    gate.leave("2001:db8::1")
    assert gate.enter("2001:db8::9")
