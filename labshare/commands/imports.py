"""`labshare import assets`: a list of equipment into the books, all or nothing."""

import asyncio
from pathlib import Path

import click
import msgspec

from core.access import Actor
from core.database import fetch
from inventory.imports import applying, reading, staging
from inventory.imports.shapes import ImportJob, ImportRow, Verdict
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
    """Import assets from a CSV or XLSX FILE: every row, or none if one is wrong."""
    run_connected(lambda _: _import(file, school, dry_run))


async def _import(file: Path, school: str | None, dry_run: bool) -> None:
    data = await asyncio.to_thread(file.read_bytes)
    chosen = await _school(school)
    actor = Actor.system("labshare import assets", [chosen.id])
    job = await staging.stage_assets(actor, chosen.code, file.name, data)
    await _tell(actor, job)
    if dry_run or not job.can_apply:
        await staging.discard(actor, job.id)
    if job.counts.error:
        fail(f"{job.counts.error} rows are wrong: nothing was changed")
    if dry_run:
        click.echo("Dry run: nothing was changed.")
    elif job.can_apply:
        await applying.apply_import(actor, job.id)
        click.echo("Done.")
    else:
        click.echo("Everything was there already: nothing to do.")


async def _school(code: str | None) -> _School:
    schools = await fetch(_School, "SELECT id, code FROM school ORDER BY code")
    found = [school for school in schools if code is None or school.code == code]
    if not found:
        fail(f"there is no school with the code {code}" if code else "there is no school yet")
    if len(found) > 1:
        fail(f"say which school: --school {'|'.join(school.code for school in found)}")
    return found[0]


async def _tell(actor: Actor, job: ImportJob) -> None:
    counts = job.counts
    click.echo(
        f"{counts.total} rows in {job.encoding}: {counts.create} new, {counts.update} changed, "
        f"{counts.same} the same, {counts.skip} skipped, {counts.error} wrong"
    )
    if job.unused:
        click.echo(f"Columns not used: {', '.join(job.unused)}")
    if counts.error:
        page = await reading.list_rows(
            actor, job.id, verdict=Verdict.error, limit=MOST_ERRORS_SHOWN
        )
        for row in page.items:
            click.echo(_error_line(row), err=True)


def _error_line(row: ImportRow) -> str:
    remarks = "; ".join(f"{each.column}: {each.message}" for each in row.remarks)
    return f"line {row.line}: {remarks}"
