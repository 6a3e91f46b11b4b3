"""The loop that visits due devices: claims them, asks over the wire, keeps what they said."""

import asyncio
import contextlib
import os
import socket
import uuid

import msgspec
import structlog

from core.errors import Unavailable, say
from core.settings import Settings
from monitoring import claims, outcomes, samples
from monitoring.claims import Claim
from monitoring.credentials import open_sealed
from monitoring.sealing import Sealer
from monitoring.snmp import Credential, Session, SnmpError, TimedOut, Wire, WrongCredentials
from monitoring.visits import visit

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
# A visit ends before its lease does, so that no device is visited twice at a time.
VISIT_SECONDS = claims.LEASE_SECONDS - 30
LEAVE_SECONDS = 5.0
SUSPECT_SHARE = 3  # dead devices wait for time-outs: they get one slot in three, no more


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Visit devices until ``stop`` is set; any number of workers may do so at once."""
    await samples.keep_partitions()
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    async with Session() as wire:
        poller = Poller(
            wire, Sealer.of(settings), worker=worker, slots=settings.poll_concurrency
        )
        log.info("poller.started", receive_buffer_bytes=wire.receive_buffer_bytes())
        await poller.run(stop)
        log.info("poller.stopped", **msgspec.structs.asdict(wire.counters))


class Poller:
    """One worker's visits: as many at a time as it has slots."""

    def __init__(self, wire: Wire, sealer: Sealer, *, worker: str, slots: int) -> None:
        self._wire = wire
        self._sealer = sealer
        self._worker = worker
        self._slots = {False: slots, True: max(slots // SUSPECT_SHARE, 1)}
        self._visits: dict[bool, set[asyncio.Task[None]]] = {False: set(), True: set()}

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and visit until ``stop``; then let visits under way end, and give the rest back."""
        try:
            while not stop.is_set():
                await self.start_due()
                await self._until_something_happens(stop)
        finally:
            await self._leave()

    async def start_due(self) -> int:
        """Begin a visit to every device that is due and has a slot; how many were begun."""
        begun = 0
        for suspect, under_way in self._visits.items():
            free = self._slots[suspect] - len(under_way)
            if free <= 0:
                continue
            for claim in await claims.claim_due(self._worker, limit=free, suspect=suspect):
                task = asyncio.create_task(self._visit(claim))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                begun += 1
        return begun

    async def visit_due(self) -> int:
        """One round: visit all that is due now, and wait until every visit has ended."""
        begun = await self.start_due()
        under_way = [task for tasks in self._visits.values() for task in tasks]
        await asyncio.gather(*under_way)
        return begun

    async def _visit(self, claim: Claim) -> None:
        try:
            change = await self._outcome(claim)
        except Exception:
            # The lease runs out by itself, so the device is not lost; the fault is ours to mend.
            log.exception("visit.failed", device=claim.device_id)
            return
        if change is not None and change.before != change.after:
            log.info(
                "device.changed",
                device=claim.device_id,
                before=change.before,
                after=change.after,
            )

    async def _outcome(self, claim: Claim) -> outcomes.Change | None:
        try:
            credential = self._credential(claim)
            async with asyncio.timeout(VISIT_SECONDS):
                found = await visit(
                    self._wire, claim.address, credential, profile=claim.known_profile
                )
        except SnmpError as error:
            return await outcomes.keep_failure(self._worker, claim, error)
        except TimeoutError:
            slow = TimedOut(say("The device took too long to answer everything"))
            return await outcomes.keep_failure(self._worker, claim, slow)
        return await outcomes.keep_visit(self._worker, claim, found)

    def _credential(self, claim: Claim) -> Credential:
        try:
            return open_sealed(self._sealer, claim.credential)
        except Unavailable as error:
            raise WrongCredentials(error.message) from error

    async def _until_something_happens(self, stop: asyncio.Event) -> None:
        """Until a slot is free or a second is over: devices come due by themselves."""
        stopped = asyncio.create_task(stop.wait())
        waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {stopped}
        busy = [lane for lane, tasks in self._visits.items() if len(tasks) >= self._slots[lane]]
        for lane in busy:
            waiting |= self._visits[lane]
        await asyncio.wait(waiting, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stopped

    async def _leave(self) -> None:
        under_way = [task for tasks in self._visits.values() for task in tasks]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=LEAVE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await claims.release_all(self._worker)
