"""The HTTP connections to the store: how long they wait for it, and what they try again.

A store that hangs takes connections and requests as if it were well (its kernel does) and never
answers. So silence is bounded apart from errors, which are heard at once and may be tried again.
"""

from types import TracebackType
from typing import Any, Self

import msgspec
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from urllib3.response import BaseHTTPResponse

POOL_SIZE = 32
ATTEMPTS = 3
# A socket's time-out is for all that one call sends, so a large body goes out in many calls.
SENT_AT_ONCE_BYTES = 64 * 1024


class Limits(msgspec.Struct, frozen=True):
    """How long one call waits, in seconds; ``silence_seconds`` is from one byte to the next."""

    turn_seconds: float
    connect_seconds: float
    silence_seconds: float
    repeats_silence: bool


# For people who wait. SeaweedFS itself tries for 13 seconds to read a damaged object.
PROMPT = Limits(turn_seconds=20, connect_seconds=3, silence_seconds=20, repeats_silence=False)
# For jobs and commands.
PATIENT = Limits(turn_seconds=180, connect_seconds=3, silence_seconds=60, repeats_silence=True)


def is_silence(error: BaseException | None) -> bool:
    """Whether the store did not refuse but said nothing within its time."""
    if isinstance(error, MaxRetryError):
        return is_silence(error.reason)
    if isinstance(error, ProtocolError):
        # How urllib3 wraps what ended the sending of a request.
        return any(isinstance(cause, TimeoutError) for cause in error.args)
    if isinstance(error, NewConnectionError):
        return False
    return isinstance(error, urllib3.exceptions.TimeoutError)


def pool(limits: Limits) -> urllib3.PoolManager:
    """Connections that keep to ``limits``; a transfer that moves has all the time it needs."""
    retry = _Retry if limits.repeats_silence else _RetryUnlessSilent
    manager = urllib3.PoolManager(
        maxsize=POOL_SIZE,
        block=True,
        timeout=urllib3.Timeout(connect=limits.connect_seconds, read=limits.silence_seconds),
        retries=retry(
            total=ATTEMPTS - 1,
            backoff_factor=0.2,
            status_forcelist=[500, 502, 503, 504],
            # The store would decide how long a thread of ours waits.
            respect_retry_after_header=False,
        ),
    )
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
    return manager


class _Retry(urllib3.Retry):
    """Again after what passes; SeaweedFS has tried for 13 seconds before it gives up a damaged
    object with 500, so reading it again at once is only more of the same."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        if method == "GET" and status_code == 500:
            return False
        return super().is_retry(method, status_code, has_retry_after)


class _RetryUnlessSilent(_Retry):
    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if error is not None and is_silence(error):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def _send_in_slices(send: Any, data: Any) -> None:
    if not isinstance(data, bytes):
        send(data)
        return
    view = memoryview(data)
    for begin in range(0, len(view), SENT_AT_ONCE_BYTES):
        send(view[begin : begin + SENT_AT_ONCE_BYTES])


class _Connection(HTTPConnection):
    def send(self, data: Any) -> None:
        _send_in_slices(super().send, data)


class _TLSConnection(HTTPSConnection):
    def send(self, data: Any) -> None:
        _send_in_slices(super().send, data)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
