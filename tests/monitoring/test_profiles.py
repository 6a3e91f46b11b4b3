"""Profiles: every file is sound, every flaw has its line, every walk of ours is read as expected.

``python -m tests.monitoring.test_profiles`` writes the expected files anew, to be read in review.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from labshare.demo.make_walks import BY_HAND, write
from labshare.profile_pages import overview, page_of
from monitoring.decoding.metrics import METRICS, UNITS
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.polling.failures import OUR_OWN_RULES
from monitoring.polling.full_visit import visit
from monitoring.polling.visit import Visit, visit_by_plan
from monitoring.profiles import (
    FlawedProfile,
    all_profiles,
    family,
    load_profile,
    profile_named,
    recognise,
    recognise_by_name,
)
from monitoring.profiles.alert_messages import RULE_SENTENCES
from monitoring.profiles.recognition import Traits
from monitoring.snmp import Address, Community, oid
from tests.monitoring.agents import DEMO_WALKS, WALKS, free_port, wait_until_bound
from tests.monitoring.sessions import PatientSession
from tests.patience import PATIENCE_SECONDS

EXPECTED = Path(__file__).parent / "expected"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "profiles"
NAMES = sorted(path.stem for folder in (WALKS, DEMO_WALKS) for path in folder.glob("*.snmprec"))
RUN_RESPONDER = "from snmpsim.commands.responder import main; main()"
# What moves while the simulator runs: there, but of no certain value. Counters and uptimes grow
# in every walk of ours; the rest swings in those whose devices the demonstration shows.
GROWING = {"uptime", "pages_printed", "if_in_octets", "if_out_octets"}
GROWING |= {"if_in_octets_32", "if_out_octets_32"}
SWINGING = {
    "cpu_load", "processes", "temperature", "input_voltage", "output_voltage", "output_power",
    "output_load",
}  # fmt: skip


@contextmanager
def simulator() -> Iterator[Address]:
    """snmpsim serving our walks; a walk's name is its community."""
    address = Address("127.0.0.1", free_port())
    command = [
        sys.executable,
        "-c",
        RUN_RESPONDER,
        "--log-level=error",
        f"--data-dir={WALKS}",
        f"--data-dir={DEMO_WALKS}",
    ]
    command += [f"--agent-udpv4-endpoint={address.host}:{address.port}"]
    if os.geteuid() == 0:
        command += ["--process-user=root", "--process-group=root"]
    with TemporaryDirectory(prefix="labshare-snmpsim-") as cache:
        process = subprocess.Popen([*command, f"--cache-dir={cache}"], stderr=subprocess.DEVNULL)
        try:
            wait_until_bound(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def agents() -> Iterator[Address]:
    with simulator() as address:
        yield address


async def visit_once(address: Address, name: str) -> Visit:
    async with PatientSession() as wire:
        return await visit(wire, address, Community(name))


def plain(found: Visit) -> Any:
    shown = {"profile": found.profile, "identity": found.identity, "readings": found.readings}
    return msgspec.json.decode(msgspec.json.encode(shown))


def still(name: str, visited: Any) -> Any:
    """The visit as JSON, with a sign in place of every value that moves."""
    walk = next(f for f in (WALKS, DEMO_WALKS) if (f / f"{name}.snmprec").exists())
    swings = "function=sin" in (walk / f"{name}.snmprec").read_text(encoding="ascii")
    moving = GROWING | SWINGING if swings else GROWING
    for reading in visited["readings"]:
        if reading["metric"] in moving and isinstance(reading["value"], int | float):
            reading["value"] = "moving"
    return visited


@pytest.mark.parametrize("name", NAMES)
async def test_a_walk_of_ours_is_recognised_and_read_as_expected(
    agents: Address, name: str
) -> None:
    found = still(name, plain(await visit_once(agents, name)))
    expected = msgspec.json.decode((EXPECTED / f"{name}.json").read_bytes())
    assert found == still(name, expected)


@pytest.mark.parametrize("name", NAMES)
async def test_a_visit_by_plan_reads_what_a_full_one_reads(agents: Address, name: str) -> None:
    async with PatientSession() as wire:
        full = await visit(wire, agents, Community(name))
        profile = profile_named(full.profile)
        assert profile is not None
        assert full.plan is not None
        steady = await visit_by_plan(
            wire, agents, Community(name), profile, full.plan, has_rebooted=lambda _: False
        )
    assert still(name, plain(steady))["readings"] == still(name, plain(full))["readings"]


async def test_a_simulated_uptime_grows(agents: Address) -> None:
    before, after = None, None
    before = (await visit_once(agents, NAMES[0])).uptime
    await asyncio.sleep(0.3)
    after = (await visit_once(agents, NAMES[0])).uptime
    assert before is not None
    assert after is not None
    assert after.ticks > before.ticks


def test_the_walks_are_what_their_program_writes(tmp_path: Path) -> None:
    written = {path.name: path.read_bytes() for path in write(tmp_path)}
    by_hand = {f"{name}.snmprec" for name in BY_HAND}
    assert written.keys() | by_hand == {path.name for path in DEMO_WALKS.glob("*.snmprec")}
    assert written == {name: (DEMO_WALKS / name).read_bytes() for name in written}
    assert written


def test_every_profile_has_a_walk_with_what_is_expected_of_it_and_a_page() -> None:
    profiles = {profile.name for profile in all_profiles()}
    expected = {
        path.stem: msgspec.json.decode(path.read_bytes()) for path in EXPECTED.glob("*.json")
    }
    assert set(expected) == set(NAMES)
    assert {one["profile"] for one in expected.values()} == profiles
    assert {path.stem for path in DOCS.glob("*.md")} - {"README"} == profiles


def test_the_pages_of_the_profiles_are_what_their_files_say() -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    for profile in all_profiles():
        assert pages[f"{profile.name}.md"] == page_of(profile), "make snapshots renews them"
    assert overview() in pages["README.md"], "make snapshots renews it"


def test_every_metric_has_a_unit_that_we_can_name_and_every_code_a_word() -> None:
    units = {metric.unit for metric in METRICS.values() if metric.unit} - {"count"}
    assert units <= set(UNITS)
    codes = {word for p in all_profiles() for read in p.read for word, _ in read.codes.values()}
    assert codes <= set(VALUE_WORDS)
    rules = {rule.name for profile in all_profiles() for rule in profile.rule}
    assert rules <= set(RULE_SENTENCES)
    of_rules = set(RULE_SENTENCES) - {trap.raises for p in all_profiles() for trap in p.trap}
    assert of_rules - set(OUR_OWN_RULES) <= rules


NET_SNMP = "1.3.6.1.4.1.8072.3.2.10"
NOBODY = "1.3.6.1.4.1.99999.1"
HR, IFX, PRINTER = "1.3.6.1.2.1.25.1.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.43.11.1.1"
UCD = "1.3.6.1.4.1.2021.4"


@pytest.mark.parametrize(
    ("object_id", "descr", "answering", "name"),
    [
        (NET_SNMP, "Linux pc 6.1", [HR], "host"),
        (NET_SNMP, "Linux switch-lab 6.1", [HR], "host"),  # a PC that is called a switch
        ("1.3.6.1.4.1.311.1.1.3.1.1", "Windows", [], "host"),
        # A printer whose board runs net-snmp, and one that nobody has heard of.
        (NET_SNMP, "Linux", [HR, "1.3.6.1.2.1.43.5.1.1"], "printer"),
        (NOBODY, "?", [PRINTER], "printer"),
        ("1.3.6.1.4.1.11.2.3.9.1", "HP ETHERNET MULTI-ENVIRONMENT", [], "printer_hp"),
        ("1.3.6.1.4.1.2435.2.3.9.1", "Brother NC-8300h", [], "printer_brother"),
        ("1.3.6.1.4.1.1602.4.2", "Canon LBP6670", [], "printer_canon"),
        ("1.3.6.1.4.1.1347.41", "Printing System", [], "printer_kyocera"),
        ("1.3.6.1.4.1.367.1.1", "RICOH MP C2503", [], "printer_ricoh"),
        ("1.3.6.1.4.1.2385.3.1.111.1.26", "SHARP MX-M266NV", [], "printer_sharp"),
        ("1.3.6.1.4.1.641.2.71303460", "Lexmark MS421", [], "printer_lexmark"),
        ("1.3.6.1.4.1.40093.1.1", "Pantum", [], "printer_pantum"),
        # One maker, two kinds of devices: the longest beginning decides.
        ("1.3.6.1.4.1.1248.1.1.2.1.3.5", "EPSON Built-in", [], "printer_epson"),
        ("1.3.6.1.4.1.1248.4.1", "EPSON Network Projector", [], "projector"),
        (NOBODY, "NEC Projector PA500", [], "projector"),
        (NOBODY, "?", ["1.3.6.1.2.1.33.1"], "ups"),
        ("1.3.6.1.2.1.33", "The Cs141 SNMP Agent", [], "ups"),
        ("1.3.6.1.4.1.318.1.3.27", "APC Web/SNMP Management Card", [], "ups_apc"),
        ("1.3.6.1.4.1.935", "NET Agent II", [], "ups_megatec"),
        ("1.3.6.1.4.1.534.1", "Eaton 9PX", [], "ups_eaton"),
        ("1.3.6.1.4.1.705.1.2", "Pulsar", [], "ups_mge"),
        ("1.3.6.1.4.1.2254.2.4", "UPS SNMP Agent", [], "ups_delta"),
        (NET_SNMP, "Linux nas0", [HR, "1.3.6.1.4.1.6574.1"], "nas_synology"),
        (NET_SNMP, "Linux nas0", [HR, "1.3.6.1.4.1.24681.1"], "nas_qnap"),
        (NET_SNMP, "UAP-nanoHD", [HR, IFX, "1.3.6.1.4.1.41112.1.6.1"], "access_point_unifi"),
        (NOBODY, "Room controller", [], "generic"),
        # A maker's file goes before what it is based on, and APC builds more than supplies.
        ("1.3.6.1.4.1.41112.1.6.1", "U6", [], "access_point_unifi"),
        ("1.3.6.1.4.1.318.1.3.4.2", "APC MasterSwitch", [], "pdu_apc"),
        ("1.3.6.1.4.1.318.1.3.4.5", "APC Web/SNMP Management Card", [], "pdu_apc"),
        ("1.3.6.1.4.1.318.1.3.4.6", "APC Web/SNMP Management Card", [], "pdu_apc"),
        ("1.3.6.1.4.1.318.1.3.8.1", "APC Environmental Monitor", [], "sensor_apc"),
        ("1.3.6.1.4.1.318.1.3.8.4", "APC Web/SNMP Management Card", [], "sensor_apc"),
        ("1.3.6.1.4.1.318.1.3.8.5", "APC Web/SNMP Management Card", [], "sensor_apc"),
        ("1.3.6.1.4.1.318.1.3.9", "APC Redundant Switch", [], "transfer_switch_apc"),
        ("1.3.6.1.4.1.318.1.3.11", "APC Transfer Switch", [], "transfer_switch_apc"),
        # Power supplies of APC by their family; a Back-UPS is not cooler 1.3.14 nor cabinet 1.3.15.
        ("1.3.6.1.4.1.318.1.3.1", "APC Back-UPS", [], "ups_apc"),
        ("1.3.6.1.4.1.318.1.3.2.12", "APC Smart-UPS 3000", [], "ups_apc"),
        ("1.3.6.1.4.1.318.1.3.5.4", "APC Symmetra", [], "ups_apc"),
        ("1.3.6.1.4.1.318.1.3.28.11", "APC Galaxy 300", [], "ups_apc"),
        ("1.3.6.1.4.1.318.1.3.10.1", "APC DC power", [], "generic"),
        ("1.3.6.1.4.1.318.1.3.14.5", "APC Web/SNMP Management Card", [], "generic"),
        ("1.3.6.1.4.1.318.1.3.15", "APC Web/SNMP Management Card", [], "generic"),
        ("1.3.6.1.4.1.318.1.3.19", "APC Web/SNMP Management Card", [], "generic"),
        ("1.3.6.1.4.1.318.1.3.24", "APC Web/SNMP Management Card", [], "generic"),
        ("1.3.6.1.4.1.318.1.3.31.1", "PowerChute", [HR], "host"),
        ("1.3.6.1.4.1.5528.100.20.10.2013", "NetBotz 355", [], "sensor_netbotz"),
        ("1.3.6.1.4.1.52674.500.20", "NetBotz 750", [HR], "sensor_netbotz"),
        # Makers that build nothing but networks.
        ("1.3.6.1.4.1.30065.1.3011.7048", "Arista", [HR], "switch"),
        ("1.3.6.1.4.1.12356.101.1.1000", "FortiGate", [HR], "switch"),
        ("1.3.6.1.4.1.9.12.3.1.3.1084", "Cisco NX-OS", [HR], "switch_cisco"),
        # An access point with a computer's tables; a maker's own words, but no table at all.
        (NET_SNMP, "Linux ap 4.14", [HR, "1.2.840.10036.1.1"], "access_point"),
        (NOBODY, "Acme Wireless LAN Controller", [], "switch"),
        (NET_SNMP, "Linux firewall 6.1", [HR], "host"),
    ],
)  # fmt: skip
def test_recognition(object_id: str, descr: str, answering: list[str], name: str) -> None:
    tables = {oid(text) for text in answering}
    assert recognise(all_profiles(), oid(object_id), descr, tables).name == name


HOST_SERVICES = 72
BRIDGE = "1.3.6.1.2.1.17.1"


@pytest.mark.parametrize(
    ("object_id", "answering", "traits", "name"),
    [
        # sysServices names the layers: 2 is a switch, 3 without applications a router.
        (NOBODY, [HR], Traits(2), "switch"),
        (NOBODY, [HR], Traits(6), "switch"),
        (NOBODY, [HR], Traits(78), "switch"),
        (NOBODY, [], Traits(4), "switch"),
        (NOBODY, [], Traits(76), "generic"),
        (NOBODY, [], Traits(HOST_SERVICES), "generic"),
        (NET_SNMP, [HR], Traits(79), "switch"),
        (NET_SNMP, [HR, BRIDGE], Traits(HOST_SERVICES), "switch"),
        (NET_SNMP, [HR], Traits(HOST_SERVICES), "host"),
        (NET_SNMP, [HR], Traits(76), "host"),
        # What forwards is a router; a computer with one socket forwards to itself.
        (NOBODY, [], Traits(HOST_SERVICES, forwards=True, sockets=1), "switch"),
        (NET_SNMP, [HR], Traits(HOST_SERVICES, forwards=True, sockets=1), "host"),
        (NET_SNMP, [HR], Traits(HOST_SERVICES, forwards=True, sockets=2), "gateway"),
        (NET_SNMP, [UCD], Traits(None, forwards=True, sockets=4), "gateway"),
        # Many sockets: a server may have them, anything else is a switch.
        (NET_SNMP, [HR], Traits(HOST_SERVICES, sockets=6), "host"),
        (NOBODY, [], Traits(None, sockets=2), "generic"),
        (NOBODY, [], Traits(None, sockets=3), "switch"),
        # What has tables of its own is what they say.
        (NOBODY, [HR, PRINTER], Traits(78, forwards=True, sockets=3), "printer"),
        (NOBODY, ["1.3.6.1.2.1.33.1"], Traits(6, forwards=True, sockets=3), "ups"),
        (NET_SNMP, [HR, "1.3.6.1.4.1.6574.1"], Traits(79, forwards=True, sockets=4),
         "nas_synology"),
        (NOBODY, [HR, "1.2.840.10036.1.1"], Traits(2, sockets=4), "access_point"),
        # Its own name says what it is, whatever the machine does beside.
        ("1.3.6.1.4.1.311.1.1.3.1.1", [HR], Traits(79, forwards=True, sockets=4), "host"),
    ],
)  # fmt: skip
def test_what_switches_or_routes_is_no_host_that_may_sleep(
    object_id: str, answering: list[str], traits: Traits, name: str
) -> None:
    tables = {oid(text) for text in answering}
    assert recognise(all_profiles(), oid(object_id), "?", tables, traits).name == name


@pytest.mark.parametrize("object_id", [NET_SNMP, "1.3.6.1.4.1.2021.250.10", "0.0", NOBODY])
def test_a_name_that_tells_nothing_has_the_tables_asked_for(object_id: str) -> None:
    assert recognise_by_name(all_profiles(), oid(object_id), "Linux") is None


def test_a_profile_takes_over_what_it_is_based_on_and_its_own_comes_first() -> None:
    brother, printer = profile_named("printer_brother"), profile_named("printer")
    assert brother is not None
    assert printer is not None
    assert brother.read[0].decode == "brother_maintenance"
    assert brother.read[1:] == printer.read
    assert brother.rule == printer.rule
    assert brother.standards == ["BROTHER-MIB", *printer.standards]
    assert (brother.uptime, brother.may_sleep) == (printer.uptime, printer.may_sleep)
    assert brother.recognise.answers == []
    assert {"printer", "printer_brother", "printer_hp"} <= set(family("printer"))
    assert family("printer_hp") == ["printer_hp"]


def test_a_maker_goes_before_what_it_is_based_on_however_long_the_other_s_name() -> None:
    switch, cisco = profile_named("switch"), profile_named("switch_cisco")
    assert switch is not None
    assert cisco is not None
    longer = msgspec.structs.replace(
        switch,
        recognise=msgspec.structs.replace(switch.recognise, object_ids=["1.3.6.1.4.1.9.1.5"]),
    )
    found = recognise_by_name([longer, cisco], oid("1.3.6.1.4.1.9.1.5.3"), "")
    assert found is cisco


def test_a_profile_is_not_based_on_itself_by_any_way(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "a"), ("c", "c"), ("d", "nobody")):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\nbased_on = "{base}"\n')
    for name in "acd":
        with pytest.raises(FlawedProfile, match="there is no profile"):
            load_profile(tmp_path / f"{name}.toml")


GOOD = """
name = "flawed"
title = { en = "Flawed devices", zh_CN = "有错的设备" }
standards = []
may_sleep = false
interval_seconds = 60
uptime = ["1.3.6.1.2.1.1.3.0"]
[recognise]
rank = 1
answers = ["1.3.6.1.2.1.43"]
"""
READ = '[[read]]\ndecode = "gauge"\nmetric = "users"\nobjects = { value = "1.3.6.1.2.0" }\n'
RULE = '[[rule]]\nname = "disk_full"\nmetric = "disk_used"\nseverity = "warning"\n'


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (GOOD.replace("flawed", "other"), "not that of the file"),
        (GOOD.replace("rank = 1", "rank = 101"), "<= 100"),
        (GOOD.replace("interval_seconds = 60", "interval_seconds = 1"), ">= 10"),
        (GOOD.replace('answers = ["1.3.6.1.2.1.43"]', ""), "fit every device"),
        (GOOD + 'descriptions = ["("]\n', "no pattern"),
        (GOOD + "colour = 1\n", "unknown field"),
        (GOOD.replace("1.3.6.1.2.1.43", "1.3.x"), "regex"),
        (GOOD.replace("1.3.6.1.2.1.43", "1.3.99999999999"), "no OID"),
        (GOOD + 'object_ids = ["1.3.6.1.4.1.8072.3.2.10"]\n', "of a board"),
        (GOOD.replace("zh_CN", "fr"), "unknown field"),
        (GOOD + READ.replace("gauge", "magic"), "nothing decodes"),
        (GOOD + READ + "instances = { 1 = 'One' }\n", "instances of a scalar"),
        (GOOD + READ + "divisor = 0\n", ">= 1"),
        (GOOD + READ.replace("value =", "label ="), "needs ['value']"),
        (GOOD + READ.replace('metric = "users"\n', ""), "needs a metric"),
        (GOOD + READ.replace("users", "moods"), "not in monitoring/decoding/metrics.py"),
        (GOOD + READ + "codes = { 1 = ['idle', 'ok'] }\n", "takes no codes"),
        (GOOD + READ.replace("value =", 'label = "1.3.6.1", value ='), "mixes scalars"),
        (GOOD + RULE, "one kind of threshold"),
        (GOOD + RULE + "raise_above = 5\n", "both bounds"),
        (GOOD + RULE + "raise_above = 5\nclear_below = 6\n", "both bounds"),
        (GOOD + RULE + "raise_above = 9\nclear_below = 6\nraise_state = 'critical'\n", "one kind"),
        (GOOD + (RULE + "raise_above = 9\nclear_below = 6\n") * 2, "there twice"),
        (GOOD + RULE.replace("disk_full", "moody"), "no sentence"),
        (GOOD + RULE.replace("warning", "ok") + "raise_above = 9\nclear_below = 6\n", "severity"),
        ("name = ", "flawed.toml"),
    ],
)
def test_a_flawed_profile_names_its_file_and_its_flaw(tmp_path: Path, text: str, flaw: str) -> None:
    path = tmp_path / "flawed.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FlawedProfile, match=r"flawed\.toml") as caught:
        load_profile(path)
    assert flaw in str(caught.value)


def renew() -> None:
    """Write what is read now as what is expected from now on."""
    EXPECTED.mkdir(exist_ok=True)
    with simulator() as address:
        for name in NAMES:
            found = still(name, plain(asyncio.run(visit_once(address, name))))
            text = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
            (EXPECTED / f"{name}.json").write_bytes(text)


if __name__ == "__main__":
    renew()
