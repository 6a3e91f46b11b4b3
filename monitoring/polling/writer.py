"""The one writer of a worker's outcomes: batches twice a second, and none lost that can be saved."""

import asyncio
import contextlib
import time
from collections import deque

import structlog

from core.errors import Unavailable
from monitoring.polling import store
from monitoring.polling.figures import Counted
from monitoring.polling.outcomes import Outcome

log = structlog.get_logger(__name__)

BATCH = 200
MOST_AT_ONCE = 500  # when more waits than one batch
BATCH_SECONDS = 0.5
# While the database is away results wait; beyond this the oldest go, and are simply polled again.
MOST_WAITING = 5_000
AWAY_SECONDS = 1.0
BUSY_TRIES = 3


class Writer:
    """Outcomes are added one by one and saved in batches by ``run``."""

    def __init__(self, worker: str, counted: Counted) -> None:
        self._worker = worker
        self._counted = counted
        self._waiting: deque[Outcome] = deque()
        self._in_hand: list[Outcome] = []
        self._devices: set[int] = set()
        self._is_closed = False
        self._first = asyncio.Event()
        self._enough = asyncio.Event()
        self._is_away = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_hand)

    def __contains__(self, device_id: int) -> bool:
        return device_id in self._devices

    def add(self, outcome: Outcome) -> None:
        """Save this with the next batch."""
        if len(self) >= MOST_WAITING and self._waiting:
            self._devices.discard(self._waiting.popleft().device_id)
            self._counted.results_dropped += 1
        self._waiting.append(outcome)
        self._devices.add(outcome.device_id)
        self._first.set()
        if len(self._waiting) >= BATCH:
            self._enough.set()

    async def run(self) -> None:
        """Save what comes, until closed."""
        while not self._is_closed:
            await self._first.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BATCH_SECONDS):
                    await self._enough.wait()
            if not await self.flush():
                await asyncio.sleep(AWAY_SECONDS)

    def close(self) -> None:
        """Let ``run`` end after the batch that it is at; what waits is for ``drain``."""
        self._is_closed = True
        self._first.set()
        self._enough.set()

    async def flush(self) -> bool:
        """Save one batch; False when the database is away and everything still waits."""
        self._in_hand += [
            self._waiting.popleft()
            for _ in range(min(MOST_AT_ONCE - len(self._in_hand), len(self._waiting)))
        ]
        if len(self._waiting) < BATCH:
            self._enough.clear()
        if not self._waiting:
            self._first.clear()
        if not self._in_hand:
            return True
        begun = time.monotonic()
        try:
            is_saved = await self._save(self._in_hand)
        finally:
            self._counted.flush_seconds += time.monotonic() - begun
        if is_saved:
            self._forget(self._in_hand)
            self._in_hand = []
        else:
            self._first.set()
        return is_saved

    async def drain(self) -> bool:
        """Save everything that waits; False as soon as the database is away."""
        while len(self):
            if not await self.flush():
                return False
        return True

    async def _save(self, batch: list[Outcome]) -> bool:
        for _ in range(BUSY_TRIES):
            try:
                await self._write(batch)
            except (Unavailable, TimeoutError) as error:
                if _is_busy(error):
                    continue
                self._log_away(is_away=True)
                return False
            except Exception:
                # One row that does not fit must not cost the others their visit.
                log.exception("outcomes.batch_refused", results=len(batch))
                break
            self._log_away(is_away=False)
            return True
        self._counted.batches_refused += 1
        return await self._save_one_by_one(batch)

    async def _save_one_by_one(self, batch: list[Outcome]) -> bool:
        for place, one in enumerate(batch):
            try:
                await self._write([one])
            except (Unavailable, TimeoutError) as error:
                if not _is_busy(error):
                    self._forget(batch[:place])
                    self._in_hand = batch[place:]
                    self._log_away(is_away=True)
                    return False
                self._counted.results_dropped += 1
            except Exception:
                # Its lease runs out by itself; the fault is in our program.
                self._counted.results_dropped += 1
                log.exception("outcome.refused", device=one.device_id)
        return True

    async def _write(self, batch: list[Outcome]) -> None:
        written = await store.save_outcomes(self._worker, batch)
        self._counted.batches += 1
        self._counted.results_kept += len(written.saved)
        self._counted.lost_leases += written.lost
        self._counted.rows_written += written.rows
        try:
            await store.follow_up(written.saved)
        except (Unavailable, TimeoutError):
            self._log_away(is_away=True)
        except Exception:
            log.exception("outcomes.not_followed_up", results=len(written.saved))
        for one in written.saved:
            if one.before is not one.after:
                log.info(
                    "device.changed",
                    device=one.device_id,
                    before=one.before.value,
                    after=one.after.value,
                )

    def _forget(self, batch: list[Outcome]) -> None:
        self._devices.difference_update(one.device_id for one in batch)

    def _log_away(self, *, is_away: bool) -> None:
        """A line a change, not one for each try."""
        if is_away and not self._is_away:
            self._counted.database_away += 1
            log.warning("outcomes.database_away", waiting=len(self))
        elif self._is_away and not is_away:
            log.info("outcomes.database_back", waiting=len(self))
        self._is_away = is_away


def _is_busy(error: Exception) -> bool:
    """Whether others were only in the way (a deadlock): the same may be tried at once."""
    return isinstance(error, Unavailable) and error.code == "busy"
