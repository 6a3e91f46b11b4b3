"""`labshare check`: is everything that should be there, there?"""

import click

from labshare import checks
from labshare.commands.engines import run_connected
from labshare.commands.failures import fail, told_plainly


@click.command(name="check")
@told_plainly
def command() -> None:
    """Hold rows against objects, constraints and history; one line each, exit 1 if any is wrong."""
    findings = run_connected(lambda _: checks.find_all(), with_objects=True)
    for finding in findings:
        click.echo(f"{'wrong' if finding.wrong else 'ok'}: {finding.looked_at}")
        for line in finding.wrong:
            click.echo(f"  {line}")
    wrong = sum(len(finding.wrong) for finding in findings)
    if wrong:
        fail(f"{wrong} things are wrong")
