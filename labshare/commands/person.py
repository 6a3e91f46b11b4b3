"""`labshare person add`: an account from the machine's own command line."""

import asyncio
import os

import click

from core import people
from core.access import Role
from core.people import Invitation
from core.settings import Settings
from labshare.attached import attached, connected
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings


@click.group(name="person")
def command() -> None:
    """People with an account."""


@command.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--school", required=True, metavar="CODE", help="The code of the school.")
@click.option("--login", default="", help="The sign-in name.  [default: NAME without spaces]")
@told_plainly
def add(name: str, role: str, school: str, login: str) -> None:
    """Open an account for NAME; prints the sign-in name and a password that works once."""
    with attached(read_settings(os.environ)) as settings:
        invitation = asyncio.run(_add(settings, name, role, school, login))
    click.echo(f"{invitation.login} {invitation.one_time_password}")
    click.echo(f"The password works once, until {invitation.expires_at:%Y-%m-%d}.", err=True)


async def _add(settings: Settings, name: str, role: str, school: str, login: str) -> Invitation:
    async with connected(settings):
        return await people.add(name, role=role, school_code=school, login=login)
