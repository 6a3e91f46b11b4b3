"""`labshare network`: which networks the operator gives to which school."""

import click

from core.settings import Settings
from labshare.commands.engines import run_connected
from labshare.commands.failures import told_plainly
from monitoring.devices.networks import grants
from monitoring.devices.networks.grants import NetworkGrant

UNLIMITED = "No network is given to any school, so each may use all within LABSHARE_NETWORKS."


@click.group(name="network")
def command() -> None:
    """Networks that schools are given; from the first one on, a school has only what it was given."""


@command.command("grant")
@click.argument("school")
@click.argument("cidr")
@click.option("--shared", is_flag=True, help="Although another school has some of the addresses.")
@told_plainly
def give(school: str, cidr: str, shared: bool) -> None:
    """Let the school with this code use the addresses of CIDR, such as 10.3.0.0/16."""

    async def run(settings: Settings) -> NetworkGrant:
        return await grants.grant(settings.networks, school, cidr, is_shared=shared)

    click.echo(_line(run_connected(run)))


@command.command()
@click.argument("school")
@click.argument("cidr")
@told_plainly
def revoke(school: str, cidr: str) -> None:
    """Take CIDR from the school; no device there is asked any more."""

    async def run(_: Settings) -> list[NetworkGrant]:
        await grants.revoke(school, cidr)
        return await grants.list_grants()

    if not run_connected(run):
        click.echo(UNLIMITED, err=True)


@command.command("list")
@told_plainly
def show() -> None:
    """What each school was given."""
    found = run_connected(lambda _: grants.list_grants())
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo(UNLIMITED, err=True)


def _line(one: NetworkGrant) -> str:
    return f"{one.school_code}\t{one.cidr}" + ("\tshared" if one.is_shared else "")
