"""`labshare check`: is everything that should be there, there?"""

import asyncio
import os

import click

from core.settings import Settings
from labshare import checks
from labshare.attached import attached, connected
from labshare.checks import Finding
from labshare.commands.failures import fail, told_plainly
from labshare.environment import read_settings


@click.command(name="check")
@told_plainly
def command() -> None:
    """Hold rows against objects, constraints and history; one line each, exit 1 if any is wrong."""
    with attached(read_settings(os.environ), with_objects=True) as settings:
        findings = asyncio.run(_check(settings))
    for finding in findings:
        click.echo(f"{'wrong' if finding.wrong else 'ok'}: {finding.looked_at}")
        for line in finding.wrong:
            click.echo(f"  {line}")
    wrong = sum(len(finding.wrong) for finding in findings)
    if wrong:
        fail(f"{wrong} things are wrong")


async def _check(settings: Settings) -> list[Finding]:
    async with connected(settings):
        return await checks.find_all()
