"""Walks of real devices: recorded from an agent, without what tells whose it is, and read again."""

import asyncio
import json
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from labshare.cli import main
from labshare.recording import snmprec
from labshare.recording.privacy import made_anonymous
from labshare.recording.replay import Replay
from labshare.recording.snmprec import BadWalk, read_walk, write_walk
from labshare.recording.walking import walk_device
from monitoring.polling.full_visit import visit
from monitoring.snmp import Address, Community, VarBind, oid
from tests.monitoring.agents import SECRET, Snmpd, needs_snmpd, running
from tests.monitoring.sessions import PatientSession
from tests.monitoring.test_profiles import plain, simulator

SYS_NAME, SYS_DESCR = oid("1.3.6.1.2.1.1.5.0"), oid("1.3.6.1.2.1.1.1.0")
ALIAS = oid("1.3.6.1.2.1.31.1.1.1.18.7")
SERIAL = oid("1.3.6.1.2.1.43.5.1.1.17.1")
NAME_IN_GB18030 = "一号机房-测试机".encode("gb18030")


@pytest.fixture(scope="module")
def agents() -> Iterator[Address]:
    with simulator() as address:
        yield address


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (SYS_NAME, b"pc-301", "4|pc-301"),
        (SYS_NAME, "打印机".encode("gb18030"), "4x|b4f2d3a1bbfa"),
        (SYS_NAME, b"a|b", "4x|617c62"),  # the separator itself
        (SYS_NAME, b"two\r\nlines", "4x|74776f0d0a6c696e6573"),
        (SYS_NAME, b"", "4|"),
        (SYS_NAME, b"padded\0\0", "4x|7061646465640000"),
        (oid("1.3.6.1.2.1.1.3.0"), 4_294_967_295, "67|4294967295"),
        (oid("1.3.6.1.2.1.43.11.1.1.9.1.1"), -3, "2|-3"),
        (oid("1.3.6.1.2.1.2.2.1.10.1"), 4_000_000_000, "66|4000000000"),
        (oid("1.3.6.1.2.1.31.1.1.1.6.1"), 2**40, "70|1099511627776"),
        (oid("1.3.6.1.2.1.1.2.0"), oid("1.3.6.1.4.1.11"), "6|1.3.6.1.4.1.11"),
        (oid("1.3.6.1.2.1.4.20.1.1"), IPv4Address("10.0.0.7"), "64|10.0.0.7"),
    ],
)
def test_a_variable_is_a_line_and_the_line_the_variable(
    name: tuple[int, ...], value: object, line: str
) -> None:
    text = write_walk([VarBind(name, value)])  # type: ignore[arg-type]
    assert text == f"{'.'.join(map(str, name))}|{line}\n"
    assert read_walk(text) == [VarBind(name, value)]  # type: ignore[arg-type]


def test_lines_are_in_the_order_of_agents_and_each_variable_is_there_once() -> None:
    names = [oid(text) for text in ("1.3.10", "1.3.9", "1.3.9.1", "1.3.10")]
    walk = write_walk([VarBind(name, number) for number, name in enumerate(names)])
    assert walk == "1.3.9|2|1\n1.3.9.1|2|2\n1.3.10|2|3\n"


@pytest.mark.parametrize(
    "text", ["1.3.6", "1.3.6|4", "1.3.x|2|1", "1.3.6|2|one", "1.3.6|2:numeric|rate=1", "1.3|4x|zz"]
)
def test_what_is_no_line_is_refused_by_its_number(text: str) -> None:
    with pytest.raises(BadWalk, match="line 2"):
        read_walk(f"1.3.6.1|2|1\n{text}\n")


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        (b"HP ETHERNET,SN:VNB3J12345,PID:HP LaserJet", b"HP ETHERNET,SN:serial-1,PID:HP LaserJet"),
        (b"Linux teacher-pc 6.1 x86_64", b"Linux host-1 6.1 x86_64"),
        (b"TEACHER-PC.school.example", b"host-1.school.example"),
        (b"ask 192.168.3.7 or 10.0.0.1", b"ask 192.0.2.2 or 192.0.2.3"),
        (b"firmware 5.43.36.12724, version 1.2.3.4", b"firmware 5.43.36.12724, version 1.2.3.4"),
        (b"00-0B-DC-34-D1-06 and 00:0b:dc:34:d1:06",
         b"02:00:00:00:00:01 and 02:00:00:00:00:01"),
        (b"Linux lab7 5.4.51-v7+ #1333", b"Linux host-2 5.4.51-v7+ #1333"),  # not what sysName says
        (b"mail somebody@school.example", b"mail person1@example.org"),
        ("teacher-pc 一号机房".encode("gb18030"), b"host-1 " + "一号机房".encode("gb18030")),
        (b"our word is topsecret!", b"our word is community-1!"),
        (b"\xff\xfe\x00binary", b"\xff\xfe\x00binary"),
        (b"127.0.0.1 255.255.255.0 0.0.0.0", b"127.0.0.1 255.255.255.0 0.0.0.0"),
    ],
)  # fmt: skip
def test_a_text_tells_no_longer_whose_it_is(told: bytes, hidden: bytes) -> None:
    rows = [VarBind(SYS_DESCR, told), VarBind(SYS_NAME, b"teacher-pc")]
    assert made_anonymous(rows, also=["topsecret"])[0].value == hidden


def test_what_an_object_is_for_decides_whatever_its_bytes_are() -> None:
    rows = [
        VarBind(SYS_NAME, NAME_IN_GB18030),
        VarBind(oid("1.3.6.1.2.1.1.4.0"), b"Technician One"),
        VarBind(oid("1.3.6.1.2.1.1.6.0"), b"Room 301"),
        VarBind(oid("1.3.6.1.2.1.2.2.1.6.2"), bytes.fromhex("3c2af4bff51b")),
        VarBind(oid("1.3.6.1.2.1.2.2.1.6.3"), b"ABCDEF"),  # printable, and yet an address
        VarBind(ALIAS, b"to the headmaster"),
        VarBind(SERIAL, b"X3B8022793"),
        VarBind(oid("1.3.6.1.6.3.10.2.1.1.0"), bytes.fromhex("80001f88043c2af4bff51b")),
        VarBind(oid("1.3.6.1.2.1.4.20.1.1"), IPv4Address("192.168.3.21")),
        VarBind(oid("1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.1.0"), b"X3B8022793"),
    ]
    assert [row.value for row in made_anonymous(rows)] == [
        b"host-1",
        b"contact-1",
        b"place-1",
        bytes.fromhex("020000000001"),
        bytes.fromhex("020000000002"),
        b"words-1",
        b"serial-1",
        b"engine-1",
        IPv4Address("192.0.2.2"),
        b"serial-1",
    ]


def test_hardware_addresses_in_indexes_get_the_same_pseudonym_as_in_values() -> None:
    mac = (0x3C, 0x2A, 0xF4, 0xBF, 0xF5, 0x1B)
    rows = [
        VarBind((*oid("1.3.6.1.2.1.17.4.3.1.2"), *mac), 7),
        VarBind((*oid("1.3.6.1.2.1.17.4.3.1.1"), *mac), bytes(mac)),
    ]
    column, value = made_anonymous(rows)
    assert column.oid[-6:] == (2, 0, 0, 0, 0, 1)
    assert value == VarBind((*oid("1.3.6.1.2.1.17.4.3.1.1"), 2, 0, 0, 0, 0, 1), b"\2\0\0\0\0\1")


async def test_a_replayed_walk_reads_as_the_device_did(agents: Address) -> None:
    for name in ("printer-brother", "ups-apc", "nas-synology", "sensor-akcp"):
        async with PatientSession() as wire:
            varbinds, left_out = await walk_device(wire, agents, Community(name))
            online = plain(await visit(wire, agents, Community(name)))
        replayed = plain(
            await visit(Replay(read_walk(write_walk(varbinds))), agents, Community("-"))
        )
        assert left_out == []
        for readings in (online["readings"], replayed["readings"]):
            readings[:] = [r for r in readings if r["metric"] not in {"uptime", "pages_printed"}]
        assert replayed == online, name


def record(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["profile", "record", *arguments])


def test_recording_writes_a_walk_and_its_readings_and_never_over_others(
    agents: Address, tmp_path: Path
) -> None:
    where = (f"{agents.host}:{agents.port}", "--community", "printer-brother")
    done = record(*where, "--into", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "printer_brother" in done.output
    walk = (tmp_path / "printer_brother.snmprec").read_text(encoding="utf-8")
    expected = json.loads((tmp_path / "printer_brother.json").read_text(encoding="utf-8"))
    for secret in ("prn-brother", "数学组", "技术员一", "DEMOBR0001", "DEMO031007"):
        assert secret not in walk
        assert secret.encode().hex() not in walk
        assert secret not in json.dumps(expected, ensure_ascii=False)
    assert {"metric": "supply_level", "instance": "Black toner", "value": 23.0,
            "unit": "percent", "state": "ok"} in expected["readings"]  # fmt: skip

    again = record(*where, "--into", str(tmp_path))
    assert again.exit_code == 1
    assert "--force" in again.output
    assert (tmp_path / "printer_brother.snmprec").read_text(encoding="utf-8") == walk
    assert record(*where, "--into", str(tmp_path), "--force", "--name", "other").exit_code == 0
    assert (tmp_path / "other.json").exists()


def test_the_expected_readings_are_those_of_the_written_walk(
    agents: Address, tmp_path: Path
) -> None:
    record(f"{agents.host}:{agents.port}", "--community", "ups-megatec", "--into", str(tmp_path))
    walk = snmprec.read_walk((tmp_path / "ups_megatec.snmprec").read_text(encoding="utf-8"))
    found = plain(asyncio.run(visit(Replay(walk), agents, Community("-"))))
    assert found == msgspec.json.decode((tmp_path / "ups_megatec.json").read_bytes())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("127.0.0.1:9", "--timeout", "0.1"), 1, "port 9 is closed"),
        (("127.0.0.1:99999",), 2, "ADDRESS"),
        (("127.0.0.1:9", "--root", "1.3.x"), 2, "--root"),
        (("127.0.0.1:9", "--user", "u", "--priv", "aes"), 2, "authentication"),
    ],
)
def test_a_recording_that_cannot_be_made_says_why(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    result = record(*arguments, "--into", str(tmp_path))
    assert result.exit_code == code
    assert words in result.output
    assert list(tmp_path.iterdir()) == []


@needs_snmpd
def test_a_real_agent_is_recorded_by_v3(tmp_path: Path) -> None:
    with running(Snmpd(tmp_path / "agent")) as agent:
        where = f"{agent.address.host}:{agent.address.port}"
        user = ("--user", "shaaes", "--auth", "sha", "--auth-password", SECRET)
        done = record(
            where, *user, "--priv", "aes", "--priv-password", "battery-staple",
            "--into", str(tmp_path), "--name", "real",
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    walk = (tmp_path / "real.snmprec").read_text(encoding="utf-8")
    expected = json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))
    assert expected["profile"] == "host"
    assert expected["identity"]["name"] == "host-1"
    assert "一号机房-测试机".encode().hex() not in walk
    assert "Room 301" not in walk
    metrics = {reading["metric"] for reading in expected["readings"]}
    assert {"uptime", "memory_used", "load_average"} <= metrics
