"""The loop that visits devices when they are due: claims ahead, two lanes, results saved in batches."""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import Mapping
from time import monotonic

import msgspec
import structlog

from core import clock
from core.errors import Unavailable, say
from core.settings import Settings
from monitoring.alerting.thresholds.effective import RecentSettings
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.networks import Bounds, NotGranted, OutsideOfNetworks, is_within
from monitoring.history import samples
from monitoring.icmp.pinging import Pinger
from monitoring.polling import claims, clock_steps, figures, outcomes, scheduler
from monitoring.polling.claims import Claim
from monitoring.polling.figures import Counted, Figures, Now
from monitoring.polling.ping_visitor import PingedVisitor, PingVisitor
from monitoring.polling.scheduler import DueQueue, Lane, Lateness
from monitoring.polling.snmp_visitor import SnmpVisitor, Visitor
from monitoring.polling.writer import Writer
from monitoring.snmp import BadReply, Session, SnmpError, TimedOut

log = structlog.get_logger(__name__)

CLAIM_EVERY_SECONDS = 0.5
MOST_AT_A_CLAIM = 500
# So many visits a slot are claimed ahead, and no more: the others are for other workers.
AHEAD_FOR_EACH_SLOT = 5
SUSPECT_SHARE = 3  # silent devices wait for time-outs: they have slots of their own, one for three
LEAST_VISIT_SECONDS = 3.0  # less than this is not worth beginning
LEAVE_SECONDS = 5.0
AWAY_SECONDS = 1.0


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Visit devices until ``stop`` is set; any number of workers may do so at once."""
    await samples.prepare_coming_days()
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    cipher = CredentialCipher.of(settings)
    async with Session() as wire, Pinger() as pinger:
        poller = Poller(
            wire,
            cipher,
            worker=worker,
            slots=settings.poll_concurrency,
            visitors={
                "snmp": PingedVisitor(SnmpVisitor(wire, cipher), pinger),
                claims.PING: PingVisitor(pinger),
            },
            bounds=settings.networks,
        )
        log.info(
            "poller.started",
            receive_buffer_bytes=wire.receive_buffer_bytes(),
            pings_by=pinger.way(),
        )
        await poller.run(stop)
        log.info("poller.stopped", **msgspec.structs.asdict(poller.counted))


class Poller:
    """One worker's visits: each at its own moment, as many at a time as the lanes have slots.

    ``visitors`` are further ways to visit, by ``device.method``; SNMP is always one. No visitor is
    sent to an address outside of ``bounds``, the networks of this installation.
    """

    def __init__(
        self,
        wire: Session,
        cipher: CredentialCipher,
        *,
        worker: str,
        slots: int,
        visitors: Mapping[str, Visitor] | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self.counted = Counted()
        self.lateness = Lateness()
        self._wire = wire
        self._worker = worker
        self._bounds = bounds
        self._visitors: dict[str, Visitor] = {
            "snmp": SnmpVisitor(wire, cipher),
            **(visitors or {}),
        }
        self._queue: DueQueue[Claim] = DueQueue()
        self._lanes = {
            False: Lane(slots, self._visit),
            True: Lane(max(slots // SUSPECT_SHARE, 1), self._visit),
        }
        self._in_hand: dict[int, bool] = {}  # device: whether it is suspect
        self._writer = Writer(worker, self.counted)
        self._started_at = clock.now()
        self._is_away = False
        self._thresholds = RecentSettings()

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and visit until ``stop``; then save what was read, and release the rest."""
        begun = [
            asyncio.create_task(part)
            for part in (self._claim(), self._begin_when_due(), self._report(), clock_steps.watch())
        ]
        saving = asyncio.create_task(self._writer.run())
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait(
                [*begun, saving, stopped], return_when=asyncio.FIRST_COMPLETED
            )
            for task in done - {stopped}:
                task.result()
        finally:
            for task in [*begun, stopped]:
                task.cancel()
            await asyncio.gather(*begun, stopped, return_exceptions=True)
            await self._leave(saving)

    async def visit_due(self) -> int:
        """One round: visit all that is due now, and save what they said; how many were visited."""
        visited = self.counted.polls
        self._thresholds.forget()
        while await self.claim_once(ahead_seconds=0):
            self._begin_due()
            for lane in self._lanes.values():
                await lane.empty()
            await self._writer.drain()
        return self.counted.polls - visited

    async def claim_once(self, *, ahead_seconds: float = claims.AHEAD_SECONDS) -> int:
        """Claim for both lanes what comes due within the time, as far as there is room."""
        claimed = await asyncio.gather(
            *(self._claim_for(suspect, ahead_seconds) for suspect in self._lanes)
        )
        return sum(claimed)

    async def _claim(self) -> None:
        while True:
            begun = monotonic()
            is_full = False
            try:
                is_full = await self.claim_once() >= MOST_AT_A_CLAIM
                self._log_away(is_away=False)
            except (Unavailable, TimeoutError):
                self._log_away(is_away=True)
                await asyncio.sleep(AWAY_SECONDS)
            self.counted.claim_seconds += monotonic() - begun
            # More is due than one claim takes: those that are due go first, then the rest.
            await asyncio.sleep(0 if is_full else CLAIM_EVERY_SECONDS)

    async def _claim_for(self, suspect: bool, ahead_seconds: float) -> int:
        lane = self._lanes[suspect]
        taken = sum(1 for is_suspect in self._in_hand.values() if is_suspect is suspect)
        # Results that wait to be saved count too: visiting faster than that would only lose them.
        taken += len(self._writer)
        room = min(AHEAD_FOR_EACH_SLOT * lane.slots - taken, MOST_AT_A_CLAIM)
        if room <= 0:
            return 0
        found = await claims.claim_ahead(
            self._worker,
            limit=room,
            suspect=suspect,
            methods=list(self._visitors),
            ahead_seconds=ahead_seconds,
        )
        # After the database was away a lease may have run out while its result waits to be saved.
        in_hand = self._in_hand
        new = [c for c in found if c.device_id not in in_hand and c.device_id not in self._writer]
        self.counted.claims += len(new)
        await self._thresholds.know({claim.school_id for claim in new})
        await self._queue_claims(new)
        return len(new)

    async def _queue_claims(self, new: list[Claim]) -> None:
        """Those that are late by a whole interval are skipped, so that nothing piles up."""
        now = clock.now()
        late = []
        for claim in new:
            seconds = claim.interval_seconds
            missed = scheduler.missed_polls(claim.next_poll_at, seconds, now)
            if missed and not claim.is_suspect:
                self.counted.skipped_turns += missed
                due = scheduler.after_missing(claim.device_id, seconds, now)
                late.append((claim.device_id, due))
                continue
            self._in_hand[claim.device_id] = claim.is_suspect
            self._queue.add(claim)
        if late:
            await claims.release(self._worker, late)

    async def _begin_when_due(self) -> None:
        while True:
            self._begin_due()
            self._queue.changed.clear()
            next_at = self._queue.next_at
            wait_seconds = None if next_at is None else max(next_at - monotonic(), 0.0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await self._queue.changed.wait()

    def _begin_due(self) -> None:
        for claim in self._queue.take_due(monotonic()):
            self._lanes[claim.is_suspect].begin(claim)

    async def _visit(self, claim: Claim) -> None:
        try:
            if claim.seconds_left < LEAST_VISIT_SECONDS:
                # It waited too long for a slot; whoever claims it when the lease is over visits it sooner.
                self.counted.skipped_turns += 1
                return
            self.counted.polls += 1
            if not claim.is_suspect and claim.next_poll_at >= self._started_at:
                # Silent devices wait in their own lane; what was due before the start is not our delay.
                self.lateness.add(1000 * (monotonic() - claim.due_at))
            self._writer.add(await self._outcome_or_fault(claim))
        finally:
            self._in_hand.pop(claim.device_id, None)

    async def _outcome(self, claim: Claim) -> outcomes.Outcome:
        try:
            if self._bounds is not None and not is_within(claim.host, self._bounds):
                raise OutsideOfNetworks
            if not claim.is_granted:
                raise NotGranted
            async with asyncio.timeout(claim.seconds_left):
                found = await self._visitors[claim.method].visit(claim)
        except SnmpError as error:
            return self._failed(claim, error)
        except TimeoutError:
            slow = say("The device took too long to answer everything")
            return self._failed(claim, TimedOut(slow))
        outcome = outcomes.of_visit(claim, found, self._thresholds.now, clock.now())
        self.counted.ok += 1
        self.counted.full_visits += found.plan is not None
        self.counted.readings_refused += len(found.refused)
        return outcome

    async def _outcome_or_fault(self, claim: Claim) -> outcomes.Outcome:
        """What we cannot make sense of is a failed visit too: it is shown, and asked more rarely."""
        try:
            return await self._outcome(claim)
        except Exception:
            self.counted.faults += 1
            log.exception("visit.failed", device=claim.device_id)
            return self._failed(claim, BadReply(say("Its answer makes no sense to us")))

    def _failed(self, claim: Claim, error: SnmpError) -> outcomes.Outcome:
        self.counted.failed += 1
        self.counted.timed_out += isinstance(error, TimedOut)
        return outcomes.of_failure(claim, error, clock.now())

    async def _report(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                await figures.write(self._worker, self._started_at, clock.now(), self.figures())
            await asyncio.sleep(figures.REPORT_SECONDS)

    def figures(self) -> Figures:
        """How this worker does, now."""
        live, suspect = self._lanes[False], self._lanes[True]
        now = Now(
            live_in_flight=live.in_flight,
            suspect_in_flight=suspect.in_flight,
            waiting=live.waiting + suspect.waiting,
            heap=len(self._queue),
            queue=len(self._writer),
        )
        return figures.take(self.counted, self.lateness, now, self._wire)

    async def _leave(self, saving: asyncio.Task[None]) -> None:
        """Visits under way may end; what they read is saved, and who was not visited is released."""
        for lane in self._lanes.values():
            lane.forget_waiting()
        await asyncio.gather(
            *(lane.empty(timeout_seconds=LEAVE_SECONDS) for lane in self._lanes.values())
        )
        self._writer.close()
        await asyncio.gather(saving, return_exceptions=True)
        await self._writer.drain()
        with contextlib.suppress(Unavailable):
            await claims.release_all(self._worker)
            await figures.forget(self._worker)

    def _log_away(self, *, is_away: bool) -> None:
        if is_away and not self._is_away:
            log.warning("claims.database_away")
        elif self._is_away and not is_away:
            log.info("claims.database_back")
        self._is_away = is_away
