"""`labshare token create`: a key for a program, from the machine's own command line."""

import click

from core import people, tokens
from core.settings import Settings
from core.tokens import SCOPES, USUAL_DAYS, IssuedToken, NewToken
from labshare.commands.engines import run_connected
from labshare.commands.failures import told_plainly


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

    async def issue(_: Settings) -> IssuedToken:
        return await tokens.create_token_for(await people.find_id(person), new)

    click.echo(run_connected(issue).secret)
