"""How much is taken in: so much of each source, so much in all; beyond that it is only counted."""

from collections import OrderedDict

PER_SOURCE, PER_SOURCE_AT_ONCE = 20.0, 100.0
# A campus whose power returns reports all at once.
IN_ALL, IN_ALL_AT_ONCE = 400.0, 2000.0
# Those whom no school knows must not crowd out those whom one does.
OF_STRANGERS, OF_STRANGERS_AT_ONCE = 20.0, 50.0
MOST_SOURCES = 10_000


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
        self._known = Bucket(IN_ALL, IN_ALL_AT_ONCE, at)
        self._strange = Bucket(OF_STRANGERS, OF_STRANGERS_AT_ONCE, at)
        self._sources: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sources)

    def let_in(self, source: str, at: float, *, is_stranger: bool) -> bool:
        """Whether one more message of ``source`` is looked at; ``at`` in seconds of any clock."""
        bucket = self._sources.get(source)
        if bucket is None:
            bucket = self._sources[source] = Bucket(PER_SOURCE, PER_SOURCE_AT_ONCE, at)
            if len(self._sources) > MOST_SOURCES:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(source)
        return bucket.take(at) and (self._strange if is_stranger else self._known).take(at)
