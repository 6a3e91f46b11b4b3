"""`labshare person add`: an account from the machine's own command line."""

import asyncio
import os

import click

from core import people, second_factor
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


@command.command("reset-second-factor")
@click.argument("name")
@told_plainly
def reset_second_factor(name: str) -> None:
    """Take away the second factor of NAME, who lost the phone; the password stays."""
    with attached(read_settings(os.environ)) as settings:
        asyncio.run(_reset(settings, name))
    click.echo(f"{name} signs in with the password alone now.")


async def _reset(settings: Settings, name: str) -> None:
    async with connected(settings):
        await second_factor.reset_from_command_line(await people.find_id(name))


async def _add(settings: Settings, name: str, role: str, school: str, login: str) -> Invitation:
    async with connected(settings):
        return await people.create_from_command_line(
            name, role=role, school_code=school, login=login
        )
