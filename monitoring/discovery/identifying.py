"""One address asked who it is: one GET for each credential, and more only where somebody answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from monitoring.decoding.rows import decode_text
from monitoring.decoding.topology import mac_text
from monitoring.discovery.neighbours import card_at, is_makers
from monitoring.polling.full_visit import SYS_DESCR, SYS_NAME, SYSTEM
from monitoring.polling.visit import SYS_OBJECT_ID
from monitoring.profiles import Profile
from monitoring.profiles.identification import oid_of, recognise_device
from monitoring.snmp import (
    Address,
    Credential,
    Oid,
    PortClosed,
    SnmpError,
    TimedOut,
    VarBind,
    Wire,
    dotted,
    oid,
)

PROBE = [SYS_OBJECT_ID, SYS_DESCR, SYS_NAME]
# Where standards keep it, for agents that leave the maker's own place empty: of the printer
# (RFC 3805, prtGeneralSerialNumber), of the chassis (RFC 6933, entPhysicalSerialNum).
STANDARD_SERIALS = (oid("1.3.6.1.2.1.43.5.1.1.17.1"), oid("1.3.6.1.2.1.47.1.1.1.1.11.1"))
PHYS_ADDRESSES = oid("1.3.6.1.2.1.2.2.1.6")

# An agent that drips its answers must not hold a search up.
ADDRESS_SECONDS = 10.0
LONGEST_TEXT = 200
MOST_CARDS = 16

Presence = Callable[[str], Awaitable[bool]]


class Key(NamedTuple):
    """A credential that a search may try, opened."""

    credential_id: int
    credential: Credential


class Discovered(msgspec.Struct, frozen=True):
    """Who answered at an address; ``credential_id`` None: nobody whom our credentials open.

    ``macs`` are of the cards that the maker numbered; the first one stands for the machine.
    """

    address: str
    port: int
    credential_id: int | None = None
    profile: str | None = None
    identity: dict[str, str] = {}
    macs: tuple[str, ...] = ()
    refuses: bool = False


async def ask(
    wire: Wire, address: Address, keys: Sequence[Key], is_there: Presence | None = None
) -> Discovered | None:
    """Who is at the address, or None; the keys are tried in order, up to the first that opens."""
    refuses = is_closed = False
    for key in keys:
        try:
            probe = await wire.get(address, key.credential, PROBE)
        except TimedOut:
            continue
        except PortClosed:  # to every other key as well
            is_closed = True
            break
        except SnmpError:
            refuses = True
            continue
        if all(varbind.value is None for varbind in probe):
            refuses = True
            continue
        return _with_card(await _identified(wire, address, key, probe))
    if refuses or (is_there is not None and (is_closed or await is_there(address.host))):
        return _with_card(Discovered(address.host, address.port, refuses=refuses))
    return None


def _with_card(found: Discovered) -> Discovered:
    """With the card that our own network tells, first of all: it is the one at this address."""
    card = card_at(found.address)
    if card is None:
        return found
    macs = tuple(dict.fromkeys((card, *found.macs)))[:MOST_CARDS]
    return msgspec.structs.replace(found, macs=macs)


async def _identified(wire: Wire, address: Address, key: Key, probe: list[VarBind]) -> Discovered:
    """Kind, serial number and cards; what the agent does not give in time is left out."""
    object_id, descr, _ = probe
    found = Discovered(
        address.host,
        address.port,
        key.credential_id,
        profile=None,
        identity=_texts({"description": SYS_DESCR, "name": SYS_NAME}, probe)
        | {"sys_object_id": dotted(oid_of(object_id))},
    )
    try:
        async with asyncio.timeout(ADDRESS_SECONDS):
            recognised = await recognise_device(wire, address, key.credential, object_id, descr)
            profile = recognised.profile
            found = msgspec.structs.replace(found, profile=profile.name)
            identity = await _identity(wire, address, key.credential, profile)
            found = msgspec.structs.replace(found, identity={**found.identity, **identity})
            found = msgspec.structs.replace(found, macs=await _cards(wire, address, key.credential))
    except (SnmpError, TimeoutError):
        return found
    return found


async def _identity(
    wire: Wire, address: Address, credential: Credential, profile: Profile
) -> dict[str, str]:
    """What the profile knows to ask about identity, and the serial number wherever it is."""
    wanted = {**SYSTEM, **{name: oid(text) for name, text in profile.identity.items()}}
    asked = list(dict.fromkeys((*wanted.values(), *STANDARD_SERIALS)))
    varbinds = await wire.get(address, credential, asked)
    texts = _texts(wanted, varbinds)
    for serial in STANDARD_SERIALS:
        if "serial_number" not in texts:
            texts |= _texts({"serial_number": serial}, varbinds)
    return texts


async def _cards(wire: Wire, address: Address, credential: Credential) -> tuple[str, ...]:
    """The numbers of its network cards; those that software makes up are shared by many machines."""
    rows = await wire.walk(address, credential, PHYS_ADDRESSES)
    found = [mac_text(row.value) for row in rows]
    return tuple(dict.fromkeys(mac for mac in found if mac and is_makers(mac)))[:MOST_CARDS]


def _texts(wanted: dict[str, Oid], varbinds: list[VarBind]) -> dict[str, str]:
    by_oid = {varbind.oid: varbind for varbind in varbinds}
    texts = {name: _text_of(by_oid[one]) for name, one in wanted.items() if one in by_oid}
    return {name: text for name, text in texts.items() if text}


def _text_of(varbind: VarBind) -> str:
    if not isinstance(varbind.value, bytes):
        return ""
    # Cut twice: what is cut first may be long, and a letter has up to four bytes.
    return decode_text(varbind.value[: LONGEST_TEXT * 4]).value[:LONGEST_TEXT].strip()
