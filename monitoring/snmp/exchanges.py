"""Questions in flight: each waits for the answer with its key, from the address it asked."""

import asyncio

import msgspec

from monitoring.snmp.datagrams import Datagrams
from monitoring.snmp.envelopes import Envelope, Key, open_envelope
from monitoring.snmp.errors import BadReply, silence
from monitoring.snmp.pdus import bad_reply
from monitoring.snmp.values import Address


class Counters(msgspec.Struct):
    """What the wire has seen since it was opened."""

    sent: int = 0
    answered: int = 0
    timed_out: int = 0
    unreadable: int = 0
    unmatched: int = 0
    wrong_source: int = 0


class _Waiting(msgspec.Struct):
    address: Address
    answer: "asyncio.Future[Envelope]"
    unreadable: bool = False


class Exchanges:
    """Sends a message, sends it again after silence, and gives back the answer."""

    def __init__(self, *, timeout_seconds: float, retries: int) -> None:
        self.timeout_seconds = timeout_seconds
        self.retries = retries
        self.counters = Counters()
        self._datagrams = Datagrams(self._arrived)
        self._waiting: dict[Key, _Waiting] = {}

    async def exchange(
        self, address: Address, key: Key, payload: bytes, *, retries: int | None = None
    ) -> Envelope:
        """The answer to ``payload``; TimedOut after silence, BadReply after rubbish only."""
        waiting = _Waiting(address, asyncio.get_running_loop().create_future())
        self._waiting[key] = waiting
        try:
            for _ in range(1 + (self.retries if retries is None else retries)):
                self._datagrams.send(payload, address)
                self.counters.sent += 1
                # The same datagram again: an answer that comes late to the first still counts.
                await asyncio.wait([waiting.answer], timeout=self.timeout_seconds)
                if waiting.answer.done():
                    self.counters.answered += 1
                    return waiting.answer.result()
            self.counters.timed_out += 1
            raise bad_reply() if waiting.unreadable else silence()
        finally:
            del self._waiting[key]

    def receive_buffer_bytes(self) -> int:
        return self._datagrams.receive_buffer_bytes()

    def close(self) -> None:
        self._datagrams.close()
        for waiting in self._waiting.values():
            waiting.answer.cancel()

    def _arrived(self, payload: bytes, sender: Address) -> None:
        try:
            envelope = open_envelope(payload)
        except BadReply:
            self.counters.unreadable += 1
            self._remember_rubbish(sender)
            return
        waiting = self._waiting.get(envelope.key)
        if waiting is None or waiting.answer.done():
            self.counters.unmatched += 1
        elif waiting.address != sender:
            self.counters.wrong_source += 1
        else:
            waiting.answer.set_result(envelope)

    def _remember_rubbish(self, sender: Address) -> None:
        for waiting in self._waiting.values():
            if waiting.address == sender:
                waiting.unreadable = True
