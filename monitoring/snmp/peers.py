"""What is remembered of each address: where replies come from, how fast, and how much it takes at once."""

import socket
from collections import OrderedDict
from time import monotonic

import msgspec

from monitoring.snmp.messages import Template
from monitoring.snmp.usm import Engine
from monitoring.snmp.values import Address, Credential

STEPS = (10, 25, 50)  # fifty objects of a counter's size still fit one unfragmented datagram
CAUTION_SECONDS = 3600.0


class BatchSize(msgspec.Struct, eq=False):
    """Grows with every full answer and halves with every refusal.

    What was too much is remembered for an hour and not for ever: a datagram that was lost on the
    way must not make a device slow for the rest of its life.
    """

    size: int = STEPS[0]
    most: int = STEPS[-1]
    can_bulk: bool = True
    refused_at: float = 0.0

    def refresh(self) -> None:
        """Forget caution that is old; called before each use."""
        if self.refused_at and monotonic() - self.refused_at > CAUTION_SECONDS:
            self.most, self.can_bulk, self.refused_at = STEPS[-1], True, 0.0

    def grow(self) -> None:
        self.size = min(next((step for step in STEPS if step > self.size), self.size), self.most)

    def shrink(self) -> bool:
        """Ask for less: half, then one by one without GETBULK; False when there is no less."""
        self.refused_at = monotonic()
        if self.size > 1:
            self.size = self.most = self.size // 2
            return True
        could_bulk, self.can_bulk = self.can_bulk, False
        return could_bulk

    def one_by_one(self) -> None:
        """The least that can be asked, for agents that leave GETBULK unanswered."""
        self.refused_at = monotonic()
        self.size = self.most = 1
        self.can_bulk = False


MOST_PEERS = 50_000
LEAST_SECONDS = 0.5
MOST_SECONDS = 5.0
ROUND_TRIPS = 4  # of silence, before a question counts as lost
SMOOTHING = 8  # a new round trip weighs an eighth, as in TCP (RFC 6298)


class Peer(msgspec.Struct, eq=False):
    """One address: the wire's memory of it, and nothing that could not be learnt again."""

    family: int
    source: tuple[str, int]
    round_trip: float | None = None
    rubbish_at: float = 0.0
    refused_at: float = 0.0
    objects: BatchSize = msgspec.field(default_factory=BatchSize)
    rows: BatchSize = msgspec.field(default_factory=BatchSize)
    engine: Engine | None = None
    takes_any_source: bool = False
    # The credential and template of the last GET: mostly the next is the same, and comparing costs
    # a quarter of looking up. Only what all share is held here, not the device's own list.
    steady: tuple[Credential, Template] | None = None

    def heard_after(self, seconds: float) -> None:
        """An answer came: what is usual moves towards it."""
        usual = self.round_trip
        self.round_trip = seconds if usual is None else usual + (seconds - usual) / SMOOTHING

    def timeout(self, with_strangers: float) -> float:
        """How long to wait for the first answer; strangers get what the session gives them."""
        if self.round_trip is None:
            return with_strangers
        return min(max(ROUND_TRIPS * self.round_trip, LEAST_SECONDS), MOST_SECONDS)


class Peers:
    """The peers of a session; those that were not asked for longest are forgotten first."""

    def __init__(self, most: int = MOST_PEERS) -> None:
        self._most = most
        self._peers: OrderedDict[tuple[str, int], Peer] = OrderedDict()
        self._any_source: set[Address] = set()

    def __len__(self) -> int:
        return len(self._peers)

    def of(self, address: Address) -> Peer:
        """What is known of ``address``; a peer in use stays whole though it be forgotten here."""
        peer = self._peers.get(address)
        if peer is not None:
            self._peers.move_to_end(address)
            return peer
        while len(self._peers) >= self._most:
            self._peers.popitem(last=False)
        peer = self._peers[address] = _stranger(address)
        peer.takes_any_source = address in self._any_source
        return peer

    def find(self, address: tuple[str, int]) -> Peer | None:
        return self._peers.get(address)

    def take_any_source(self, address: Address, *, take: bool) -> None:
        (self._any_source.add if take else self._any_source.discard)(address)
        if (peer := self._peers.get(address)) is not None:
            peer.takes_any_source = take


def _stranger(address: Address) -> Peer:
    family = socket.AF_INET6 if address.is_v6 else socket.AF_INET
    # As the kernel spells the address: replies are compared with it letter by letter.
    host, *scope = address.host.split("%", 1)
    spelt = socket.inet_ntop(family, socket.inet_pton(family, host))
    return Peer(family, ("%".join([spelt, *scope]), address.port))
