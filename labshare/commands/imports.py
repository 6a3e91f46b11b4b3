"""`labshare import assets`: a list of equipment into the books, all or nothing."""

import asyncio
from pathlib import Path
from uuid import UUID

import click
import msgspec

from core.access import Actor
from core.database import fetch
from inventory.imports import reading, staging, working
from inventory.imports.reading import RowFilters
from inventory.imports.shapes import ImportRow, ImportState, Verdict
from labshare.commands.engines import run_connected
from labshare.commands.failures import fail, told_plainly

MOST_ERRORS_SHOWN = 50


class _School(msgspec.Struct):
    id: int
    code: str


@click.group(name="import")
def command() -> None:
    """Lists from other programs."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--school", metavar="CODE", help="Needed where there are several schools.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@told_plainly
def assets(file: Path, school: str | None, dry_run: bool) -> None:
    """Import assets from a FILE of a spreadsheet program: every row, or none if one is wrong."""
    run_connected(lambda _: _import(file, school, dry_run))


async def _import(file: Path, school: str | None, dry_run: bool) -> None:
    data = await asyncio.to_thread(file.read_bytes)
    chosen = await _school(school)
    actor = Actor.system("labshare import assets", [chosen.id])
    job = await staging.upload(actor, chosen.code, file.name, data)
    try:
        await _judge(actor, job.id)
        await _tell(actor, job.id)
        await _apply(actor, job.id, dry_run)
    finally:
        # Whatever was not applied is of no use to anybody: nothing of it stays behind.
        job = await reading.get_import(actor, job.id)
        if job.can_discard:
            await staging.discard(actor, job.id)


async def _judge(actor: Actor, job_id: UUID) -> None:
    await working.work_at(job_id)
    job = await reading.get_import(actor, job_id)
    if job.state is ImportState.failed:
        fail(str(job.problem))
    await staging.map_columns(actor, job_id)
    await working.work_at(job_id)


async def _apply(actor: Actor, job_id: UUID, dry_run: bool) -> None:
    job = await reading.get_import(actor, job_id)
    if job.counts.error:
        fail(f"{job.counts.error} rows are wrong: nothing was changed")
    if dry_run:
        click.echo("Dry run: nothing was changed.")
        return
    if not job.can_apply:
        click.echo("Everything was there already: nothing to do.")
        return
    await staging.apply_import(actor, job_id)
    await working.work_at(job_id)
    job = await reading.get_import(actor, job_id)
    if job.state is not ImportState.applied:
        fail(str(job.problem))
    click.echo("Done.")


async def _school(code: str | None) -> _School:
    schools = await fetch(_School, "SELECT id, code FROM school ORDER BY code")
    found = [school for school in schools if code is None or school.code == code]
    if not found:
        fail(f"there is no school with the code {code}" if code else "there is no school yet")
    if len(found) > 1:
        fail(f"say which school: --school {'|'.join(school.code for school in found)}")
    return found[0]


async def _tell(actor: Actor, job_id: UUID) -> None:
    job = await reading.get_import(actor, job_id)
    counts = job.counts
    click.echo(
        f"{counts.total} rows in {job.encoding}: {counts.create} new, {counts.update} changed, "
        f"{counts.same} the same, {counts.skip} skipped, {counts.error} wrong"
    )
    if job.unused:
        click.echo(f"Columns not used: {', '.join(job.unused)}")
    if job.findings.models:
        names = ", ".join(model.name for model in job.findings.models)
        click.echo(f"New models: {names}")
    if counts.error:
        page = await reading.list_rows(
            actor, job.id, RowFilters(Verdict.error), limit=MOST_ERRORS_SHOWN
        )
        for row in page.items:
            click.echo(_error_line(row), err=True)


def _error_line(row: ImportRow) -> str:
    remarks = "; ".join(f"{each.column}: {each.message}" for each in row.remarks)
    return f"line {row.line}: {remarks}"
