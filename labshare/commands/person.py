"""`labshare person add`: an account from the machine's own command line."""

import click

from core import people, second_factor
from core.access import Role
from core.people import Invitation
from core.settings import Settings
from labshare.commands.engines import run_connected
from labshare.commands.failures import told_plainly


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

    async def create(_: Settings) -> Invitation:
        return await people.create_from_command_line(
            name, role=role, school_code=school, login=login
        )

    invitation = run_connected(create)
    click.echo(f"{invitation.login} {invitation.one_time_password}")
    click.echo(f"The password works once, until {invitation.expires_at:%Y-%m-%d}.", err=True)


@command.command("reset-second-factor")
@click.argument("name")
@told_plainly
def reset_second_factor(name: str) -> None:
    """Take away the second factor of NAME, who lost the phone; the password stays."""

    async def reset(_: Settings) -> None:
        await second_factor.reset_from_command_line(await people.find_id(name))

    run_connected(reset)
    click.echo(f"{name} signs in with the password alone now.")
