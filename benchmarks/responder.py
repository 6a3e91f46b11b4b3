"""Agents that answer faster than any poller asks: many of them in one process, with one table.

Answers are put together from encoded parts; only ids, signatures and vectors are made anew. It
knows what a poller needs (GET, GETNEXT, GETBULK, discovery, clocks), not more.
"""

import os
import select
import socket
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from monitoring.snmp import AuthProtocol, Oid, PrivProtocol, User, oid
from monitoring.snmp.elements import INTEGER, OBJECT_ID, OCTETS, SEQUENCE, enter, read_name
from monitoring.snmp.messages import element, integer, oid_content
from monitoring.snmp.usm import ENCRYPTED, SIGNED, Engine

PORTS = 57
LARGEST_ANSWER = 1400  # what fits one frame; agents stop a GETBULK there
USER = User("reader", AuthProtocol.sha, "correct-horse", PrivProtocol.aes, "battery-staple")
GET, NEXT, BULK, RESPONSE, REPORT = 0xA0, 0xA1, 0xA5, 0xA2, 0xA8
COUNTER_32, GAUGE_32, TIME_TICKS, COUNTER_64 = 0x41, 0x42, 0x43, 0x46
UNKNOWN_ENGINES, NOT_IN_TIME = (oid(f"1.3.6.1.6.3.15.1.1.{n}.0") for n in (4, 2))
BOOTS = 5
WINDOW_SECONDS = 150

SYSTEM = oid("1.3.6.1.2.1.1")
IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")
IF_X_ENTRY = oid("1.3.6.1.2.1.31.1.1.1")
# What a printer is asked at each visit: uptime, name, pages, four supplies, state.
POLLED = [
    (oid("1.3.6.1.2.1.1.3.0"), TIME_TICKS, 123_456_789),
    (oid("1.3.6.1.2.1.1.5.0"), OCTETS, "一号机房-打印机".encode()),
    (oid("1.3.6.1.2.1.43.10.2.1.4.1.1"), COUNTER_32, 48_213),
    *((oid(f"1.3.6.1.2.1.43.11.1.1.9.1.{n}"), INTEGER, 100 * n + 7) for n in range(1, 5)),
    (oid("1.3.6.1.2.1.25.3.5.1.1.1"), INTEGER, 3),
]
# The columns of a switch's two interface tables by their types: thirty, for 57 ports 1,710 objects.
IF_COLUMNS = {
    1: INTEGER, 2: OCTETS, 3: INTEGER, 4: INTEGER, 5: GAUGE_32, 6: OCTETS, 7: INTEGER, 8: INTEGER,
    9: TIME_TICKS, **dict.fromkeys(range(10, 22), COUNTER_32),
}  # fmt: skip
IF_X_COLUMNS = {1: OCTETS, **dict.fromkeys(range(6, 12), COUNTER_64), 15: GAUGE_32, 18: OCTETS}


def encoded(kind: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return element(kind, value)
    return element(kind, integer(value)[2:])


def the_table() -> dict[Oid, bytes]:
    """Every object of the agent, encoded as a varbind."""
    objects: dict[Oid, tuple[int, int | bytes]] = {n: (kind, value) for n, kind, value in POLLED}
    for entry, columns in ((IF_ENTRY, IF_COLUMNS), (IF_X_ENTRY, IF_X_COLUMNS)):
        for column, kind in columns.items():
            for port in range(1, PORTS + 1):
                number = (column * 2_654_435_761 + port * 40_503) % 2**32
                value = f"GigabitEthernet0/{port}".encode() if kind == OCTETS else number
                if kind == INTEGER:
                    value = 1 + port % 7
                elif kind == COUNTER_64:
                    value = number * 1009
                objects[*entry, column, port] = (kind, value)
    return {
        name: element(SEQUENCE, element(OBJECT_ID, oid_content(name)) + encoded(*objects[name]))
        for name in sorted(objects)
    }


class Asked(NamedTuple):
    verb: int
    id_element: bytes
    repetitions: int
    names: list[bytes]


def read_request(data: bytes, at: int) -> Asked:
    """The PDU of a request that we trust: it comes from our own benchmark."""
    verb = data[at]
    at, end = enter(data, verb, at, len(data))
    _, id_end = enter(data, INTEGER, at, end)
    _, zero_end = enter(data, INTEGER, id_end, end)
    count_at, count_end = enter(data, INTEGER, zero_end, end)
    list_at, list_end = enter(data, SEQUENCE, count_end, end)
    names = []
    while list_at < list_end:
        bind_at, bind_end = enter(data, SEQUENCE, list_at, list_end)
        name_at, name_end = enter(data, OBJECT_ID, bind_at, bind_end)
        names.append(data[name_at:name_end])
        list_at = bind_end
    count = int.from_bytes(data[count_at:count_end], "big")
    return Asked(verb, data[at:id_end], count, names)


def read_security(payload: bytes, at: int, end: int) -> tuple[bytes, bool, list[bytes], int]:
    """A v3 message's id (with its tag), whether it is encrypted, its security, and its data."""
    header_at, header_end = enter(payload, SEQUENCE, at, end)
    _, id_end = enter(payload, INTEGER, header_at, header_end)
    _, size_end = enter(payload, INTEGER, id_end, header_end)
    flags_at, _ = enter(payload, OCTETS, size_end, header_end)
    wrapped_at, data_at = enter(payload, OCTETS, header_end, end)
    fields, next_at = [], enter(payload, SEQUENCE, wrapped_at, data_at)[0]
    for tag in (OCTETS, INTEGER, INTEGER, OCTETS, OCTETS, OCTETS):
        field_at, next_at = enter(payload, tag, next_at, data_at)
        fields.append(payload[field_at:next_at])
    return payload[header_at:id_end], bool(payload[flags_at] & ENCRYPTED), fields, data_at


class Agents:
    """The answers, whoever of the agents is asked; each has an engine of its own."""

    def __init__(self) -> None:
        table = the_table()
        self._names = list(table)
        self._varbinds = list(table.values())
        self._by_content = {oid_content(name): place for place, name in enumerate(self._names)}
        self._lists: dict[tuple[bytes, ...], bytes] = {}
        self._following: dict[bytes, int] = {}

    def answer(self, payload: bytes, engine: Engine) -> bytes:
        at, end = enter(payload, SEQUENCE, 0, len(payload))
        if payload[at + 2] == 3:
            return self._answer_secure(payload, at + 3, end, engine)
        _, community_end = enter(payload, OCTETS, at + 3, end)
        asked = read_request(payload, community_end)
        return element(SEQUENCE, payload[at:community_end] + self._response(asked))

    def _response(self, asked: Asked, tag: int = RESPONSE) -> bytes:
        content = asked.id_element + b"\x02\x01\x00\x02\x01\x00" + self._list(asked)
        return element(tag, content)

    def _list(self, asked: Asked) -> bytes:
        if asked.verb == GET:
            names = tuple(asked.names)
            made = self._lists.get(names)
            if made is None:
                found = [self._varbinds[self._by_content[name]] for name in names]
                made = self._lists[names] = element(SEQUENCE, b"".join(found))
            return made
        places = [self._place_after(name) for name in asked.names]
        varbinds, room = [], LARGEST_ANSWER
        for step in range(asked.repetitions if asked.verb == BULK else 1):
            for place in places:
                varbind = self._varbinds[min(place + step, len(self._varbinds) - 1)]
                room -= len(varbind)
                if room < 0:
                    return element(SEQUENCE, b"".join(varbinds))
                varbinds.append(varbind)
        return element(SEQUENCE, b"".join(varbinds))

    def _place_after(self, name: bytes) -> int:
        place = self._by_content.get(name)
        if place is not None:
            return place + 1
        if name not in self._following:
            self._following[name] = bisect_right(self._names, read_name(name))
        return self._following[name]

    def _answer_secure(self, payload: bytes, at: int, end: int, engine: Engine) -> bytes:
        message_id, is_encrypted, fields, data_at = read_security(payload, at, end)
        engine_id, boots, engine_time, name, _, salt = fields
        clock = int.from_bytes(boots, "big"), int.from_bytes(engine_time, "big")
        data, local = payload[data_at:end], engine.local(USER)
        if is_encrypted and local.cipher:
            data = local.cipher.decrypt(data[enter(data, OCTETS, 0, len(data))[0] :], *clock, salt)
        scope_at, scope_end = enter(data, SEQUENCE, 0, len(data))
        _, engine_end = enter(data, OCTETS, scope_at, scope_end)
        _, pdu_at = enter(data, OCTETS, engine_end, scope_end)
        asked = read_request(data, pdu_at)
        if engine_id != engine.engine_id:
            return self._report(UNKNOWN_ENGINES, asked, message_id, 0, engine, name)
        if clock[0] != BOOTS or abs(clock[1] - engine.now()) > WINDOW_SECONDS:
            return self._report(NOT_IN_TIME, asked, message_id, SIGNED, engine, name)
        scoped = element(SEQUENCE, data[scope_at:pdu_at] + self._response(asked))
        assert local.cipher is not None
        now = engine.now()
        encrypted, salt = local.cipher.encrypt(scoped, BOOTS, now)
        data = element(OCTETS, encrypted)
        return self._message(message_id, SIGNED | ENCRYPTED, engine, now, name, salt, data)

    def _report(
        self,
        counter: Oid,
        asked: Asked,
        message_id: bytes,
        flags: int,
        engine: Engine,
        name: bytes,
    ) -> bytes:
        varbind = element(SEQUENCE, element(OBJECT_ID, oid_content(counter)) + b"\x41\x01\x01")
        content = asked.id_element + integer(0) * 2 + element(SEQUENCE, varbind)
        data = element(SEQUENCE, engine.local(USER).scope + element(REPORT, content))
        return self._message(message_id, flags, engine, engine.now(), name, b"", data)

    @staticmethod
    def _message(
        message_id: bytes,
        flags: int,
        engine: Engine,
        now: int,
        name: bytes,
        salt: bytes,
        data: bytes,
    ) -> bytes:
        local = engine.local(USER)
        signer = local.signer
        assert signer is not None
        blank = bytes(signer.length) if flags & SIGNED else b""
        rest = element(OCTETS, salt)
        clock = integer(BOOTS) + integer(now)
        names = element(OCTETS, name) + element(OCTETS, blank) + rest
        security = element(SEQUENCE, local.engine_element + clock + names)
        header = message_id + integer(65_507) + element(OCTETS, bytes((flags,))) + integer(3)
        wrapped = element(SEQUENCE, header) + element(OCTETS, security) + data
        message = element(SEQUENCE, integer(3) + wrapped)
        if not blank:
            return message
        at = len(message) - len(data) - len(rest) - len(blank)
        return message[:at] + signer.sign(message) + message[at + len(blank) :]


def serve(port: int, devices: int, core: int) -> None:
    """Answer on 127.0.1.1 and following; each line on stdin is answered by the processor time."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    agents, waiting = Agents(), select.epoll()
    sockets = {}
    for number in range(1, devices + 1):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.bind((f"127.0.1.{number}", port))
        engine = Engine(b"\x80\x00\x1f\x88\x04bench%03d" % number)
        engine.hear(BOOTS, 1000)
        sockets[opened.fileno()] = opened, engine
        waiting.register(opened.fileno(), select.EPOLLIN)
    waiting.register(sys.stdin.fileno(), select.EPOLLIN)
    print("ready", flush=True)
    while True:
        answers = []
        for ready, _ in waiting.poll():
            if ready != sys.stdin.fileno():
                opened, engine = sockets[ready]
                payload, sender = opened.recvfrom(65_535)
                answers.append((opened, agents.answer(payload, engine), sender))
            elif sys.stdin.readline():
                print(time.process_time(), flush=True)
            else:
                return
        # All that were asked at once answer at once: what is measured is the work of reading, and
        # not how often a process can be woken by one that is slower.
        for opened, payload, sender in answers:
            opened.sendto(payload, sender)


@contextmanager
def running(port: int, devices: int, core: int) -> Iterator[Callable[[], float]]:
    """The agents in a process of their own; what comes back tells its processor time."""
    code = f"from benchmarks.responder import serve; serve({port}, {devices}, {core})"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking, telling = process.stdin, process.stdout
        if telling.readline() != "ready\n":
            raise RuntimeError("the responder did not start")

        def processor_seconds() -> float:
            asking.write("\n")
            asking.flush()
            return float(telling.readline())

        yield processor_seconds
        asking.close()
