"""uvicorn's HTTP protocol with a bound on everything that a client can make it hold or wait for.

uvicorn bounds an idle connection alone: neither how long a request may be under way nor how large
its head may be. The deadlines follow mod_reqtimeout of Apache: a head has a time, a body has to
move, and so has the reading of an answer. Of a chunked body only what is in the chunks counts as
movement; what its framing says beside (chunk extensions, RFC 9112 section 7.1.1) is bounded as the
head is.
"""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from labshare.gate import Gate
from labshare.refusals import raw_answer


class Bounds(msgspec.Struct, frozen=True):
    """What one connection may take up; seconds and bytes."""

    head_bytes: int = 32 * 1024
    url_bytes: int = 8 * 1024
    # From the first byte (or the connection, if it is the first request) to the end of the head.
    head_seconds: float = 20
    # In each such time a body brings this much, or it is given up: 273 bytes a second.
    body_seconds: float = 30
    body_bytes: int = 8 * 1024
    # Two line ends and a size of up to 16 digits: what a chunk needs beside its content.
    chunk_frame_bytes: int = 20
    # An answer of which nothing is taken for so long is not wanted any more.
    answer_seconds: float = 120


class Reading(Enum):
    """What the next bytes of a connection are."""

    nothing = "nothing"
    head = "head"
    body = "body"


class RefusedEarlyError(Exception):
    """Raised inside the parser's callbacks, which stop at any exception."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection: refused by 408, 414, 429 or 431 in plain text, and closed, at its bounds.

    400 for a request without a Host, or with several (RFC 9112 section 3.2).
    """

    def __init__(self, *arguments: Any, bounds: Bounds, gate: Gate, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.bounds = bounds
        self.gate = gate
        self.reading = Reading.head
        self.moved_bytes = 0
        self._messages = 0
        self._head_bytes = 0
        self._raw_head_bytes = 0
        self._unframed_bytes = 0
        self._refused_with: int | None = None
        self._counted_host: str | None = None
        self._read_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        if not self.gate.enter(host):
            self.refuse(429)
            return
        self._counted_host = host
        self._arm_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._counted_host is not None:
            self.gate.leave(self._counted_host)
            self._counted_host = None
        self._stop_reading_timer()
        self._stop_writing_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        before = self.reading, self._messages
        if self.reading is Reading.nothing:
            self._begin_head()
        if self.reading is Reading.head:
            self._raw_head_bytes += len(data)
        if self.reading is Reading.body:
            self._unframed_bytes += len(data)
        super().data_received(data)
        self._unframed_bytes = max(0, self._unframed_bytes)
        if self.reading is Reading.head and self._raw_head_bytes > self.bounds.head_bytes:
            self.refuse(431)
        if self.reading is Reading.body and self._unframed_bytes > self.bounds.head_bytes:
            self.refuse(400)
        if (self.reading, self._messages) != before:
            self._arm_reading()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.reading is not Reading.head:
            self._begin_head()
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.bounds.url_bytes:
            self._refuse_in_callback(414)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(b": \r\n"))
        # After the head it is a trailer, which the request's own list must not grow by.
        if self.reading is Reading.head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._has_one_host():
            self._refuse_in_callback(400)
        self.reading = Reading.body
        self.moved_bytes = self._unframed_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.moved_bytes += len(body)
        self._unframed_bytes -= len(body)
        super().on_body(body)

    def on_chunk_complete(self) -> None:
        self._unframed_bytes -= self.bounds.chunk_frame_bytes

    def on_message_complete(self) -> None:
        self.reading = Reading.nothing
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._abort_later()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._abort_later()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._abort_later()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_writing_timer()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn does with a request that it cannot read, or that a callback refused."""
        self.refuse(self._refused_with or 400)

    def refuse(self, status: int) -> None:
        """Say why, unless an answer is already on its way, and close."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or self._nothing_said():
            self.transport.write(raw_answer(status))
        self.transport.close()
        self._abort_later()

    def look_at_head(self) -> None:
        """Its time is over: give the connection up, unless an answer is still under way."""
        self._read_timer = None
        if self._is_answering():
            self._arm_reading()
        elif self._raw_head_bytes:
            self.refuse(408)
        else:
            self.transport.close()
            self._abort_later()

    def look_at_body(self) -> None:
        """A part of its time is over: has enough come, as far as we were listening?"""
        self._read_timer = None
        if self.cycle.response_complete:
            self.transport.close()
            self._abort_later()
            return
        is_our_turn = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if not is_our_turn and self.moved_bytes < self.bounds.body_bytes:
            self.refuse(408)
            return
        self.moved_bytes = 0
        self._arm_reading()

    def _begin_head(self) -> None:
        self.reading = Reading.head
        self._raw_head_bytes = 0
        self._messages += 1

    def _count(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > self.bounds.head_bytes:
            self._refuse_in_callback(431)

    def _has_one_host(self) -> bool:
        count = sum(name == b"host" for name, _ in self.headers)
        return count == 1 or (count == 0 and self.parser.get_http_version() == "1.0")

    def _refuse_in_callback(self, status: int) -> None:
        self._refused_with = status
        raise RefusedEarlyError(status)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _nothing_said(self) -> bool:
        """Whether the request under way is the first that waits, and has no answer begun."""
        return not self.pipeline and not self.cycle.response_started

    def _arm_reading(self) -> None:
        self._stop_reading_timer()
        if self.transport.is_closing():
            return
        if self.reading is Reading.head:
            self._read_timer = self._later(self.bounds.head_seconds, self.look_at_head)
        elif self.reading is Reading.body:
            self._read_timer = self._later(self.bounds.body_seconds, self.look_at_body)

    def _abort_later(self) -> None:
        """Closing waits until the client has taken what was written; not for ever."""
        if self._write_timer is None:
            self._write_timer = self._later(self.bounds.answer_seconds, self.transport.abort)

    def _later(self, seconds: float, act: Callable[[], None]) -> TimerHandle:
        loop: AbstractEventLoop = self.loop
        return loop.call_later(seconds, act)

    def _stop_reading_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _stop_writing_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
