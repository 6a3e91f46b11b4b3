"""So many v2c traps a second to a port, for so long: ``python -m tests.monitoring.trap_flood``."""

import socket
import sys
import time

from monitoring.snmp import oid
from monitoring.snmp.messages import element, integer, oid_content

UPTIME, WHAT = oid("1.3.6.1.2.1.1.3.0"), oid("1.3.6.1.6.3.1.1.4.1.0")
SLICES = 100  # a second


def trap(community: str, trap_oid: str, number: int) -> bytes:
    """One trap with a number of its own, so that no two are the same."""
    uptime = element(0x06, oid_content(UPTIME)) + element(0x43, integer(number)[2:])
    what = element(0x06, oid_content(WHAT)) + element(0x06, oid_content(oid(trap_oid)))
    part = element(0x06, oid_content(oid("1.3.6.1.2.1.2.2.1.1.1"))) + integer(number)
    varbinds = element(0x30, b"".join(element(0x30, one) for one in (uptime, what, part)))
    pdu = element(0xA7, integer(number) + integer(0) + integer(0) + varbinds)
    return element(0x30, integer(1) + element(0x04, community.encode()) + pdu)


def main(port: int, rate: int, seconds: float) -> None:
    payloads = [trap("public", "1.3.6.1.6.3.1.1.5.3", number) for number in range(1000)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        begun = time.monotonic()
        for turn in range(int(seconds * SLICES)):
            for place in range(rate // SLICES):
                sender.sendto(payloads[(turn + place) % len(payloads)], ("127.0.0.1", port))
            time.sleep(max(0.0, begun + (turn + 1) / SLICES - time.monotonic()))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
