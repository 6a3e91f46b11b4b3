"""Rows of a walk in snmpsim's format, and the system group that every agent has."""

INTEGER, OCTETS, OBJECT_ID = "2", "4", "6"
IP_ADDRESS = "64"
COUNTER, GAUGE, TICKS, COUNTER64 = "65", "66", "67", "70"
SYSTEM = "1.3.6.1.2.1.1"
TICKS_AN_HOUR = 360_000


class Walk:
    """Objects by OID; ``text`` lists them in the order that an agent would."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, ...], str] = {}

    def put(self, oid: str, tag: str, value: int | str) -> None:
        self._rows[tuple(map(int, oid.split(".")))] = f"{oid}|{tag}|{value}"

    def words(self, oid: str, words: str, encoding: str = "utf-8") -> None:
        """Text as bytes, in hexadecimal, so that no encoding is lost in the file."""
        self.put(oid, f"{OCTETS}x", words.encode(encoding).hex())

    def growing(self, oid: str, tag: str, *, start: int, rate: float) -> None:
        """A number that grows by ``rate`` a second from when the simulator starts."""
        self.put(oid, f"{tag}:numeric", f"initial={start},rate={rate},wrap=1")

    def since(self, oid: str, boot: int) -> None:
        """An uptime counted from a moment (Unix time): it goes on over the simulator's restarts."""
        self.put(oid, f"{TICKS}:numeric", f"atime=1,rate=100,initial=-{boot * 100},wrap=1")

    def swinging(
        self, oid: str, tag: str, *, middle: float, by: float, seconds: float = 600
    ) -> None:
        """A number that swings around ``middle``, once in ``seconds``."""
        rate = round(6.283185 / seconds, 6)
        limits = f"min=0,max={round(middle + by)}"
        self.put(
            oid, f"{tag}:numeric", f"function=sin,rate={rate},scale={by},offset={middle},{limits}"
        )

    def text(self) -> str:
        return "".join(f"{self._rows[oid]}\n" for oid in sorted(self._rows))


def with_system(
    name: str, place: str, *, descr: str, object_id: str, services: int, encoding: str = "utf-8"
) -> Walk:
    """A walk with the system group of SNMPv2-MIB, but for the uptime."""
    walk = Walk()
    walk.words(f"{SYSTEM}.1.0", descr)
    walk.put(f"{SYSTEM}.2.0", OBJECT_ID, object_id)
    walk.words(f"{SYSTEM}.4.0", "技术员一", encoding)
    walk.words(f"{SYSTEM}.5.0", name, encoding)
    walk.words(f"{SYSTEM}.6.0", place, encoding)
    walk.put(f"{SYSTEM}.7.0", INTEGER, services)
    return walk
