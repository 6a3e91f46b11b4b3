"""Imports as a person and the worker take them through, a step after the other."""

from uuid import UUID

from core.access import Actor
from inventory import imports
from inventory.imports import ImportJob, ImportState, Mapping, Noun, working

SUGGESTED = Mapping()


async def read(
    actor: Actor, school: str, name: str, data: bytes, noun: Noun = Noun.assets
) -> ImportJob:
    """A file taken in and read; it failed, or waits for its mapping."""
    job = await imports.upload(actor, school, name, data, noun=noun)
    await working.work_at(job.id)
    return await imports.get_import(actor, job.id)


async def judged(actor: Actor, job_id: UUID, mapping: Mapping = SUGGESTED) -> ImportJob:
    """The same, mapped and judged."""
    await imports.map_columns(actor, job_id, mapping)
    await working.work_at(job_id)
    return await imports.get_import(actor, job_id)


async def staged(
    actor: Actor,
    school: str,
    name: str,
    data: bytes,
    *,
    mapping: Mapping = SUGGESTED,
    noun: Noun = Noun.assets,
) -> ImportJob:
    """A file read and judged, by what its headers suggest and ``mapping`` says."""
    job = await read(actor, school, name, data, noun)
    return job if job.state is ImportState.failed else await judged(actor, job.id, mapping)


async def applied(actor: Actor, job_id: UUID) -> ImportJob:
    """Applied by the worker, or come back with the reason."""
    await imports.apply_import(actor, job_id)
    await working.work_at(job_id)
    return await imports.get_import(actor, job_id)


async def undone(actor: Actor, job_id: UUID) -> ImportJob:
    """Taken back by the worker, or still applied with the reason."""
    await imports.undo_import(actor, job_id)
    await working.work_at(job_id)
    return await imports.get_import(actor, job_id)
