"""Imports are worked at by the worker: claimed one at a time, each step by itself."""

import asyncio
import contextlib
from uuid import UUID

import structlog

from core import leases
from core.access import Actor
from core.database import execute, fetch_value, statements_may_take, transaction
from core.errors import Conflict, Invalid, Message, Problem, Unavailable, say
from core.jobs import STATEMENT_SECONDS
from inventory.imports import applying, judging, sheet_reading, undoing
from inventory.imports.applying import Stale
from inventory.imports.claims import (
    QUEUE,
    Claim,
    LostClaim,
    Progress,
    actor_of,
    end_step,
    hold,
    problem,
    shown,
)
from inventory.imports.importers import Importer
from inventory.imports.made import remove_made
from inventory.imports.nouns import IMPORTERS
from inventory.imports.shapes import ImportState

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
# A worker that was killed reports nothing. Several in a row over one file are caused by the file.
MOST_LOST_CLAIMS = 5
STOPPED_PROGRAM = say("Working at this file ended the program several times, so it was given up")
FAULT = say("This step failed by a fault of the program; the administrator finds it in the log")


async def run(stop: asyncio.Event) -> None:
    """Work at imports until ``stop`` is set; any number of workers may do so at once."""
    while not stop.is_set():
        if not await work_waiting(most=1, stop=stop):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), IDLE_SECONDS)


async def work_at(job_id: UUID) -> None:
    """Stay until this import waits for somebody, working at it unless a worker does."""
    while await fetch_value(
        f"SELECT true FROM import_job WHERE id = $1 AND {QUEUE.waiting}", job_id
    ):
        if not await work_waiting(most=1, only=job_id):
            await asyncio.sleep(IDLE_SECONDS)


async def work_waiting(
    *, most: int = 100, stop: asyncio.Event | None = None, only: UUID | None = None
) -> int:
    """Take up to ``most`` steps that wait (of one import ``only``), one after the other; how many.

    A step that is under way when ``stop`` is set is broken off: what it wrote is rolled back or
    written anew, and another worker begins it again at once.
    """
    taken = 0
    where = "CAST(:only AS uuid) IS NULL OR id = :only"
    while taken < most and (claims := await leases.claim(Claim, QUEUE, where=where, only=only)):
        taken += 1
        async with leases.renewed(QUEUE, claims):
            await _unless_stopped(claims[0], stop)
    return taken


async def _unless_stopped(claim: Claim, stop: asyncio.Event | None) -> None:
    if stop is None:
        await _step_or_say_why(claim)
        return
    working = asyncio.create_task(_step_or_say_why(claim))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
            await leases.release(QUEUE, [claim])
        else:
            working.result()
    finally:
        stopping.cancel()


async def _step_or_say_why(claim: Claim) -> None:
    name = await fetch_value("SELECT name FROM person WHERE id = $1", claim.by)
    actor = actor_of(claim, name or "import")
    try:
        if claim.lost_claims > MOST_LOST_CLAIMS:
            log.error("import.kills_workers", job=str(claim.id), state=claim.state)
            await _come_back(claim, actor, STOPPED_PROGRAM)
            return
        with statements_may_take(STATEMENT_SECONDS):
            async with shown(claim) as progress:
                await _step(claim, actor, IMPORTERS[claim.noun], progress)
    except LostClaim:
        log.info("import.lost", job=str(claim.id), state=claim.state)
    except Unavailable as error:
        log.warning("import.put_off", job=str(claim.id), reason=str(error))
        await leases.put_off(QUEUE, [claim])
    except (Invalid, Conflict) as refused:
        await _come_back(claim, actor, refused.message)
    except Exception:
        # One odd file must not stop the files behind it.
        log.exception("import.fault", job=str(claim.id), state=claim.state)
        await _come_back(claim, actor, FAULT)


async def _step(claim: Claim, actor: Actor, importer: Importer, progress: Progress) -> None:
    if claim.state is ImportState.uploaded:
        await sheet_reading.read_file(claim, actor, importer, progress)
    elif claim.state is ImportState.mapped:
        await judging.judge_rows(claim, actor, importer, progress)
    elif claim.state is ImportState.applying:
        await _apply(claim, actor, importer, progress)
    else:
        await undoing.undo_rows(claim, actor, importer, progress)


async def _apply(claim: Claim, actor: Actor, importer: Importer, progress: Progress) -> None:
    try:
        await applying.apply_rows(claim, actor, importer, progress)
        return
    except Stale as stale:
        why = stale.why
    except (Invalid, Conflict) as refused:
        # A rule of the database that the preview could not foretell: somebody was faster.
        why = _of_race(refused)
    async with transaction(actor):
        await hold(claim)
        await _remove_made(claim)
    progress.done = 0
    await judging.judge_rows(claim, actor, importer, progress, why=why)


def _of_race(refused: Problem) -> Message:
    if refused.code == "import_job_applied_once":
        return refused.message
    return say("The books have changed since this preview: {reason}", reason=refused.message)


BACK_TO = {
    ImportState.uploaded: ImportState.failed,
    ImportState.mapped: ImportState.read,
    ImportState.applying: ImportState.read,
    ImportState.undoing: ImportState.applied,
}


async def _come_back(claim: Claim, actor: Actor, why: Message) -> None:
    """A step that cannot be done: nothing of it stays, and its import says why."""
    with contextlib.suppress(LostClaim):
        async with transaction(actor):
            await end_step(claim, BACK_TO[claim.state], problem=problem(why))
            if claim.state is ImportState.applying:
                await _remove_made(claim)


async def _remove_made(claim: Claim) -> None:
    """Nothing stays of an import that was not applied."""
    made = await fetch_value("SELECT made FROM import_job WHERE id = $1", claim.id)
    await remove_made(made or {})
    await execute("UPDATE import_job SET made = NULL WHERE id = $1", claim.id)
