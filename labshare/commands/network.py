"""`labshare network`: which networks the operator gives to which school."""

import asyncio
import os

import click

from core.settings import Settings
from labshare.attached import attached, connected
from labshare.commands.failures import told_plainly
from labshare.environment import read_settings
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
        async with connected(settings):
            return await grants.grant(settings.networks, school, cidr, is_shared=shared)

    with attached(read_settings(os.environ)) as settings:
        click.echo(_line(asyncio.run(run(settings))))


@command.command()
@click.argument("school")
@click.argument("cidr")
@told_plainly
def revoke(school: str, cidr: str) -> None:
    """Take CIDR from the school; no device there is asked any more."""

    async def run(settings: Settings) -> list[NetworkGrant]:
        async with connected(settings):
            await grants.revoke(school, cidr)
            return await grants.list_grants()

    with attached(read_settings(os.environ)) as settings:
        if not asyncio.run(run(settings)):
            click.echo(UNLIMITED, err=True)


@command.command("list")
@told_plainly
def show() -> None:
    """What each school was given."""

    async def run(settings: Settings) -> list[NetworkGrant]:
        async with connected(settings):
            return await grants.list_grants()

    with attached(read_settings(os.environ)) as settings:
        found = asyncio.run(run(settings))
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo(UNLIMITED, err=True)


def _line(one: NetworkGrant) -> str:
    return f"{one.school_code}\t{one.cidr}" + ("\tshared" if one.is_shared else "")
