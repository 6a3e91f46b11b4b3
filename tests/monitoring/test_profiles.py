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

from labshare.demo.make_walks import devices, write
from monitoring.metrics import METRICS, UNITS, VALUE_WORDS
from monitoring.profiles import FlawedProfile, all_profiles, load_profile, recognise
from monitoring.sentences import RULE_SENTENCES
from monitoring.snmp import Address, Community, Session, oid
from monitoring.visits import Visit, visit
from tests.monitoring.agents import WALKS, free_port, wait_until_bound

EXPECTED = Path(__file__).parent / "expected"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "profiles"
NAMES = [device.name for device in devices()]
RUN_RESPONDER = "from snmpsim.commands.responder import main; main()"
# What moves while the simulator runs: there, but of no certain value.
MOVING = {
    "uptime", "cpu_load", "processes", "temperature", "input_voltage", "output_voltage",
    "output_power", "output_load", "if_in_octets", "if_out_octets", "pages_printed",
}  # fmt: skip


@contextmanager
def simulator() -> Iterator[Address]:
    """snmpsim serving our walks; a walk's name is its community."""
    address = Address("127.0.0.1", free_port())
    command = [sys.executable, "-c", RUN_RESPONDER, f"--data-dir={WALKS}", "--log-level=error"]
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
            process.wait(10)


@pytest.fixture(scope="module")
def agents() -> Iterator[Address]:
    with simulator() as address:
        yield address


async def visit_once(address: Address, name: str) -> Visit:
    async with Session() as wire:
        return await visit(wire, address, Community(name))


def still(found: Visit) -> Any:
    """The visit as JSON, with a sign in place of every value that moves."""
    shown = {"profile": found.profile, "identity": found.identity, "readings": found.readings}
    plain = msgspec.json.decode(msgspec.json.encode(shown))
    for reading in plain["readings"]:
        if reading["metric"] in MOVING and isinstance(reading["value"], int | float):
            reading["value"] = "moving"
    return plain


@pytest.mark.parametrize("name", NAMES)
async def test_a_walk_of_ours_is_recognised_and_read_as_expected(
    agents: Address, name: str
) -> None:
    found = still(await visit_once(agents, name))
    assert found == msgspec.json.decode((EXPECTED / f"{name}.json").read_bytes())


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
    assert written == {path.name: path.read_bytes() for path in WALKS.glob("*.snmprec")}
    assert len(written) == 25


def test_every_profile_has_a_walk_and_a_page() -> None:
    profiles = {profile.name for profile in all_profiles()}
    assert profiles == {"generic", "host", "printer", "switch", "ups"}
    read = {msgspec.json.decode(path.read_bytes())["profile"] for path in EXPECTED.glob("*.json")}
    assert read == profiles
    assert {path.stem for path in DOCS.glob("*.md")} - {"README"} == profiles


def test_every_metric_has_a_unit_that_we_can_name_and_every_code_a_word() -> None:
    units = {metric.unit for metric in METRICS.values() if metric.unit} - {"count"}
    assert units <= set(UNITS)
    codes = {word for p in all_profiles() for read in p.read for word, _ in read.codes.values()}
    assert codes <= set(VALUE_WORDS)
    rules = {rule.name for profile in all_profiles() for rule in profile.rule}
    assert rules | {"unreachable", "refused"} == set(RULE_SENTENCES)


@pytest.mark.parametrize(
    ("object_id", "descr", "answering", "name"),
    [
        ("1.3.6.1.4.1.8072.3.2.10", "Linux pc 6.1", ["1.3.6.1.2.1.25.1.1"], "host"),
        ("1.3.6.1.4.1.311.1.1.3.1.1", "Windows", ["1.3.6.1.2.1.25.2.3.1"], "host"),
        # A printer whose board runs net-snmp, and one that nobody has heard of.
        ("1.3.6.1.4.1.8072.3.2.10", "Linux", ["1.3.6.1.2.1.25.1.1", "1.3.6.1.2.1.43.5.1.1"],
         "printer"),
        ("1.3.6.1.4.1.99999.1", "?", ["1.3.6.1.2.1.43.11.1.1"], "printer"),
        ("1.3.6.1.4.1.1347.41", "Printing System", [], "printer"),
        ("1.3.6.1.4.1.99999.1", "?", ["1.3.6.1.2.1.33.1"], "ups"),
        ("1.3.6.1.4.1.25506.11.1.24", "Comware", ["1.3.6.1.2.1.31.1.1.1"], "switch"),
        ("1.3.6.1.4.1.8072.3.2.10", "UAP-nanoHD", ["1.3.6.1.2.1.25.1.1", "1.3.6.1.2.1.31.1.1.1"],
         "switch"),
        ("1.3.6.1.4.1.99999.1", "Room controller", [], "generic"),
    ],
)  # fmt: skip
def test_recognition(object_id: str, descr: str, answering: list[str], name: str) -> None:
    tables = {oid(text) for text in answering}
    assert recognise(all_profiles(), oid(object_id), descr, tables).name == name


GOOD = """
name = "flawed"
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
        (GOOD + READ.replace("gauge", "magic"), "nothing decodes"),
        (GOOD + READ.replace("value =", "label ="), "needs ['value']"),
        (GOOD + READ.replace('metric = "users"\n', ""), "needs a metric"),
        (GOOD + READ.replace("users", "moods"), "not in monitoring/metrics.py"),
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
            found = still(asyncio.run(visit_once(address, name)))
            text = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
            (EXPECTED / f"{name}.json").write_bytes(text)


if __name__ == "__main__":
    renew()
