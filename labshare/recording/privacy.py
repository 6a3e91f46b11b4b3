"""A walk without what tells whose it is: each secret gets one pseudonym, wherever it stands.

Names, places, people, serial numbers, network names and descriptions of ports are known by their
objects; hardware and IP addresses, mail addresses and the community by their looks. Numbers,
models and firmware stay: they are what a profile is about.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import IPv4Address

from monitoring.profiles import all_profiles
from monitoring.snmp import Oid, Value, VarBind, oid
from monitoring.snmp.values import is_under

MAC_BYTES = 6
SHORTEST_SECRET = 2  # a name of one letter would be replaced inside every other text
# Objects by the kind of secret that they hold; columns and scalars alike.
KNOWN: dict[str, tuple[str, ...]] = {
    "contact": ("1.3.6.1.2.1.1.4",),
    "host": ("1.3.6.1.2.1.1.5",),
    "name": ("1.3.6.1.2.1.43.5.1.1.16",),
    "place": ("1.3.6.1.2.1.1.6",),
    "serial": (
        "1.3.6.1.2.1.43.5.1.1.17",
        "1.3.6.1.2.1.47.1.1.1.1.11",
        "1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3",
    ),
    "asset": ("1.3.6.1.2.1.47.1.1.1.1.14", "1.3.6.1.2.1.47.1.1.1.1.15"),
    "words": ("1.3.6.1.2.1.31.1.1.1.18",),
    "boot": ("1.3.6.1.2.1.25.1.4",),
    "engine": ("1.3.6.1.6.3.10.2.1.1",),
    "mac": ("1.3.6.1.2.1.2.2.1.6", "1.3.6.1.2.1.17.1.1"),
}
# What is hidden wherever it is said: a model may be called what its printer is called, and stays.
SPOKEN = {"contact", "host", "serial", "network", "community"}
IDENTITY_KINDS = {"serial_number": "serial", "printer_name": "name"}
ROLE_KINDS = {"ssid": "network", "alias": "words"}
HEX = "[0-9A-Fa-f]"
MAC = re.compile(rf"(?<!{HEX})(?:{HEX}{{2}}[:-]){{5}}{HEX}{{2}}(?!{HEX})")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
# "SN:VNB3J12345," as HP writes into its sysDescr, and a word after "Serial Number".
SERIAL = re.compile(r"(?:\bS/?N[:= ]+|\bSerial Number[:= ]+)([\w-]{5,})", re.IGNORECASE)


Spoken = tuple[re.Pattern[str], str, str]  # how it is found, its kind, the secret itself

# What uname says before the release: the name that the system itself goes by.
NODE = re.compile(r"^(?:Linux|FreeBSD|NetBSD|OpenBSD|Darwin|SunOS|AIX) (\S+) \d")


class Pseudonyms:
    """The same stand-in for the same secret; numbered in the order in which they are met."""

    def __init__(self) -> None:
        self._given: dict[str, bytes] = {}
        self._counts: dict[str, int] = {}

    def of(self, kind: str, secret: str) -> str:
        key = f"{kind}/{secret.casefold()}"
        if key not in self._given:
            self._given[key] = self._next(kind).encode()
        return self._given[key].decode()

    def _next(self, kind: str) -> str:
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        match kind:
            case "mac":
                return f"02:00:00:00:{count >> 8 & 0xFF:02x}:{count & 0xFF:02x}"
            case "ip":
                # RFC 5737 keeps these networks for examples.
                network = ("192.0.2", "198.51.100", "203.0.113")[count // 254 % 3]
                return f"{network}.{count % 254 + 1}"
            case "mail":
                return f"person{count}@example.org"
        return f"{kind}-{count}"


def made_anonymous(varbinds: Iterable[VarBind], *, also: Iterable[str] = ()) -> list[VarBind]:
    """The walk with pseudonyms; ``also``: words to be hidden, such as the community."""
    rows = list(varbinds)
    names = Pseudonyms()
    secrets = {word.encode().decode("latin-1"): "community" for word in also} | _secrets(rows)
    # The longest first: a host's name may be part of its full one.
    spoken = [
        (re.compile(rf"(?<![0-9A-Za-z]){re.escape(s)}(?![0-9A-Za-z])", re.IGNORECASE), kind, s)
        for s, kind in sorted(secrets.items(), key=lambda item: -len(item[0]))
        if len(s) >= SHORTEST_SECRET and kind in SPOKEN
    ]
    return [VarBind(_name(row.oid, names), _value(row, spoken, names)) for row in rows]


def _secrets(rows: Iterable[VarBind]) -> dict[str, str]:
    """Secret words of the walk and their kinds, from the objects that are known to hold them."""
    found: dict[str, str] = {}
    for row in rows:
        kind = _kind(row.oid)
        if isinstance(row.value, bytes) and (word := _plain(row.value)):
            if kind is not None:
                found.setdefault(word, kind)
            for serial in SERIAL.findall(word):
                found.setdefault(serial, "serial")
            if node := NODE.match(word):
                found.setdefault(node[1], "host")
    return found


def _value(row: VarBind, spoken: list[Spoken], names: Pseudonyms) -> Value:
    value, kind = row.value, _kind(row.oid)
    if isinstance(value, IPv4Address):
        return IPv4Address(names.of("ip", str(value))) if _is_somebodys(value) else value
    if not isinstance(value, bytes) or not value:
        return value
    word = _plain(value)
    if len(value) == MAC_BYTES and (word is None or kind == "mac"):
        return _mac(value, names)
    if kind is not None:
        return names.of(kind, word or value.hex()).encode()
    return _text(value, spoken, names)


def _text(value: bytes, spoken: list[Spoken], names: Pseudonyms) -> bytes:
    """A text with stand-ins. Latin-1 keeps every byte, so that nothing else in it changes."""
    text = value.decode("latin-1")
    for pattern, kind, secret in spoken:
        text = pattern.sub(names.of(kind, secret), text)
    text = MAC.sub(lambda found: names.of("mac", found[0].replace("-", ":")), text)
    text = MAIL.sub(lambda found: names.of("mail", found[0]), text)
    text = ADDRESS.sub(lambda found: _address(found[0], names), text)
    return text.encode("latin-1")


def _name(name: Oid, names: Pseudonyms) -> Oid:
    """Tables of who is behind which port have hardware addresses in their indexes."""
    for column in _mac_indexed():
        if is_under(column, name) and len(name) >= len(column) + MAC_BYTES:
            return (
                *name[:-MAC_BYTES],
                *_mac(bytes(part & 0xFF for part in name[-MAC_BYTES:]), names),
            )
    return name


@cache
def _mac_indexed() -> tuple[Oid, ...]:
    return (oid("1.3.6.1.2.1.17.4.3.1"), oid("1.3.6.1.2.1.17.7.1.2.2.1"))


def _mac(raw: bytes, names: Pseudonyms) -> bytes:
    if raw in (b"\0" * MAC_BYTES, b"\xff" * MAC_BYTES):
        return raw
    return bytes.fromhex(names.of("mac", raw.hex(":")).replace(":", ""))


def _address(text: str, names: Pseudonyms) -> str:
    """A private address in a text; four numbers that are a version stay what they are."""
    try:
        address = IPv4Address(text)
    except ValueError:
        return text
    return names.of("ip", text) if address.is_private and _is_somebodys(address) else text


def _is_somebodys(address: IPv4Address) -> bool:
    """Whether it tells of somebody's network: neither loopback, nor a mask, nor 0.0.0.0."""
    is_mask = address.packed[0] == 0xFF
    return not (is_mask or address.is_loopback or address.is_unspecified or address.is_multicast)


def _plain(value: bytes) -> str | None:
    """The text of printable bytes in any of our encodings, as one letter a byte; else None."""
    bare = value.strip(b"\0 ")
    is_text = bool(bare) and all(byte >= 0x20 and byte != 0x7F for byte in bare)
    if is_text and len(bare) == MAC_BYTES and not bare.isascii():
        return None
    return bare.decode("latin-1") if is_text else None


@cache
def _known_objects() -> dict[Oid, str]:
    objects = {oid(text): kind for kind, texts in KNOWN.items() for text in texts}
    for kind, text in _of_profiles():
        objects.setdefault(oid(text), kind)
    return objects


def _of_profiles() -> Iterator[tuple[str, str]]:
    """What profiles themselves call a serial number or the name of a network."""
    for profile in all_profiles():
        for fact, text in profile.identity.items():
            if fact in IDENTITY_KINDS:
                yield IDENTITY_KINDS[fact], text
        for read in profile.read:
            for role, text in read.objects.items():
                if role in ROLE_KINDS:
                    yield ROLE_KINDS[role], text


def _kind(name: Oid) -> str | None:
    """The kind of secret that an object holds: by itself, or as an instance of a column."""
    known = _known_objects()
    return next((known[name[:end]] for end in range(len(name), 6, -1) if name[:end] in known), None)
