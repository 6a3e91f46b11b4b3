"""Wake-on-LAN: the packet that a sleeping network card listens for."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import closing

import msgspec

WAKE_PORT = 9  # discard, where nothing else listens
# A card that is just falling asleep misses the first one.
TIMES = 3
# A room's power supplies must not all start in one moment.
SECONDS_BETWEEN = 0.05


class Sleeper(msgspec.Struct, frozen=True):
    """A network card and the broadcast address by which its network is reached."""

    mac: str
    broadcast: str


def magic_packet(mac: str) -> bytes:
    """Six bytes of ones, then the card's address sixteen times."""
    return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16


async def send(sleepers: Sequence[Sleeper], *, port: int = WAKE_PORT) -> int:
    """Wake each in turn; how many packets could be sent. Nobody answers, so nothing is proven."""
    sent = 0
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        sender.setblocking(False)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for _ in range(TIMES):
            for sleeper in sleepers:
                sent += _try(sender, magic_packet(sleeper.mac), (sleeper.broadcast, port))
                await asyncio.sleep(SECONDS_BETWEEN)
    return sent


def _try(sender: socket.socket, packet: bytes, to: tuple[str, int]) -> bool:
    try:
        sender.sendto(packet, to)
    except OSError:
        return False
    return True
