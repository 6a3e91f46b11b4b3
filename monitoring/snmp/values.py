"""What goes over the wire as plain Python values: addresses, credentials, questions and answers."""

from enum import IntEnum, StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from typing import Literal, NamedTuple

import msgspec

Oid = tuple[int, ...]
Value = int | bytes | Oid | IPv4Address | None

SNMP_PORT = 161
MOST_PARSED = 4096  # the OIDs of all profiles, and more
MOST_SUB_IDENTIFIERS = 128  # RFC 3416, section 4


class VarBind(NamedTuple):
    """One object and its value; None means that the agent has no such object."""

    oid: Oid
    value: Value


class Address(NamedTuple):
    """Where an agent listens: an IP address as text, and a UDP port."""

    host: str
    port: int = SNMP_PORT

    @property
    def is_v6(self) -> bool:
        return ip_address(self.host).version == 6

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class AuthProtocol(StrEnum):
    """How a v3 message is signed (RFC 3414, RFC 7860)."""

    md5 = "md5"
    sha = "sha"
    sha224 = "sha224"
    sha256 = "sha256"
    sha384 = "sha384"
    sha512 = "sha512"


class PrivProtocol(StrEnum):
    """How a v3 message is encrypted (RFC 3414, RFC 3826).

    No standard says how a short key becomes one of 192 or 256 bits: ``aes192`` and ``aes256``
    do it as the draft of Blumenthal says, the others as Reeder's draft and Cisco's devices do.
    """

    des = "des"
    aes = "aes"
    aes192 = "aes192"
    aes256 = "aes256"
    aes192c = "aes192c"
    aes256c = "aes256c"


class Community(msgspec.Struct, frozen=True):
    """The shared word of SNMP v1 and v2c."""

    community: str
    version: Literal["1", "2c"] = "2c"

    def __repr__(self) -> str:
        return f"Community(version={self.version!r})"


class User(msgspec.Struct, frozen=True):
    """A user of SNMP v3; a protocol without its password, or the reverse, is refused."""

    name: str
    auth: AuthProtocol | None = None
    auth_password: str = ""
    priv: PrivProtocol | None = None
    priv_password: str = ""
    context: str = ""

    def __post_init__(self) -> None:
        if self.priv and not self.auth:
            raise ValueError("encryption needs authentication")
        for protocol, password in (
            (self.auth, self.auth_password),
            (self.priv, self.priv_password),
        ):
            if bool(protocol) != bool(password):
                raise ValueError("a protocol and its password come together")

    def __repr__(self) -> str:
        return f"User(name={self.name!r}, auth={self.auth!r}, priv={self.priv!r})"


Credential = Community | User


@lru_cache(maxsize=MOST_PARSED)
def oid(text: str) -> Oid:
    """The OID written ``1.3.6.1``, with or without a leading dot; ValueError on anything else."""
    parts = text.removeprefix(".").split(".")
    if len(parts) > MOST_SUB_IDENTIFIERS or not all(p.isascii() and p.isdigit() for p in parts):
        raise ValueError(f"not an OID: {text!r}")
    numbers = tuple(int(part) for part in parts)
    if max(numbers) > 0xFFFFFFFF:
        raise ValueError(f"a part of the OID is beyond 32 bits: {text!r}")
    return numbers


def dotted(numbers: Oid) -> str:
    """The OID as people write it."""
    return ".".join(map(str, numbers))


def is_under(root: Oid, candidate: Oid) -> bool:
    """Whether ``candidate`` is an object below ``root``."""
    return len(candidate) > len(root) and candidate[: len(root)] == root


MOST_ID = 0x7FFFFFFF


class Verb(IntEnum):
    """The three questions that a manager asks, by the tags of their PDUs."""

    get = 0xA0
    next = 0xA1
    bulk = 0xA5


class Request(NamedTuple):
    """One question; ``max_repetitions`` counts for bulk only."""

    verb: Verb
    oids: tuple[Oid, ...]
    max_repetitions: int = 0


class Answer(NamedTuple):
    """One answer; ``error_index`` counts from 1.

    ``is_as_asked``: the names are known to be those of the question. If not set, they may be.
    """

    error_status: int
    error_index: int
    varbinds: list[VarBind]
    is_report: bool = False
    is_as_asked: bool = False
