"""Decoders for who is where: bridge tables (RFC 4188, 4363), LLDP (IEEE 802.1AB) and ARP."""

from typing import Any

from monitoring.decoding.interfaces import Ports
from monitoring.decoding.rows import Decoder, Row, Rows, number, text
from monitoring.decoding.topology import (
    MAC_BYTES,
    ForwardingEntry,
    HardwareAddress,
    Neighbour,
    mac_text,
    within_bounds,
)
from monitoring.snmp import Oid

INVALID, SELF = 2, 4  # dot1dTpFdbStatus of what is no longer there, and of the switch's own cards
ARP_INVALID = 2
MAC_CHASSIS = 4  # lldpRemChassisIdSubtype macAddress
WITH_VLAN, LLDP_ROW, ARP_ROW, IPV4_BYTES = MAC_BYTES + 1, 3, 5, 4
LONGEST_PORT, LONGEST_CHASSIS, LONGEST_WORDS = 120, 120, 200


def bridge_table(rows: Rows, read: Any) -> list[ForwardingEntry]:
    """Which card was heard behind which port, with the VLAN where the switch tells it.

    Rows with an index of one number are the ports, of six bytes a MAC, of seven a MAC in a VLAN.
    """
    ports = Ports(rows)
    vlans = {
        number(row.get("vlan_fid")): index[-1] for index, row in rows.items() if "vlan_fid" in row
    }
    forwarding: dict[str, ForwardingEntry] = {}
    for size in (WITH_VLAN, MAC_BYTES):
        for index, row in rows.items():
            if len(index) != size:
                continue
            mac, port = mac_text(index[-MAC_BYTES:]), _heard_on(row)
            if mac is not None and port:
                vlan = vlans.get(index[0], index[0]) if size == WITH_VLAN else None
                where = ports.by_bridge_port(port)[:LONGEST_PORT]
                forwarding.setdefault(mac, ForwardingEntry(where, mac, vlan))
    return within_bounds(forwarding.values())


def neighbours(rows: Rows, read: Any) -> list[Neighbour]:
    """Who introduces itself on which port: by LLDP's own count of ports, or by ifIndex where the
    index has two numbers (vendors' tables)."""
    ports = Ports(rows)
    found = []
    for index, row in rows.items():
        if len(index) not in (LLDP_ROW, LLDP_ROW - 1) or "chassis" not in row:
            continue
        if len(index) == LLDP_ROW:
            port = _local_port(ports, rows.get((index[1],), {}), index[1])
        else:
            port = ports.by_interface(index[0])
        if chassis := _chassis(row):
            remote = text(row.get("port_descr")) or text(row.get("port_id"))
            name = text(row.get("sys_name"))
            found.append(
                Neighbour(
                    port[:LONGEST_PORT], chassis, name[:LONGEST_WORDS], remote[:LONGEST_WORDS]
                )
            )
    return found


def arp(rows: Rows, read: Any) -> list[HardwareAddress]:
    """Which card has which address, as a router or a host remembers it (RFC 4293, older half)."""
    return [
        HardwareAddress(_dotted(index[-IPV4_BYTES:]), mac)
        for index, row in rows.items()
        if len(index) == ARP_ROW
        and number(row.get("kind")) != ARP_INVALID
        and (mac := mac_text(row.get("mac"))) is not None
    ]


def own_cards(rows: Rows, read: Any) -> list[HardwareAddress]:
    """The device's own addresses, each with the card that it is set on."""
    found = []
    for index, row in rows.items():
        interface = number(row.get("interface"))
        if len(index) != IPV4_BYTES or interface is None:
            continue
        mac = mac_text(rows.get((interface,), {}).get("mac"))
        if mac is not None:
            found.append(HardwareAddress(_dotted(index), mac, is_own=True))
    return found


def _heard_on(row: Row) -> int:
    """The bridge port of a row that tells of another's card; 0 is nowhere."""
    port = number(row.get("port"))
    return 0 if number(row.get("kind")) in (INVALID, SELF) else port or 0


def _local_port(ports: Ports, row: Row, position: int) -> str:
    """Our side of the cable: LLDP names it in words, or counts as the bridge does."""
    for role in ("local_id", "local_descr"):
        if (known := ports.by_words(text(row.get(role)))) is not None:
            return known
    return ports.by_bridge_port(position)


def _chassis(row: Row) -> str:
    raw = row.get("chassis")
    is_mac = number(row.get("chassis_kind")) in (None, MAC_CHASSIS)
    if is_mac and (mac := mac_text(raw)) is not None:
        return mac
    words = text(raw)
    plain = words.replace(":", "").replace("-", "").replace(".", "").lower()
    if len(plain) == 2 * MAC_BYTES and all(letter in "0123456789abcdef" for letter in plain):
        return mac_text(bytes.fromhex(plain)) or words[:LONGEST_CHASSIS]
    return words[:LONGEST_CHASSIS]


def _dotted(numbers: Oid) -> str:
    return ".".join(map(str, numbers))


_NAMES = frozenset({"name", "descr"})
DECODERS = {
    "bridge_table": Decoder(
        bridge_table,
        frozenset({"port"}),
        frozenset({"kind", "vlan_fid", "base_if"}) | _NAMES,
        steady=frozenset({"base_if", "vlan_fid"}) | _NAMES,
        may_be_cut=True,
    ),
    "neighbours": Decoder(
        neighbours,
        frozenset({"chassis"}),
        frozenset({"chassis_kind", "port_id", "port_descr", "sys_name"})
        | frozenset({"local_id", "local_descr", "base_if"})
        | _NAMES,
        steady=frozenset({"local_id", "local_descr", "base_if"}) | _NAMES,
    ),
    "arp": Decoder(arp, frozenset({"mac"}), frozenset({"kind"}), may_be_cut=True),
    "own_cards": Decoder(own_cards, frozenset({"interface", "mac"})),
}
