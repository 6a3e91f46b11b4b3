"""`labshare school quota`: what the operator gives each school, from the machine's own command line."""

import click

from core.errors import NotFound, say
from labshare.commands.engines import run_connected
from labshare.commands.failures import told_plainly
from storage import quotas
from storage.quotas import SchoolUse


@click.group(name="school")
def command() -> None:
    """Schools, as the operator sees them."""


@command.command()
@click.argument("code", required=False)
@click.argument("size", required=False)
@told_plainly
def quota(code: str | None, size: str | None) -> None:
    """How many bytes of files the school CODE may have: SIZE such as 200GB, or none for no limit.

    Without SIZE it prints what the school uses, without CODE what each of them uses.
    """
    for use in run_connected(lambda _: _quota(code, size)):
        click.echo(_line(use))


async def _quota(code: str | None, size: str | None) -> list[SchoolUse]:
    if code is not None and size is not None:
        return [await quotas.set_quota(code, quotas.parse_size(size))]
    found = [use for use in await quotas.list_all() if code in (None, use.code)]
    if code is not None and not found:
        raise NotFound(say("There is no school with the code {code}", code=code))
    return found


def _line(use: SchoolUse) -> str:
    allowed = "no limit"
    if use.allowed_bytes is not None:
        allowed = f"of {quotas.size_text(use.allowed_bytes)} ({use.percent} %)"
    return f"{use.code}\t{quotas.size_text(use.used_bytes)} used\t{allowed}"
