"""`labshare poll`: one visit to one device, as the worker would make it; no database needed."""

import asyncio
import socket
import unicodedata
from typing import Any, Literal

import click
import msgspec

from labshare.commands.failures import fail, told_plainly
from monitoring.metrics import METRICS, UNITS, VALUE_WORDS
from monitoring.profiles import all_profiles
from monitoring.readings import Reading
from monitoring.snmp import (
    Address,
    AuthProtocol,
    Community,
    Credential,
    PrivProtocol,
    Session,
    SnmpError,
    User,
)
from monitoring.snmp.values import SNMP_PORT
from monitoring.visits import Visit, visit

HEADINGS = ("Metric", "Instance", "Value", "Unit", "State")
GAP = "  "


class Asked(msgspec.Struct, frozen=True):
    """How to ask, as the options say."""

    community: str
    version: Literal["1", "2c"]
    user: str | None
    auth: AuthProtocol | None
    auth_password: str
    priv: PrivProtocol | None
    priv_password: str
    context: str

    def credential(self) -> Credential:
        """A v3 user if one is named, else the community."""
        if self.user is None:
            return Community(self.community, self.version)
        try:
            return User(
                self.user,
                self.auth,
                self.auth_password,
                self.priv,
                self.priv_password,
                self.context,
            )
        except ValueError as error:
            raise click.UsageError(f"user {self.user}: {error}") from error


@click.command(name="poll")
@click.argument("address")
@click.option("--community", default="public", show_default=True, help="Word of v1 and v2c.")
@click.option("--version", type=click.Choice(["1", "2c"]), default="2c", show_default=True)
@click.option("--user", help="Ask as this user of v3.")
@click.option("--auth", type=click.Choice([p.value for p in AuthProtocol]), help="How v3 signs.")
@click.option("--auth-password", default="", envvar="LABSHARE_AUTH_PASSWORD", show_envvar=True)
@click.option("--priv", type=click.Choice([p.value for p in PrivProtocol]), help="How v3 encrypts.")
@click.option("--priv-password", default="", envvar="LABSHARE_PRIV_PASSWORD", show_envvar=True)
@click.option("--context", default="", help="Context of v3.")
@click.option("--profile", type=click.Choice([p.name for p in all_profiles()]))
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=2.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of the table.")
@told_plainly
def command(address: str, profile: str | None, timeout: float, as_json: bool, **how: Any) -> None:
    """Visit ADDRESS[:PORT] once and print what it says."""
    credential = msgspec.convert(how, Asked).credential()
    try:
        found = asyncio.run(_visit(_address(address), credential, profile, timeout))
    except SnmpError as error:
        fail(f"{address}: {error}")
    if as_json:
        shown = {"profile": found.profile, "identity": found.identity, "readings": found.readings}
        click.echo(msgspec.json.format(msgspec.json.encode(shown)))
    else:
        click.echo("\n".join([*_head(found), "", *_table(found.readings)]))


async def _visit(
    address: Address, credential: Credential, profile: str | None, patience: float
) -> Visit:
    async with Session(timeout_seconds=patience) as wire:
        return await visit(wire, address, credential, profile=profile)


def _address(text: str) -> Address:
    """HOST, HOST:PORT, an IPv6 address, or [IPv6]:PORT; names are looked up."""
    host, port = text, str(SNMP_PORT)
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, port = text.split(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise click.BadParameter(f"{text!r} is not ADDRESS or ADDRESS:PORT", param_hint="ADDRESS")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)
    except OSError:
        fail(f"there is no address for {host}")
    return Address(str(found[0][4][0]), int(port))


def _head(found: Visit) -> list[str]:
    width = max(map(len, ["profile", *found.identity]))
    facts = {"profile": found.profile, **found.identity}
    return [f"{name.ljust(width)}{GAP}{value}" for name, value in facts.items()]


def _table(readings: list[Reading]) -> list[str]:
    rows = [HEADINGS, *map(_row, readings)]
    widths = [max(_columns(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return [
        GAP.join(
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _row(reading: Reading) -> tuple[str, ...]:
    value = "–" if reading.value is None else str(reading.value)
    words = [str(VALUE_WORDS[word]) for word in value.split() if word in VALUE_WORDS]
    unit = str(UNITS.get(reading.unit or "", "")) if reading.unit != "count" else ""
    name = str(METRICS[reading.metric].label)
    return name, reading.instance, ", ".join(words) or value, unit, reading.state.value


def _columns(text: str) -> int:
    """How wide a terminal shows it: Chinese takes two columns a character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
