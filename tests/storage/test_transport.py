"""How long a call waits for a store that says nothing, on real sockets."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import msgspec
import pytest

from core.settings import S3Settings
from storage import objects
from storage.objects import connection, transport

QUICK = msgspec.structs.replace(objects.PROMPT, silence_seconds=0.3)
PATIENT = msgspec.structs.replace(objects.PATIENT, silence_seconds=0.3)
FOUND = b'HTTP/1.1 200 OK\r\ncontent-length: 0\r\netag: "e"\r\n\r\n'

Answering = Callable[[socket.socket, bytes], None]


class Store:
    """Takes connections and gives what each sends first to a function; counts requests."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while head := client.recv(4096):
                self.requests.append(head.partition(b" ")[0])
                self._answering(client, head)

    def close(self) -> None:
        self._listening.close()
        for client in self._open:
            client.close()


@contextlib.contextmanager
def running(answering: Answering) -> Iterator[Store]:
    store = Store(answering)
    try:
        yield store
    finally:
        store.close()


@contextlib.asynccontextmanager
async def connected_to(store: Store, limits: objects.Limits) -> AsyncIterator[None]:
    before = connection._connection
    settings = S3Settings(
        endpoint=f"http://127.0.0.1:{store.port}", access_key="a", secret_key="b", bucket="files"
    )
    await objects.open(settings, limits)
    try:
        yield
    finally:
        connection._connection = before


def _say_nothing(_client: socket.socket, _head: bytes) -> None:
    raise InterruptedError("nothing more is read or said")


def _only_the_bucket(client: socket.socket, head: bytes) -> None:
    if not head.startswith(b"HEAD /files "):
        _say_nothing(client, head)
    client.sendall(FOUND)


@pytest.mark.parametrize(("limits", "attempts"), [(QUICK, 1), (PATIENT, transport.ATTEMPTS)])
async def test_people_do_not_wait_thrice_for_a_silent_store(
    limits: objects.Limits, attempts: int
) -> None:
    with running(_say_nothing) as store:
        async with connected_to(store, limits):
            with pytest.raises(objects.Silent):
                await objects.size_of("b/x")
        assert store.requests == [b"HEAD"] * attempts


@pytest.mark.parametrize(("limits", "attempts"), [(QUICK, 1), (PATIENT, transport.ATTEMPTS)])
async def test_nor_for_what_is_asked_by_post(limits: objects.Limits, attempts: int) -> None:
    with running(_only_the_bucket) as store:
        async with connected_to(store, limits):
            with pytest.raises(objects.Silent):
                await objects.begin_parts("b/x", "application/pdf")
        assert store.requests == [b"HEAD"] + [b"POST"] * attempts


async def test_nor_for_a_body_that_the_store_does_not_take() -> None:
    with running(_only_the_bucket) as store:
        async with connected_to(store, QUICK):
            with pytest.raises(objects.Silent):
                await objects.put_part("b/x", "id", 1, bytes(16 * 1024**2))
        assert store.requests == [b"HEAD", b"PUT"]


async def test_who_finds_every_place_taken_by_silence_waits_for_a_time_only() -> None:
    limits = msgspec.structs.replace(objects.PROMPT, silence_seconds=30, turn_seconds=0.2)
    with running(_say_nothing) as store:
        async with connected_to(store, limits):
            waiting = [
                asyncio.create_task(objects.size_of("b/x")) for _ in range(transport.POOL_SIZE)
            ]
            while len(store.requests) < transport.POOL_SIZE:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            with pytest.raises(objects.Silent):
                await objects.size_of("b/x")
            store.close()
            await asyncio.gather(*waiting, return_exceptions=True)


def _take_slowly(client: socket.socket, head: bytes) -> None:
    if not head.startswith(b"PUT"):
        client.sendall(FOUND)
        return
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    left = length - len(head.partition(b"\r\n\r\n")[2])
    began = time.monotonic()
    while left:
        # More slowly than one silence for the whole, much faster than one for each piece.
        if time.monotonic() - began < 1.5 * LONG.silence_seconds:
            time.sleep(0.02)
            left -= len(client.recv(min(left, 32 * 1024)))
        else:
            left -= len(client.recv(min(left, 1024**2)))
    client.sendall(FOUND)


LONG = msgspec.structs.replace(objects.PROMPT, connect_seconds=4, silence_seconds=4)


async def test_a_transfer_that_moves_has_more_time_than_one_silence() -> None:
    with running(_take_slowly) as store:
        async with connected_to(store, LONG):
            assert await objects.put_part("b/x", "id", 1, bytes(16 * 1024**2)) == "e"
        assert store.requests == [b"HEAD", b"PUT"]
