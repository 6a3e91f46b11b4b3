"""`labshare poll`: one visit to one device, with nothing else running."""

import asyncio
import socket
from unicodedata import east_asian_width

import click
import msgspec

from labshare.commands.failures import fail, told_plainly
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
from monitoring.visits import Visit, visit

SNMP_PORT = 161


@click.command(name="poll")
@click.argument("address", metavar="ADDRESS[:PORT]")
@click.option(
    "--community", default="public", envvar="LABSHARE_POLL_COMMUNITY", help="For v1 and v2c."
)
@click.option("--v1", is_flag=True, help="Speak SNMP v1 in place of v2c.")
@click.option("--user", help="Speak SNMP v3 as this user.")
@click.option("--auth", type=click.Choice([each.value for each in AuthProtocol]), default=None)
@click.option("--auth-password", envvar="LABSHARE_POLL_AUTH_PASSWORD", default="")
@click.option("--priv", type=click.Choice([each.value for each in PrivProtocol]), default=None)
@click.option("--priv-password", envvar="LABSHARE_POLL_PRIV_PASSWORD", default="")
@click.option("--context", default="", help="The v3 context.")
@click.option("--profile", default=None, help="Take this profile for granted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of a table.")
@told_plainly
def command(
    address: str,
    community: str,
    v1: bool,
    user: str | None,
    auth: str | None,
    auth_password: str,
    priv: str | None,
    priv_password: str,
    context: str,
    profile: str | None,
    as_json: bool,
) -> None:
    """Visit the SNMP device at ADDRESS once and print who it is and what it says."""
    credential: Credential = Community(community, "1" if v1 else "2c")
    if user is not None:
        try:
            credential = User(
                name=user,
                auth=_auth(auth, auth_password),
                auth_password=auth_password,
                priv=_priv(priv, priv_password),
                priv_password=priv_password,
                context=context,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    found = asyncio.run(_visit(_address(address), credential, profile))
    click.echo(as_text(found) if not as_json else msgspec.json.encode(as_object(found)).decode())


def _auth(given: str | None, password: str) -> AuthProtocol | None:
    if given is None:
        return AuthProtocol.sha256 if password else None
    return AuthProtocol(given)


def _priv(given: str | None, password: str) -> PrivProtocol | None:
    if given is None:
        return PrivProtocol.aes if password else None
    return PrivProtocol(given)


def _address(text: str) -> Address:
    """The address as numbers; names are looked up, and IPv6 with a port stands in brackets."""
    host, port = text, str(SNMP_PORT)
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.UsageError(f"{port} is no port")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)[0][4]
    except OSError as error:
        raise click.UsageError(f"{host} is no address: {error.strerror}") from error
    return Address(str(found[0]), int(port))


async def _visit(address: Address, credential: Credential, profile: str | None) -> Visit:
    async with Session() as wire:
        try:
            return await visit(wire, address, credential, profile=profile)
        except SnmpError as error:
            fail(f"{address}: {error}")


def as_object(found: Visit) -> dict[str, object]:
    """What `--json` prints; others read it, so its names stay."""
    return {
        "profile": found.profile,
        "identity": found.identity,
        "readings": [
            {
                "metric": reading.metric,
                "instance": reading.instance,
                "value": reading.value,
                "unit": reading.unit,
                "state": reading.state,
            }
            for reading in found.readings
        ],
    }


def as_text(found: Visit) -> str:
    """The same for people: who it is, then a table."""
    lines = [f"profile: {found.profile}"]
    lines += [f"{name}: {value}" for name, value in found.identity.items() if value]
    rows = [("metric", "instance", "value", "unit", "state")]
    rows += [
        (each.metric, each.instance, _plain(each.value), each.unit or "", each.state.value)
        for each in found.readings
    ]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines.append("")
    for row in rows:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _plain(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
