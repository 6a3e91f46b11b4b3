"""Ports over JSON and on pages; a simulated switch and its PCs from the visit to the answer."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from core import clock, database
from core.access import Role
from labshare.demo.walk_cards import card
from monitoring import topology
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.topology import ForwardingEntry, Neighbour, Surroundings
from monitoring.polling.full_visit import visit
from monitoring.polling.poller import Poller
from monitoring.snmp import Address, Community
from tests import factories
from tests import factories_monitoring as made
from tests.monitoring.agents import Snmpd, needs_snmpd, running
from tests.monitoring.sessions import PatientSession
from tests.monitoring.test_devices_pages import visited
from tests.monitoring.test_profiles import simulator

PC = "02:4c:00:00:00:01"
READINGS = [
    Reading("if_status", "Gi0/1", "up"),
    Reading("if_alias", "Gi0/1", "讲台"),
    Reading("if_speed", "Gi0/1", 1_000_000_000, "bits_per_second"),
    Reading("if_in_rate", "Gi0/1", 21_000.0, "bits_per_second"),
    Reading("if_out_rate", "Gi0/1", 64_000.0, "bits_per_second"),
    Reading("poe_status", "Gi0/1", "feeding"),
    Reading("poe_power", "Gi0/1", 6.5, "watts"),
    Reading("if_status", "Gi0/2", "down"),
    Reading("if_status", "Gi0/3", "disabled"),
    Reading("if_status", "Gi0/4", "up"),
    Reading("if_duplex", "Gi0/4", "half_duplex", state=State.warning),
    Reading("if_error_rate", "Gi0/4", 12.5, "per_second", State.warning),
    Reading("ports_up", value=2, unit="count"),
]


@pytest.fixture(scope="module")
def agents() -> Iterator[Address]:
    with simulator() as address:
        yield address


@pytest.fixture
async def poller() -> AsyncIterator[Poller]:
    async with PatientSession() as wire:
        yield Poller(wire, made.CIPHER, worker="worker-ports", slots=20)


async def a_switch(school: factories.MadeSchool) -> tuple[made.MadeDevice, made.MadeDevice]:
    """A switch with a PC at its first port and an access point at its fourth."""
    switch, pc = await made.device(school), await made.device(school)
    await database.execute("UPDATE device SET mac = $2 WHERE id = $1", pc.id, PC)
    await visited(switch.id, READINGS)
    around = Surroundings(
        forwarding=[
            ForwardingEntry("Gi0/1", PC, 30),
            ForwardingEntry("Gi0/4", "02:4c:00:00:00:09"),
        ],
        neighbours=[Neighbour("Gi0/4", "02:4c:00:00:00:09", "ap-hall", "eth0")],
    )
    await topology.store_surroundings(switch.id, school.id, around, clock.now())
    return switch, pc


async def test_the_ports_of_a_switch_over_json(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    switch, pc = await a_switch(school)
    reader = await factories.bearer(
        await factories.person(Role.technician, school), "monitoring:read"
    )
    panel = (await client.get(f"/api/v1/devices/{switch.id}/ports", headers=reader)).json()
    first, second, third, fourth = panel["ports"]
    assert (first["number"], first["status"], first["alias"]) == ("1", "up", "讲台")
    assert (first["speed"], first["in_rate"], first["poe_power"]) == (1e9, 21_000, 6.5)
    assert first["behind"][0]["asset_tag"] == pc.asset.tag
    assert (first["behind"][0]["vlan"], first["cards"]) == (30, 1)
    assert (second["status"], second["cards"], second["behind"]) == ("down", 0, [])
    assert third["status"] == "disabled"
    assert (fourth["state"], fourth["error_rate"], fourth["duplex"]) == (
        "warning", 12.5, "half_duplex",
    )  # fmt: skip
    assert fourth["neighbours"][0]["name"] == "ap-hall"


async def test_the_finder_and_the_parent_over_json(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    switch, pc = await a_switch(school)
    technician = await factories.person(Role.technician, school)
    keeper = await factories.bearer(technician, "monitoring:write")
    for question in (PC, PC.replace(":", "-").upper(), pc.asset.tag):
        found = await client.get("/api/v1/port-finder", params={"q": question}, headers=keeper)
        assert found.json()["edge"]["port"] == "Gi0/1"
    wrong = await client.get("/api/v1/port-finder", params={"q": "nonsense"}, headers=keeper)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "q")
    address = f"/api/v1/devices/{pc.id}/uplink"
    suggested = (await client.get(address, headers=keeper)).json()
    assert (suggested["device_id"], suggested["is_parent"]) == (switch.id, False)
    assert (await client.get(f"/api/v1/devices/{switch.id}/uplink", headers=keeper)).json() is None
    reader = await factories.bearer(technician, "monitoring:read")
    assert (await client.post(address, headers=reader)).status_code == 403
    for _ in range(2):
        taken = await client.post(address, headers=keeper)
        assert (taken.status_code, taken.json()["is_parent"]) == (200, True)
    none = await client.post(f"/api/v1/devices/{switch.id}/uplink", headers=keeper)
    assert (none.status_code, none.json()["code"]) == (409, "no_uplink")


async def test_the_page_of_ports_tells_each_state_in_words(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    switch, pc = await a_switch(school)
    await factories.signed_in(client, await factories.person(Role.technician, school))
    assert f"/devices/{switch.id}/ports" in (await client.get(f"/devices/{switch.id}")).text
    page = (await client.get(f"/devices/{switch.id}/ports")).text
    for words in ("no link", "switched off", "half duplex", "12.5 errors a second", "feeding (6.5 W)",
                  "ap-hall", pc.asset.tag, "VLAN 30", "2 of 4 ports have a link"):  # fmt: skip
        assert words in page, words
    bare = await made.device(school)
    assert "No ports are known" in (await client.get(f"/devices/{bare.id}/ports")).text
    assert f"/devices/{bare.id}/ports" not in (await client.get(f"/devices/{bare.id}")).text


async def test_the_page_finds_the_port_and_takes_the_parent_with_one_click(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    switch, pc = await a_switch(school)
    await factories.signed_in(client, await factories.person(Role.technician, school))
    assert "Nothing asked yet" in (await client.get("/port-finder")).text
    searched = await client.get("/search", params={"q": PC.upper()})
    assert searched.headers["location"].startswith("/port-finder?q=")
    assert (await client.get("/search", params={"q": PC.replace(":", "")})).status_code == 200
    asset = (await client.get(f"/assets/{pc.asset.tag}")).text
    assert f"/port-finder?q={pc.asset.tag}" in asset
    assert "port Gi0/1" in asset
    found = (await client.get("/port-finder", params={"q": pc.asset.tag})).text
    assert "Gi0/1" in found
    assert f"/devices/{switch.id}/ports" in found
    wrong = await client.get("/port-finder", params={"q": "nonsense"})
    assert "Write a MAC address" in wrong.text
    assert "Take as parent" in (await client.get(f"/devices/{pc.id}")).text
    answer = await client.post(f"/devices/{pc.id}/uplink")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/devices/{pc.id}")
    page = (await client.get(f"/devices/{pc.id}")).text
    assert "Take as parent" not in page
    assert await database.fetch_value("SELECT parent FROM device WHERE id = $1", pc.id) == switch.id


async def test_a_teacher_sees_the_port_and_cannot_take_the_parent(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    _, pc = await a_switch(school)
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    page = (await client.get(f"/devices/{pc.id}")).text
    assert "port Gi0/1" in page
    assert "Take as parent" not in page
    assert (await client.post(f"/devices/{pc.id}/uplink")).status_code == 403


@pytest.mark.usefixtures("db")
async def test_a_simulated_switch_tells_at_which_port_each_simulated_pc_is(
    agents: Address, poller: Poller
) -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    names = ("switch-301", "pc-301-01", "pc-302-03", "printer-301")
    placed = {name: await made.device(school, agents, wire=Community(name)) for name in names}
    await poller.visit_due()
    for name, port in (("pc-301-01", "Gi0/1"), ("pc-302-03", "Gi0/9")):
        mac = ":".join(f"{byte:02x}" for byte in card(name))
        own = await database.fetch_value("SELECT mac FROM device WHERE id = $1", placed[name].id)
        assert own == mac, "the PC itself says which card it has"
        found = await topology.find_port(teacher, placed[name].asset.tag)
        assert found.edge is not None
        assert (found.edge.device_id, found.edge.port) == (placed["switch-301"].id, port)
    panel = await topology.list_ports(teacher, placed["switch-301"].id)
    assert len(panel.ports) == 24
    uplink = panel.ports[23]
    assert [(n.name, n.remote_port) for n in uplink.neighbours] == [("sw-core", "Gi1/0/3")]
    assert [port.poe for port in panel.ports[:3]] == ["feeding", "feeding", "searching"]
    behind = {port.name: [one.asset_tag for one in port.behind] for port in panel.ports}
    assert behind["Gi0/1"] == [placed["pc-301-01"].asset.tag]
    again = await poller.visit_due()
    assert again == 0
    await made.due_now(placed["switch-301"].id)
    await poller.visit_due()
    later = await topology.list_ports(teacher, placed["switch-301"].id)
    rates = [port.in_rate for port in later.ports if port.status == "up"]
    assert all(rate is not None for rate in rates), "the second visit knows how much passed"
    assert [port.cards for port in later.ports] == [port.cards for port in panel.ports]


def cards_of_the_kernel() -> set[str]:
    return {path.read_text().strip() for path in Path("/sys/class/net").glob("*/address")}


@needs_snmpd
async def test_a_real_agent_tells_its_own_cards_as_the_kernel_has_them(tmp_path: Path) -> None:
    with running(Snmpd(tmp_path)) as snmpd:
        async with PatientSession() as wire:
            found = await visit(wire, snmpd.address, Community("public"))
    kernel = cards_of_the_kernel()
    told = {one.mac for one in found.surroundings.addresses if one.is_own}
    assert told <= kernel
    assert "00:00:00:00:00:00" not in told, "the loopback has no card"
