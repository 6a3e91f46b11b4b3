"""Is somebody at this address? By ICMP where the system allows it, else by connecting over TCP."""

import asyncio
import contextlib
import secrets
import socket
import struct
from enum import StrEnum
from ipaddress import ip_address
from time import monotonic
from types import TracebackType
from typing import Self

import msgspec

from core.connections import refuse_in_transaction
from monitoring.icmp import echoes

TIMEOUT_SECONDS = 1.0
TRIES = 2
MOST_DATAGRAMS_A_WAKE_UP = 256
LARGEST_REPLY = 2048
RECEIVE_BUFFER_BYTES = 1024 * 1024
# Linux, raw(7): a set bit keeps that type of ICMP away from a raw socket.
SOL_RAW, ICMP_FILTER = 255, 1
ONLY_REPLIES = struct.pack("=I", ~(1 << echoes.ECHO_REPLY) & 0xFFFFFFFF)
# File sharing, remote procedure calls, remote desktop, SSH, web, printing: what PCs leave open.
# A refused connection is an answer as well.
TCP_PORTS = (445, 135, 3389, 22, 80, 9100)
MOST_CONNECTIONS = 200


class Way(StrEnum):
    """How this process asks."""

    datagram = "icmp"  # unprivileged ICMP: net.ipv4.ping_group_range lets our group
    raw = "icmp_raw"  # ICMP for root or CAP_NET_RAW
    tcp = "tcp"


class Pong(msgspec.Struct, frozen=True):
    """Somebody is there: how long the way there and back took, and how we know."""

    seconds: float
    way: Way


class Pinger:
    """Asks many addresses at a time over one socket a family; bound to the loop it is used on."""

    def __init__(self, *, only: Way | None = None) -> None:
        self._only = only
        self._sockets: dict[bool, tuple[socket.socket, Way] | None] = {}
        self._waiting: dict[bytes, asyncio.Future[float]] = {}
        self._connections = asyncio.Semaphore(MOST_CONNECTIONS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the sockets; whoever still waits hears nobody."""
        for opened in self._sockets.values():
            if opened is not None:
                asyncio.get_running_loop().remove_reader(opened[0])
                opened[0].close()
        self._sockets.clear()
        for answer in self._waiting.values():
            answer.cancel()

    def way(self, *, is_v6: bool = False) -> Way:
        """How addresses of the family are asked from here."""
        opened = self._open(is_v6=is_v6)
        return Way.tcp if opened is None else opened[1]

    async def ping(
        self, host: str, *, timeout_seconds: float = TIMEOUT_SECONDS, tries: int = TRIES
    ) -> Pong | None:
        """The answer of an IP address, None after silence; no failure of the network raises."""
        refuse_in_transaction("pinging")
        address = ip_address(host)
        is_v6 = address.version == 6
        opened = self._open(is_v6=is_v6)
        for sequence in range(1, tries + 1):
            if opened is None:
                pong = await self._connect(host, timeout_seconds)
            else:
                pong = await self._echo(opened, host, sequence, timeout_seconds, is_v6=is_v6)
            if pong is not None:
                return pong
        return None

    async def _echo(
        self,
        opened: tuple[socket.socket, Way],
        host: str,
        sequence: int,
        timeout_seconds: float,
        *,
        is_v6: bool,
    ) -> Pong | None:
        token = secrets.token_bytes(echoes.TOKEN_BYTES)
        answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[host.encode() + token] = answer
        begun = monotonic()
        try:
            opened[0].sendto(echoes.request(sequence, token, is_v6=is_v6), (host, 0))
            heard_at = await asyncio.wait_for(answer, timeout_seconds)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            # A closed pinger cancels the answer, a caller that leaves cancels us.
            if isinstance(error, asyncio.CancelledError) and not answer.cancelled():
                raise
            return None
        finally:
            del self._waiting[host.encode() + token]
        return Pong(heard_at - begun, opened[1])

    async def _connect(self, host: str, timeout_seconds: float) -> Pong | None:
        begun = monotonic()
        async with self._connections:
            tries = [asyncio.create_task(_is_answered(host, port)) for port in TCP_PORTS]
            try:
                async with asyncio.timeout(timeout_seconds):
                    for attempt in asyncio.as_completed(tries):
                        if await attempt:
                            return Pong(monotonic() - begun, Way.tcp)
            except TimeoutError:
                return None
            finally:
                for task in tries:
                    task.cancel()
                await asyncio.gather(*tries, return_exceptions=True)
        return None

    def _open(self, *, is_v6: bool) -> tuple[socket.socket, Way] | None:
        if is_v6 not in self._sockets:
            self._sockets[is_v6] = self._first_allowed(is_v6=is_v6)
        return self._sockets[is_v6]

    def _first_allowed(self, *, is_v6: bool) -> tuple[socket.socket, Way] | None:
        family = socket.AF_INET6 if is_v6 else socket.AF_INET
        protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP
        for kind, way in ((socket.SOCK_DGRAM, Way.datagram), (socket.SOCK_RAW, Way.raw)):
            if self._only not in (None, way):
                continue
            with contextlib.suppress(OSError):
                opened = socket.socket(family, kind, protocol)
                opened.setblocking(False)
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                if way is Way.raw and not is_v6:
                    opened.setsockopt(SOL_RAW, ICMP_FILTER, ONLY_REPLIES)
                asyncio.get_running_loop().add_reader(opened, self._drain, opened, way, is_v6)
                return opened, way
        return None

    def _drain(self, opened: socket.socket, way: Way, is_v6: bool) -> None:
        for _ in range(MOST_DATAGRAMS_A_WAKE_UP):
            try:
                datagram, sender = opened.recvfrom(LARGEST_REPLY)
            except OSError:  # empty, or an error for something sent before
                return
            echo = echoes.read(datagram, is_v6=is_v6, has_ip_header=way is Way.raw)
            if echo is None:
                continue
            # A token that only the right machine has heard, from the address that was asked.
            answer = self._waiting.get(str(ip_address(sender[0])).encode() + echo.token)
            if answer is not None and not answer.done():
                answer.set_result(monotonic())


async def _is_answered(host: str, port: int) -> bool:
    """Whether the machine says anything: yes, or that nobody listens at this port."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    writer.transport.abort()
    return True
