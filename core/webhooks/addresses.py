"""Where a message may go: out into the internet, or into the school's own network if an admin says so.

Never to this machine or to what a cloud puts beside it, for whoever gives an address here would
otherwise make our server knock at doors that are closed to them.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import msgspec

from core.errors import Invalid, Message, say

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
RESOLVE_SECONDS = 5.0
USUAL_PORTS = {"https": 443, "http": 80}
URL_MOST_LETTERS = 500
# Of RFC 1918 and RFC 4193. What else is not public (loopback, link-local, shared, reserved) is
# nobody's address book; the metadata services of clouds are there, and one is among the fc00 ones.
PRIVATE = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254")
)
# An address of IPv4 in other clothes (RFC 6052, RFC 3056), and what some Pythons take for public:
# site-local addresses (RFC 3879), relays of 6to4 (RFC 7526), protocol assignments (RFC 6890).
SPECIAL = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10", "192.88.99.0/24", "192.0.0.0/24",
    )
)  # fmt: skip
# Names are looked up by threads of their own: one whose servers say nothing holds its thread for
# long, and must not hold those that everything else waits for.
_LOOKING_UP = ThreadPoolExecutor(4, thread_name_prefix="webhook-names")

WRONG = say("Write a whole address, such as https://records.example.org/labshare")
NEEDS_TLS = say(
    "Over the internet only https:// is safe; http:// may go to an address inside the school's network"
)
NOT_ALLOWED = say("Messages may not go to {address}")
NOT_CONFIRMED = say("{address} is inside a school's network: confirm that it is meant")


class Policy(msgspec.Struct, frozen=True):
    """``extra`` are networks that the operator allows though they are neither public nor private,
    ``inside`` the private ones that schools of this installation have anything to do with."""

    extra: Networks = ()
    inside: Networks = PRIVATE


class Target(msgspec.Struct, frozen=True):
    """An address taken apart; ``path`` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """The parts of an address; Invalid unless it is http or https without a user or a fragment."""
    try:
        parts = urlsplit(url)
        port = parts.port or USUAL_PORTS[parts.scheme]
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, KeyError, UnicodeError):
        raise Invalid.of("url", WRONG, code="url") from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if not host or not plain or parts.username is not None or parts.fragment:
        raise Invalid.of("url", WRONG, code="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def check(url: str, *, is_private: bool, policy: Policy) -> Target:
    """:func:`parse`, and Invalid for an address in figures to which nothing may go."""
    target = parse(url)
    literal = _literal(target.host)
    reason = None
    if target.host == "localhost" or target.host.endswith(".localhost"):
        literal = ip_address("127.0.0.1")
    if literal is not None:
        reason = why_not(literal, target.scheme, is_private=is_private, policy=policy)
    elif target.scheme != "https" and not is_private:
        reason = NEEDS_TLS
    if reason is not None:
        raise Invalid.of("url", reason, code="url")
    return target


def why_not(found: Address, scheme: str, *, is_private: bool, policy: Policy) -> Message | None:
    """Why nothing may go to an address, or None."""
    plain = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    address = plain or found
    if _is_within(address, policy.extra):
        return None
    shown = msgspec.structs.replace(NOT_ALLOWED, params={"address": str(address)})
    if address in METADATA or _is_within(address, SPECIAL) or is_of_this_machine(address):
        return shown
    if _is_within(address, PRIVATE):
        if not _is_within(address, policy.inside):
            return shown
        confirm = msgspec.structs.replace(NOT_CONFIRMED, params={"address": str(address)})
        return None if is_private else confirm
    if not address.is_global or address.is_multicast or address.is_reserved:
        return shown
    return None if scheme == "https" else NEEDS_TLS


async def resolve(target: Target, *, is_private: bool, policy: Policy) -> Address:
    """The one address that a message is sent to; every address of the name must be allowed.

    Whoever connects to what this gives cannot be led elsewhere by a second look-up. Invalid if
    the name leads where nothing may go, OSError or TimeoutError if it leads nowhere.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await loop.run_in_executor(_LOOKING_UP, _look_up, target.host, target.port)
    addresses = [ip_address(str(one[0]).partition("%")[0]) for one in found]
    for address in addresses:
        reason = why_not(address, target.scheme, is_private=is_private, policy=policy)
        if reason is not None:
            raise Invalid.of("url", reason, code="url")
    if not addresses:
        raise OSError("the name has no address")
    return addresses[0]


def is_of_this_machine(address: Address) -> bool:
    """Whether one of our own interfaces has the address: only then can something listen there."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _look_up(host: str, port: int) -> list[tuple[object, ...]]:
    return [one[4] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _is_within(address: Address, networks: Networks) -> bool:
    return any(address in one for one in networks if one.version == address.version)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
