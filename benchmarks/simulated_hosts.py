"""Thousands of simulated computers in one process: an agent at every address of 127.0.0.0/8.

It answers v2c GET, GETNEXT and GETBULK from the address that was asked, with numbers that move.
Run as a process of its own: ``python -m benchmarks.simulated_hosts PORT``.
"""

import socket
import struct
import sys
import time
from bisect import bisect_right
from collections.abc import Callable

Oid = tuple[int, ...]
Moment = Callable[[int, float], bytes]  # the encoded value of a variant at a time

IP_PKTINFO = 8  # of Linux; Python names it only for IPv6
PKTINFO = struct.Struct("=I4s4s")
VARIANTS = 48
SEQUENCE, INTEGER, OCTETS, OBJECT_ID = 0x30, 0x02, 0x04, 0x06
COUNTER_32, GAUGE, TICKS, COUNTER_64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x81\x00", b"\x82\x00"
GET, NEXT, RESPONSE, BULK = 0xA0, 0xA1, 0xA2, 0xA5
STORAGE = "1.3.6.1.2.1.25.2.3.1"
STORAGE_TYPES = "1.3.6.1.2.1.25.2.1"
BOOTED = 1_700_000_000
# Among so many computers there is always a disk that fills up and is tidied again.
FULL_EVERY = 400


def main() -> None:
    """Answer for ever."""
    answer_at(int(sys.argv[1]))


def answer_at(port: int) -> None:
    """Open the socket on every address, and answer each question from the one that it came to."""
    mibs = [Mib(variant) for variant in range(VARIANTS)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        one.bind(("0.0.0.0", port))
        print("ready", flush=True)
        while True:
            question, extra, _, sender = one.recvmsg(65535, 64)
            _, _, asked = PKTINFO.unpack(extra[0][2][:12])
            number = int.from_bytes(asked[1:], "big")
            answer = mibs[number % VARIANTS].answer(question, number, time.time())
            source = PKTINFO.pack(0, asked, b"\0\0\0\0")
            one.sendmsg([answer], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, sender)


class Mib:
    """What the computers of one variant have; their numbers differ by address and time."""

    def __init__(self, variant: int) -> None:
        self._values: dict[bytes, Moment] = {
            encoded_oid(name): value for name, value in _objects(variant).items()
        }
        by_oid = sorted((decoded_oid(name), name) for name in self._values)
        self._order = [oid for oid, _ in by_oid]
        self._names = [name for _, name in by_oid]

    def answer(self, question: bytes, number: int, now: float) -> bytes:
        """The response to one message."""
        at, _ = _enter(question, 0)
        _, at = _enter(question, at)  # version
        _, community_end = _enter(question, at)
        head = question[at - 3 : community_end]
        verb = question[community_end]
        at, _ = _enter(question, community_end)
        _, id_end = _enter(question, at)
        request_id = question[at:id_end]
        _, status_end = _enter(question, id_end)
        index_at, index_end = _enter(question, status_end)
        repetitions = int.from_bytes(question[index_at:index_end], "big")
        names = _names(question, index_end)
        if verb == GET:
            found = [(name, self._value(name, number, now)) for name in names]
        else:
            found = self._after(names, repetitions if verb == BULK else 1, number, now)
        varbinds = b"".join(_wrap(SEQUENCE, name + value) for name, value in found)
        body = request_id + b"\x02\x01\x00\x02\x01\x00" + _wrap(SEQUENCE, varbinds)
        return _wrap(SEQUENCE, head + _wrap(RESPONSE, body))

    def _value(self, name: bytes, number: int, now: float) -> bytes:
        value = self._values.get(name)
        return NO_SUCH_INSTANCE if value is None else value(number, now)

    def _after(
        self, names: list[bytes], repetitions: int, number: int, now: float
    ) -> list[tuple[bytes, bytes]]:
        found = []
        places = [bisect_right(self._order, decoded_oid(name)) for name in names]
        for turn in range(max(repetitions, 1)):
            for start, name in zip(places, names, strict=True):
                if start + turn >= len(self._names):
                    found.append((name, END_OF_MIB_VIEW))
                else:
                    there = self._names[start + turn]
                    found.append((there, self._values[there](number, now)))
        return found


def _objects(variant: int) -> dict[str, Moment]:
    """A Linux computer as net-snmp shows it, with more or fewer processors, disks and cards."""
    objects: dict[str, Moment] = {
        "1.3.6.1.2.1.1.1.0": _text(f"Linux pc 6.1.0-{variant} x86_64"),
        "1.3.6.1.2.1.1.2.0": _oid("1.3.6.1.4.1.8072.3.2.10"),
        "1.3.6.1.2.1.1.3.0": _ticks,
        "1.3.6.1.2.1.1.4.0": _text("it@school.example"),
        "1.3.6.1.2.1.1.5.0": lambda number, now: _wrap(OCTETS, f"pc-{number}".encode()),
        "1.3.6.1.2.1.1.6.0": _text("Room 301"),
        "1.3.6.1.2.1.25.1.1.0": _ticks,
        "1.3.6.1.2.1.25.1.5.0": _moving(GAUGE, 0, 3, 600),
        "1.3.6.1.2.1.25.1.6.0": _moving(GAUGE, 180, 320, 300),
        "1.3.6.1.4.1.2021.4.3.0": _number(INTEGER, 2_000_000),
        "1.3.6.1.4.1.2021.4.4.0": _moving(INTEGER, 1_500_000, 1_990_000, 900),
        "1.3.6.1.4.1.2021.4.5.0": _number(INTEGER, 8_000_000),
        "1.3.6.1.4.1.2021.4.6.0": _moving(INTEGER, 1_000_000, 3_000_000, 700),
        "1.3.6.1.4.1.2021.4.14.0": _moving(INTEGER, 100_000, 200_000, 500),
        "1.3.6.1.4.1.2021.4.15.0": _moving(INTEGER, 1_000_000, 2_000_000, 800),
    }
    for place in range(1, 4):
        objects[f"1.3.6.1.4.1.2021.10.1.5.{place}"] = _moving(INTEGER, 5, 150, 60 * place)
    for place in range(1, 2 + variant % 4):
        objects[f"1.3.6.1.2.1.25.3.3.1.2.{196_607 + place}"] = _moving(INTEGER, 1, 90, 45 + place)
    for place in range(1, 2 + variant % 3):
        objects |= _disk(30 + place)
    for place in range(1, 2 + variant % 2):
        objects |= _card(place)
    return objects


def _disk(row: int) -> dict[str, Moment]:
    return {
        f"{STORAGE}.2.{row}": _oid(f"{STORAGE_TYPES}.4"),
        f"{STORAGE}.3.{row}": _text(f"/disk{row}"),
        f"{STORAGE}.4.{row}": _number(INTEGER, 4096),
        f"{STORAGE}.5.{row}": _number(INTEGER, 60_000_000),
        f"{STORAGE}.6.{row}": _filling,
    }


def _card(row: int) -> dict[str, Moment]:
    columns: dict[str, Moment] = {
        "1.3.6.1.2.1.2.2.1.2": _text(f"eth{row}"),
        "1.3.6.1.2.1.2.2.1.3": _number(INTEGER, 6),
        "1.3.6.1.2.1.2.2.1.8": _number(INTEGER, 1),
        "1.3.6.1.2.1.2.2.1.10": _counter(COUNTER_32, 90_000),
        "1.3.6.1.2.1.2.2.1.14": _number(COUNTER_32, 3),
        "1.3.6.1.2.1.2.2.1.16": _counter(COUNTER_32, 40_000),
        "1.3.6.1.2.1.2.2.1.20": _number(COUNTER_32, 0),
        "1.3.6.1.2.1.31.1.1.1.1": _text(f"eth{row}"),
        "1.3.6.1.2.1.31.1.1.1.6": _counter(COUNTER_64, 90_000),
        "1.3.6.1.2.1.31.1.1.1.10": _counter(COUNTER_64, 40_000),
        "1.3.6.1.2.1.31.1.1.1.15": _number(GAUGE, 1000),
        "1.3.6.1.2.1.31.1.1.1.17": _number(INTEGER, 1),
        "1.3.6.1.2.1.31.1.1.1.18": _text(""),
    }
    return {f"{column}.{row}": value for column, value in columns.items()}


def _ticks(number: int, now: float) -> bytes:
    return _encoded(TICKS, int((now - BOOTED - number % 100_000) * 100) % 2**32)


def _filling(number: int, now: float) -> bytes:
    """60 to 80 % full; one in many climbs beyond its threshold and comes down again."""
    wave = int(now / 60 + number) % 10
    share = 90 + (wave > 4) * 6 if number % FULL_EVERY == 0 else 60 + (wave + number) % 20
    return _encoded(INTEGER, 600_000 * share)


def _moving(kind: int, least: int, most: int, seconds: int) -> Moment:
    span = most - least + 1
    return lambda number, now: _encoded(kind, least + int(now / seconds * 7 + number) % span)


def _counter(kind: int, a_second: int) -> Moment:
    most = 2**32 if kind == COUNTER_32 else 2**64
    return lambda number, now: _encoded(
        kind, int((now - BOOTED) * (a_second + number % 999)) % most
    )


def _number(kind: int, value: int) -> Moment:
    encoded = _encoded(kind, value)
    return lambda number, now: encoded


def _text(value: str) -> Moment:
    encoded = _wrap(OCTETS, value.encode())
    return lambda number, now: encoded


def _oid(value: str) -> Moment:
    encoded = encoded_oid(value)
    return lambda number, now: encoded


def encoded_oid(text: str) -> bytes:
    """The OID with its tag and length."""
    first, second, *rest = map(int, text.split("."))
    body = bytearray([40 * first + second])
    for number in rest:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        body += bytes(reversed(digits))
    return _wrap(OBJECT_ID, bytes(body))


def decoded_oid(name: bytes) -> Oid:
    """The numbers of an OID below 1.3, from its encoding."""
    numbers, number = [1, 3], 0
    for byte in name[3:]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    return tuple(numbers)


def _names(question: bytes, at: int) -> list[bytes]:
    at, end = _enter(question, at)
    names = []
    while at < end:
        name_at, at = _enter(question, at)
        _, name_end = _enter(question, name_at)
        names.append(question[name_at:name_end])
    return names


def _enter(data: bytes, at: int) -> tuple[int, int]:
    """Where the contents of the element at ``at`` begin and end."""
    length = data[at + 1]
    if length < 0x80:
        return at + 2, at + 2 + length
    size = length & 0x7F
    begin = at + 2 + size
    return begin, begin + int.from_bytes(data[at + 2 : begin], "big")


def _encoded(kind: int, value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return bytes((kind, size)) + value.to_bytes(size, "big")


def _wrap(kind: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((kind, size)) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((kind, 0x80 | len(digits))) + digits + body


if __name__ == "__main__":
    main()
