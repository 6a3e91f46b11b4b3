"""Ctrl-C and SIGTERM as one request to stop, and a wait that also ends when a child does."""

import contextlib
import select
import signal
import socket
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, Self

ENDING = (signal.SIGINT, signal.SIGTERM)


class StopRequested(BaseException):
    """Raised at a place that was declared interruptible; no error, so not an Exception."""


class Signals:
    """While entered, this process is stopped by asking, never in the middle of a step."""

    def __init__(self) -> None:
        self.stop_requested = False
        self.hurry = False
        self._may_raise = False
        self._before: dict[signal.Signals, Any] = {}
        self._awake, self._waker = socket.socketpair()

    def __enter__(self) -> Self:
        self._awake.setblocking(False)
        self._waker.setblocking(False)
        for number in ENDING:
            self._before[number] = signal.signal(number, self._ask_to_stop)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._awake.close()
        self._waker.close()

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """In this block a request to stop interrupts what is being done, with StopRequested."""
        if self.stop_requested:
            raise StopRequested
        self._may_raise = True
        try:
            yield
        finally:
            self._may_raise = False

    def wait(self, seconds: float) -> None:
        """Sleeps until a signal arrives or the time is over."""
        if self.stop_requested:
            return
        select.select([self._awake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while self._awake.recv(512):
                pass

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.hurry = self.stop_requested
        self.stop_requested = True
        if self._may_raise:
            self._may_raise = False
            raise StopRequested
