"""Which network card is at an address, by what this machine's own network has told it."""

from ipaddress import ip_address
from pathlib import Path

from monitoring.decoding.topology import mac_text

ARP_TABLE = Path("/proc/net/arp")
COMPLETE = 0x2
LOCALLY_ADMINISTERED = 0x02


def is_makers(mac: str) -> bool:
    """Whether the card's maker gave the number; those that software makes up are shared by many."""
    return not int(mac[:2], 16) & LOCALLY_ADMINISTERED


def card_at(host: str, table: Path = ARP_TABLE) -> str | None:
    """The card that answered for an IPv4 address on one of our own cables; None beyond routers.

    Linux keeps it for a minute after something was sent, so ask when an answer has just come.
    """
    if ip_address(host).version != 4:
        return None
    try:
        lines = table.read_text(encoding="ascii").splitlines()[1:]
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        fields = line.split()
        if len(fields) >= 4 and fields[0] == host and int(fields[2], 16) & COMPLETE:
            mac = mac_text(bytes.fromhex(fields[3].replace(":", "")))
            return mac if mac and is_makers(mac) else None
    return None
