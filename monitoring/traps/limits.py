"""How much is taken in: so much of each source, so much in all; beyond that it is only counted."""

from collections import OrderedDict
from enum import Enum

PER_SOURCE, PER_SOURCE_AT_ONCE = 20.0, 100.0
# A campus whose power returns reports all at once.
IN_ALL, IN_ALL_AT_ONCE = 400.0, 2000.0
# Anybody can invent an address: new ones must not crowd out those that are known, and those that
# no school knows must not fill the disk.
OF_NEWCOMERS, OF_NEWCOMERS_AT_ONCE = 100.0, 1000.0
OF_STRANGERS, OF_STRANGERS_AT_ONCE = 2.0, 50.0
MOST_SOURCES = 10_000


class Standing(Enum):
    """What is known of an address: a school is there, none is, or nobody has looked yet."""

    known = "known"
    stranger = "stranger"
    newcomer = "newcomer"


class Bucket:
    """Holds up to ``most`` tokens and gains ``rate`` a second; each message takes one."""

    __slots__ = ("_at", "_most", "_rate", "_tokens")

    def __init__(self, rate: float, most: float, at: float) -> None:
        self._rate, self._most = rate, most
        self._tokens, self._at = most, at

    def take(self, at: float) -> bool:
        """Whether there was a token left."""
        self._tokens = min(self._tokens + (at - self._at) * self._rate, self._most)
        self._at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Limits:
    """The buckets of all sources; the sources that were silent longest are forgotten first."""

    def __init__(self, at: float) -> None:
        self._buckets = {
            Standing.known: Bucket(IN_ALL, IN_ALL_AT_ONCE, at),
            Standing.newcomer: Bucket(OF_NEWCOMERS, OF_NEWCOMERS_AT_ONCE, at),
            Standing.stranger: Bucket(OF_STRANGERS, OF_STRANGERS_AT_ONCE, at),
        }
        self._sources: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sources)

    def let_in(self, source: str, at: float, standing: Standing) -> bool:
        """Whether one more message of ``source`` is looked at; ``at`` in seconds of any clock."""
        bucket = self._sources.get(source)
        if bucket is None:
            bucket = self._sources[source] = Bucket(PER_SOURCE, PER_SOURCE_AT_ONCE, at)
            if len(self._sources) > MOST_SOURCES:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(source)
        return bucket.take(at) and self._buckets[standing].take(at)

    def mark_strange(self, at: float) -> bool:
        """Whether there is room for a newcomer who, as was found out, is a stranger."""
        return self._buckets[Standing.stranger].take(at)
