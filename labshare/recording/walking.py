"""What is recorded of a device: the standard tables that profiles read, and its maker's own."""

from collections.abc import Iterable

from monitoring.profiles import all_profiles
from monitoring.profiles.recognition import is_shared
from monitoring.snmp import (
    Address,
    AgentError,
    BadReply,
    Credential,
    Oid,
    VarBind,
    Wire,
    dotted,
    oid,
)

ENTERPRISES = oid("1.3.6.1.4.1")
UCD = oid("1.3.6.1.4.1.2021")  # of which the tables below are enough
SYS_OBJECT_ID = oid("1.3.6.1.2.1.1.2.0")
# Whole groups and tables of the standard MIBs. What tells of other people's machines (connections,
# routes, running programs) is not among them.
STANDARD = tuple(
    oid(text)
    for text in (
        "1.3.6.1.2.1.1",  # system
        "1.3.6.1.2.1.2.2.1",  # ifTable
        "1.3.6.1.2.1.10.7.2.1.19",  # dot3StatsDuplexStatus
        "1.3.6.1.2.1.17.1",  # bridge ports
        "1.3.6.1.2.1.25.1",  # hrSystem
        "1.3.6.1.2.1.25.2",  # hrStorage
        "1.3.6.1.2.1.25.3.2",  # hrDevice
        "1.3.6.1.2.1.25.3.3",  # hrProcessor
        "1.3.6.1.2.1.25.3.5",  # hrPrinter
        "1.3.6.1.2.1.31.1.1",  # ifXTable
        "1.3.6.1.2.1.33.1",  # UPS-MIB
        "1.3.6.1.2.1.43",  # Printer-MIB
        "1.3.6.1.2.1.47.1.1",  # entities
        "1.3.6.1.2.1.99.1",  # their sensors
        "1.3.6.1.2.1.105.1",  # power over Ethernet
        "1.3.6.1.4.1.2021.4",  # UCD: memory
        "1.3.6.1.4.1.2021.9",  # disks
        "1.3.6.1.4.1.2021.10",  # load
        "1.3.6.1.4.1.2021.11",  # processors
        "1.3.6.1.4.1.2021.13.16",  # sensors
        "1.3.6.1.6.3.10.2.1",  # the engine
        "1.2.840.10036.1",  # IEEE 802.11
    )
)


async def walk_device(
    wire: Wire, address: Address, credential: Credential, more: Iterable[Oid] = ()
) -> tuple[list[VarBind], list[Oid]]:
    """Everything below the standard roots, the maker's, those of profiles and ``more``, in order.

    Second: the roots that were left out, since the agent garbles them or they have no end.
    """
    (named,) = await wire.get(address, credential, [SYS_OBJECT_ID])
    roots = [*STANDARD, *_own_tree(named), *_read_by_profiles(), *more]
    present = await wire.answering(address, credential, _outermost(roots))
    found: dict[Oid, VarBind] = {}
    left_out = []
    for root in sorted(present):
        try:
            rows = await wire.walk(address, credential, root)
        except (AgentError, BadReply):
            left_out.append(root)
            continue
        found.update((row.oid, row) for row in rows if row.value is not None)
    return [found[one] for one in sorted(found)], left_out


def _own_tree(named: VarBind) -> list[Oid]:
    """The enterprise that the sysObjectID is of; net-snmp's is about net-snmp."""
    value = named.value
    if not isinstance(value, tuple) or value[: len(ENTERPRISES)] != ENTERPRISES:
        return []
    return [] if is_shared(dotted(value)) else [value[: len(ENTERPRISES) + 1]]


def _read_by_profiles() -> list[Oid]:
    """Makers' trees that some profile reads: the agent of a NAS calls itself net-snmp."""
    texts = [o for p in all_profiles() for read in p.read for o in read.objects.values()]
    oids = (oid(text) for text in texts)
    makers = {one[: len(ENTERPRISES) + 1] for one in oids if one[: len(ENTERPRISES)] == ENTERPRISES}
    return sorted(makers - {UCD})


def _outermost(roots: Iterable[Oid]) -> list[Oid]:
    """The roots without those that are inside another one."""
    kept: list[Oid] = []
    for root in sorted(set(roots)):
        if not kept or root[: len(kept[-1])] != kept[-1]:
            kept.append(root)
    return kept


def in_words(roots: Iterable[Oid]) -> str:
    """The roots as people write them."""
    return ", ".join(map(dotted, roots))
