"""How a command asks a device: an address and the options of SNMP, the same for all of them."""

import socket
from collections.abc import Callable
from typing import Any, Literal

import click
import msgspec

from labshare.commands.failures import fail
from monitoring.snmp import Address, AuthProtocol, Community, Credential, PrivProtocol, User
from monitoring.snmp.values import SNMP_PORT


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


OPTIONS = (
    click.argument("address"),
    click.option("--community", default="public", show_default=True, help="Word of v1 and v2c."),
    click.option("--version", type=click.Choice(["1", "2c"]), default="2c", show_default=True),
    click.option("--user", help="Ask as this user of v3."),
    click.option(
        "--auth", type=click.Choice([p.value for p in AuthProtocol]), help="How v3 signs."
    ),
    click.option("--auth-password", default="", envvar="LABSHARE_AUTH_PASSWORD", show_envvar=True),
    click.option(
        "--priv", type=click.Choice([p.value for p in PrivProtocol]), help="How v3 encrypts."
    ),
    click.option("--priv-password", default="", envvar="LABSHARE_PRIV_PASSWORD", show_envvar=True),
    click.option("--context", default="", help="Context of v3."),
    click.option("--timeout", type=click.FloatRange(0.1, 60), default=2.0, show_default=True),
)


def asks_a_device(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ADDRESS and the options of SNMP to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def address_of(text: str) -> Address:
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
