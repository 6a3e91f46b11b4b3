"""Questions in flight: each waits for the answer with its key, from the address it asked."""

import asyncio
import os
from array import array
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from core.connections import refuse_in_transaction
from monitoring.snmp.datagrams import Datagrams
from monitoring.snmp.errors import BadReply, SnmpError, bad_reply, port_closed, silence
from monitoring.snmp.messages import Key, Message, open_message
from monitoring.snmp.peers import Peer, Peers
from monitoring.snmp.values import MOST_ID

IDS_A_DRAW = 1024
LEAST_ID = 0x0080_0000  # below it an id would be shorter than its place in a template


class Ids:
    """Random ids of 31 bits, drawn from the system by the thousand: one by one costs ten times."""

    def __init__(self) -> None:
        self._drawn = array("I")

    def draw(self) -> int:
        while True:
            if not self._drawn:
                self._drawn.frombytes(os.urandom(IDS_A_DRAW * self._drawn.itemsize))
            drawn = self._drawn.pop() & MOST_ID
            if drawn >= LEAST_ID:
                return drawn


T = TypeVar("T")

TICK_SECONDS = 0.05


class Deadlines(Generic[T]):
    """Calls ``expired`` for each item whose time has come, up to a tick late, never early.

    A timer of the loop for each question costs as much as decoding its answer; here it is two
    operations on a set. ``is_behind`` may say that answers lie unread: judging then waits.
    """

    def __init__(self, expired: Callable[[T], None], is_behind: Callable[[], bool]) -> None:
        self._expired = expired
        self._is_behind = is_behind
        self._due: dict[int, set[T]] = {}
        self._timer: asyncio.Handle | None = None

    def add(self, item: T, at: float) -> int:
        """Expect the item until ``at`` on the loop's clock; the mark to discard it by."""
        mark = int(at / TICK_SECONDS) + 1
        due = self._due.get(mark)
        if due is None:
            due = self._due[mark] = set()
            if self._timer is None:
                self._wait()
        due.add(item)
        return mark

    def discard(self, item: T, mark: int) -> None:
        due = self._due.get(mark)
        if due is not None:
            due.discard(item)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due.clear()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if self._is_behind():
            # A busy loop must not take an answer that it has not read yet for silence.
            self._timer = loop.call_soon(self._tick)
            return
        now = int(loop.time() / TICK_SECONDS)
        for mark in [mark for mark in self._due if mark <= now]:
            for item in self._due.pop(mark):
                self._expired(item)
        self._timer = None
        if self._due:
            self._wait()


T_co = TypeVar("T_co", covariant=True)


class Question(Protocol[T_co]):
    """Something to ask, under any id, and the reading of its answer."""

    def message(self, message_id: int) -> tuple[Key, bytes]:
        """The datagram under this id, and the key that its answer will carry."""
        ...

    def read(self, answer: Message) -> T_co:
        """What was answered; BadReply if it cannot be read or was not signed as it must be."""
        ...


class Counters(msgspec.Struct):
    """What the wire has seen since it was opened."""

    sent: int = 0
    answered: int = 0
    timed_out: int = 0
    refused: int = 0  # timed out too, after the machine said that its port is closed
    unreadable: int = 0
    unmatched: int = 0  # late, twice, or made up
    wrong_source: int = 0
    other_source: int = 0  # from another address, and the device may do that


class _Waiting(msgspec.Struct, Generic[T], eq=False):
    peer: Peer
    question: Question[T]
    answer: "asyncio.Future[T]"
    tries_left: int
    timeout: float
    asked_at: float
    keys: list[Key] = []
    mark: int = 0


class Exchanges:
    """Sends a question, sends it again after silence, and gives back the answer."""

    def __init__(self, *, timeout_seconds: float, retries: int) -> None:
        self.timeout_seconds = timeout_seconds
        self.retries = retries
        self.counters = Counters()
        self.peers = Peers()
        self._ids = Ids()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[Key, tuple[_Waiting[Any], float]] = {}
        self._datagrams = Datagrams(self._arrived, self._refused)
        self._deadlines: Deadlines[_Waiting[Any]] = Deadlines(
            self._expired, is_behind=self._datagrams.drain
        )

    def exchange(
        self, peer: Peer, question: Question[T], *, retries: int | None = None
    ) -> "asyncio.Future[T]":
        """The answer; TimedOut after silence, BadReply after nothing but rubbish, PortClosed after
        nothing but the word that nobody listens there."""
        refuse_in_transaction("asking a device")
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        tries_left = self.retries if retries is None else retries
        timeout = peer.timeout(self.timeout_seconds)
        now = loop.time()
        self._send(_Waiting(peer, question, answer, tries_left, timeout, now), now)
        return answer

    @property
    def in_flight(self) -> int:
        """Messages whose answer is awaited; one asked twice counts twice."""
        return len(self._waiting)

    def receive_buffer_bytes(self) -> int:
        return self._datagrams.receive_buffer_bytes()

    def dropped(self) -> int | None:
        return self._datagrams.dropped()

    def close(self) -> None:
        self._datagrams.close()
        self._deadlines.close()
        for waiting, _ in self._waiting.values():
            waiting.answer.cancel()
        self._waiting.clear()

    def _send(self, waiting: _Waiting[Any], now: float) -> None:
        key, payload = waiting.question.message(self._ids.draw())
        while key in self._waiting:
            key, payload = waiting.question.message(self._ids.draw())
        self._waiting[key] = (waiting, now)
        waiting.keys.append(key)
        waiting.mark = self._deadlines.add(waiting, now + waiting.timeout)
        peer = waiting.peer
        self._datagrams.send(payload, peer.family, peer.source)
        self.counters.sent += 1

    def _expired(self, waiting: _Waiting[Any]) -> None:
        """Silence: ask again under another id, or give up. A late answer to the first still counts."""
        if waiting.answer.done():  # whoever asked was cancelled meanwhile
            self._forget(waiting)
        elif waiting.tries_left:
            waiting.tries_left -= 1
            # It may have become slower than it used to be: give it a stranger's time.
            waiting.timeout = max(waiting.timeout, self.timeout_seconds)
            self._send(waiting, asyncio.get_running_loop().time())
        else:
            self._forget(waiting)
            self.counters.timed_out += 1
            peer = waiting.peer
            peer.round_trip = None
            waiting.answer.set_exception(self._why_silent(peer, waiting.asked_at))

    def _why_silent(self, peer: Peer, asked_at: float) -> SnmpError:
        """What came in place of an answer since it was asked."""
        if peer.rubbish_at >= asked_at:
            return bad_reply()
        if peer.refused_at >= asked_at:
            self.counters.refused += 1
            return port_closed(peer.source[1])
        return silence()

    def _refused(self, target: tuple[str, int]) -> None:
        """Nobody listens there now. What is asked again meanwhile may still be answered: an agent
        that is being started is no refusal."""
        if (known := self.peers.find(target)) is not None:
            known.refused_at = asyncio.get_running_loop().time()

    def _arrived(self, payload: bytes, sender: tuple[str, int]) -> bool:
        """Give an answer to who waits for it, or count what it is; whether more are awaited."""
        try:
            message = open_message(payload)
            expected = self._waiting.get(message.key)
            if expected is None or expected[0].answer.done():
                self.counters.unmatched += 1
                return True
            waiting, sent_at = expected
            peer = waiting.peer
            if sender != peer.source and not self._may_come_from_elsewhere(peer):
                return True
            read = waiting.question.read(message)
        except BadReply:
            self.counters.unreadable += 1
            if (known := self.peers.find(sender)) is not None:
                known.rubbish_at = asyncio.get_running_loop().time()
            return True
        waiting.answer.set_result(read)
        self._forget(waiting)
        self.counters.answered += 1
        peer.heard_after(asyncio.get_running_loop().time() - sent_at)
        return bool(self._waiting)

    def _forget(self, waiting: _Waiting[Any]) -> None:
        self._deadlines.discard(waiting, waiting.mark)
        for key in waiting.keys:
            del self._waiting[key]

    def _may_come_from_elsewhere(self, peer: Peer) -> bool:
        if peer.takes_any_source:
            self.counters.other_source += 1
            return True
        self.counters.wrong_source += 1
        return False
