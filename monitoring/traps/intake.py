"""From datagrams to rows: opened, decoded, stored in batches, and only then acknowledged."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import structlog

from core import clock
from core.errors import Unavailable
from monitoring.snmp.trap_socket import Peer
from monitoring.snmp.traps import Gate, Refused, read_stranger
from monitoring.traps import store
from monitoring.traps.attribution import Letter, Reader
from monitoring.traps.effects import Effects
from monitoring.traps.engine import moved_of
from monitoring.traps.inbox import Datagram, Inbox
from monitoring.traps.senders import Senders

log = structlog.get_logger(__name__)

BATCH_SECONDS = 0.1  # what comes together is written together
TROUBLE_SECONDS = 1.0
SLICE = 16  # so many are opened before everyone else on the loop has a turn
ANSWERED_SECONDS = 60.0
MOST_ANSWERED = 5000
AWAY = (Unavailable, TimeoutError)

Send = Callable[[bytes, Peer], None]


class Intake:
    """Takes from the inbox until it is told to stop."""

    def __init__(self, inbox: Inbox, gate: Gate, senders: Senders, send: Send) -> None:
        self._inbox, self._gate, self._senders, self._send = inbox, gate, senders, send
        self._reader = Reader(senders)
        self._effects = Effects()
        self._answered: OrderedDict[int, float] = OrderedDict()
        inbox.standing = senders.standing

    async def run(self, stop: asyncio.Event) -> None:
        """Store what comes; what has come before ``stop`` is still stored."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                coming = asyncio.create_task(self._inbox.something())
                await asyncio.wait([coming, stopping], return_when=asyncio.FIRST_COMPLETED)
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
                await self.take_in(stop)
                await asyncio.wait([stopping], timeout=BATCH_SECONDS)
            await self.take_in(stop)
        finally:
            stopping.cancel()

    async def take_in(self, stop: asyncio.Event) -> None:
        """One batch; while the database is away it waits, and nothing of it is acknowledged."""
        datagrams = self._inbox.take()
        letters: list[Letter] | None = None
        while datagrams:
            try:
                if letters is None:
                    await self._senders.look_up(one.source for one in datagrams)
                    letters = self._without_repeats(await self._open_all(datagrams))
                await self._reader.understand(letters)
                await self._store(letters)
                return
            except AWAY:
                self._inbox.counts["database_away"] += 1
                if stop.is_set():
                    return
                await asyncio.sleep(TROUBLE_SECONDS)

    async def _open_all(self, datagrams: list[Datagram]) -> list[Letter]:
        letters: list[Letter] = []
        for place, datagram in enumerate(datagrams):
            if place % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            try:
                letters += self._open(datagram)
            except Refused as refused:
                self._inbox.counts[refused.why] += 1
                if refused.report is not None:
                    self._send(refused.report, datagram.peer)
            except Exception:
                # Whatever is sent to us, the next datagram is read; the fault is ours to mend.
                self._inbox.counts["faults"] += 1
                log.exception("traps.fault", source=datagram.source)
        return letters

    def _open(self, datagram: Datagram) -> list[Letter]:
        """Refused unless a credential of a school at its address opens it."""
        sender = self._senders.sender(datagram.source)
        if not sender.is_known:
            self._inbox.counts["from_strangers"] += 1
            if not self._inbox.mark_strange(datagram):
                self._inbox.counts["over_the_limit"] += 1
                return []
            return [Letter(datagram, read_stranger(datagram.payload))]
        heard = self._gate.open(datagram.payload, datagram.source, sender.grants)
        grants = tuple(g for credential in heard.opened_by for g in sender.grants[credential])
        replies = [] if heard.reply is None else [(heard.reply, datagram.peer)]
        return [Letter(datagram, heard.notification, grants, replies)]

    def _without_repeats(self, letters: list[Letter]) -> list[Letter]:
        """An inform that is sent again is answered again and counted once."""
        first: dict[int, Letter] = {}
        others = []
        for letter in letters:
            if not letter.replies:
                others.append(letter)
            elif (
                monotonic() - self._answered.get(letter.mark, -ANSWERED_SECONDS) < ANSWERED_SECONDS
            ):
                self._inbox.counts["repeated"] += 1
                self._answer(letter)
            elif letter.mark in first:
                self._inbox.counts["repeated"] += 1
                first[letter.mark].replies += letter.replies
            else:
                first[letter.mark] = letter
        return [*first.values(), *others]

    async def _store(self, letters: list[Letter]) -> None:
        """All in one transaction; if one of them can't be stored, each by itself."""
        try:
            await self._store_some(letters)
        except AWAY:
            raise
        except Exception:
            log.exception("traps.not_kept", count=len(letters))
            for letter in letters:
                await self._store_one(letter)

    async def _store_one(self, letter: Letter) -> None:
        try:
            await self._store_some([letter])
        except AWAY:
            raise
        except Exception:
            self._inbox.counts["not_kept"] += 1
            log.exception("traps.not_kept", source=letter.datagram.source)

    async def _store_some(self, letters: list[Letter]) -> None:
        calls = [call for letter in letters if (call := letter.call()) is not None]
        effects = self._effects.of(calls, clock.now())
        moved = dict(self._gate.clocks.moved)
        rows = [letter.row() for letter in letters]
        await store.store_traps(rows, effects, moved_of(list(moved.items())))
        self._effects.mark_enqueued(effects)
        for sender, at in moved.items():
            if self._gate.clocks.moved.get(sender) is at:
                del self._gate.clocks.moved[sender]
        for letter in letters:
            self._inbox.counts["kept"] += 1
            self._inbox.counts["unknown"] += letter.trap is None
            self._answer(letter)

    def _answer(self, letter: Letter) -> None:
        for reply, peer in letter.replies:
            self._send(reply, peer)
            self._inbox.counts["answered"] += 1
            self._answered[letter.mark] = monotonic()
            self._answered.move_to_end(letter.mark)
        while len(self._answered) > MOST_ANSWERED:
            self._answered.popitem(last=False)
