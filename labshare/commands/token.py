"""`labshare token create`: a key for a program, from the machine's own command line."""

import asyncio
import os

import click

from core import people, tokens
from core.settings import Settings
from core.tokens import SCOPES, USUAL_DAYS, NewToken
from labshare.attached import attached, connected
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings


@click.group(name="token")
def command() -> None:
    """Keys for programs."""


@command.command()
@click.option("--person", required=True, metavar="NAME", help="A sign-in name, or a full name.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it may do; may be repeated.  [default: all that the person may]",
)
@click.option("--days", default=USUAL_DAYS, show_default=True, type=click.IntRange(1, 365))
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@told_plainly
def create(person: str, scopes: tuple[str, ...], days: int, name: str) -> None:
    """Make a token for a person and print it alone; it is shown this once."""
    new = NewToken(name=name, scopes=scopes or SCOPES, days=days)
    with attached(read_settings(os.environ)) as settings:
        secret = asyncio.run(_create(settings, person, new))
    click.echo(secret)


async def _create(settings: Settings, person: str, new: NewToken) -> str:
    async with connected(settings):
        issued = await tokens.create_token_for(await people.find_id(person), new)
        return issued.secret
