"""Where a school's devices may be: said by its administrators, kept by the database."""

import asyncio
from ipaddress import ip_network

import asyncpg
import httpx
import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.settings import PRIVATE_NETWORKS, Settings
from monitoring import registration
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork, ScanOrder, is_within
from monitoring.devices.networks.addressing import can_be_searched, checked_cidr
from monitoring.polling.poller import Poller
from monitoring.registration.devices import NewDevice
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.agents import own_agent
from tests.monitoring.sessions import BriefSession

pytestmark = pytest.mark.usefixtures("db")
TRIES = 32
BOUNDS = PRIVATE_NETWORKS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.168.3.0/24", "192.168.3.0/24"),
        (" 192.168.3.17/24 ", "192.168.3.0/24"),
        ("192.168.3.0/255.255.255.0", "192.168.3.0/24"),
        ("10.1.2.3", "10.1.2.3/32"),
        ("FD00:0:0::/112", "fd00::/112"),
    ],
)
def test_a_network_is_written_one_way(text: str, canonical: str) -> None:
    assert str(checked_cidr(text, BOUNDS)) == canonical


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "network"),
        ("school", "network"),
        ("192.168.3.0/33", "network"),
        ("192.168.0.0-192.168.3.0", "network"),
        ("8.8.8.0/24", "out_of_bounds"),
        ("0.0.0.0/0", "out_of_bounds"),
        ("10.0.0.0/7", "out_of_bounds"),
        ("127.0.0.0/24", "out_of_bounds"),
        ("::/0", "out_of_bounds"),
        ("::ffff:10.0.0.0/120", "out_of_bounds"),
        ("fd00::%eth0/64", "network"),
        ("fd00::1%eth0", "network"),
    ],
)
def test_what_is_no_network_of_a_school_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_cidr(text, BOUNDS)
    assert [(error.field, error.code) for error in refused.value.errors] == [("cidr", code)]


@pytest.mark.parametrize(
    ("cidr", "first", "last", "count"),
    [
        ("192.168.3.0/24", "192.168.3.1", "192.168.3.254", 254),
        ("10.0.0.0/16", "10.0.0.1", "10.0.255.254", 65_534),
        ("10.0.0.8/30", "10.0.0.9", "10.0.0.10", 2),
        ("10.0.0.8/31", "10.0.0.8", "10.0.0.9", 2),
        ("10.0.0.8/32", "10.0.0.8", "10.0.0.8", 1),
        ("fd00::/112", "fd00::1", "fd00::ffff", 65_535),
        ("fd00::5/128", "fd00::5", "fd00::5", 1),
    ],
)
def test_a_search_leaves_out_what_names_no_machine(
    cidr: str, first: str, last: str, count: int
) -> None:
    order = ScanOrder(ip_network(cidr))
    assert (order[0], order[len(order) - 1], len(order)) == (first, last, count)
    with pytest.raises(IndexError):
        order[count]


def test_only_what_can_be_gone_through_is_searched() -> None:
    found = {
        text: can_be_searched(ip_network(text))
        for text in ("10.0.0.0/16", "10.0.0.0/15", "fd00::/112", "fd00::/111")
    }
    assert list(found.values()) == [True, False, True, False]


def test_loopback_is_asked_only_where_it_is_set() -> None:
    assert not is_within("127.0.0.1", Settings().networks)
    given = Settings.from_environ({"LABSHARE_NETWORKS": "127.0.0.0/8, 10.0.0.0/8"})
    assert is_within("127.0.0.1", given.networks)
    assert not is_within("192.168.1.1", given.networks)
    assert not is_within("fd00::1", given.networks)
    for wrong in ("everything", "10.0.0.1/8", "10.0.0.0/8;127.0.0.0/8"):
        with pytest.raises(Invalid):
            Settings.from_environ({"LABSHARE_NETWORKS": wrong})


async def test_networks_of_a_school_do_not_overlap() -> None:
    school, other = await factories.school(), await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    await networks.create_network(admin, BOUNDS, NewNetwork(school.id, "Rooms", "10.1.0.0/24"))
    for cidr, code in (("10.1.0.0/24", "taken"), ("10.1.0.128/25", "overlap"), ("10.0.0.0/8", "")):
        with pytest.raises(Invalid) as refused:
            await networks.create_network(admin, BOUNDS, NewNetwork(school.id, "More", cidr))
        assert refused.value.errors[0].code in (code or "overlap", "overlap")
        assert refused.value.errors[0].field == "cidr"
    theirs = (await factories.person(Role.admin, other)).actor
    await networks.create_network(theirs, BOUNDS, NewNetwork(other.id, "Rooms", "10.1.0.0/24"))


async def test_a_network_too_large_to_search_may_hold_devices_and_is_never_searched() -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    new = NewNetwork(school.id, "All", "10.0.0.0/8", scan_every_hours=24)
    with pytest.raises(Invalid) as refused:
        await networks.create_network(admin, BOUNDS, new)
    assert [error.field for error in refused.value.errors] == ["scan_every_hours"]
    made_one = await networks.create_network(
        admin, BOUNDS, NewNetwork(school.id, "All", "10.0.0.0/8")
    )
    assert made_one.addresses is None
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("UPDATE network SET scan_every_hours = 24")


async def test_credentials_are_kept_in_their_order_and_are_of_the_school() -> None:
    school, other = await factories.school(), await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    given = [await made.credential(school) for _ in range(3)][::-1]
    new = NewNetwork(school.id, "Rooms", "10.1.0.0/24", credential_ids=given)
    network = await networks.create_network(admin, BOUNDS, new)
    assert network.credential_ids == given
    for wrong, code in (
        ([await made.credential(other)], "credential"),
        ([given[0], given[0]], "twice"),
        ([1, 2, 3, 4, 5, 6], "too_many"),
    ):
        with pytest.raises(Invalid) as refused:
            await networks.update_network(
                admin,
                BOUNDS,
                network.id,
                NewNetwork(school.id, "Rooms", "10.1.0.0/24", credential_ids=wrong),
            )
        assert (refused.value.errors[0].field, refused.value.errors[0].code) == (
            "credential_ids",
            code,
        )


async def test_technicians_look_and_administrators_say_where() -> None:
    school, other = await factories.school(), await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    technician = (await factories.person(Role.technician, school)).actor
    teacher = (await factories.person(Role.teacher, school)).actor
    stranger = (await factories.person(Role.admin, other)).actor
    new = NewNetwork(school.id, "Rooms", "10.1.0.0/24")
    network = await networks.create_network(admin, BOUNDS, new)
    assert (await networks.list_networks(technician)).items == [network]
    assert (await networks.list_networks(stranger)).items == []
    assert (await networks.list_networks(teacher)).items == []
    with pytest.raises(NotFound):
        await networks.get_network(stranger, network.id)
    for actor in (technician, teacher):
        with pytest.raises(Forbidden):
            await networks.update_network(actor, BOUNDS, network.id, new)
        with pytest.raises(Forbidden):
            await networks.delete_network(actor, network.id)


async def test_a_change_on_top_of_somebody_elses_is_refused() -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    new = NewNetwork(school.id, "Rooms", "10.1.0.0/24")
    network = await networks.create_network(admin, BOUNDS, new)
    await networks.update_network(admin, BOUNDS, network.id, new, version=network.version)
    with pytest.raises(Conflict):
        await networks.update_network(admin, BOUNDS, network.id, new, version=network.version)


async def test_a_network_is_not_taken_from_under_its_devices() -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    device = await made.device(school)
    (network,) = (await networks.list_networks(admin)).items
    assert network.devices == 1
    with pytest.raises(Conflict) as refused:
        await networks.delete_network(admin, network.id)
    assert refused.value.code == "network_in_use"
    bounds = (ip_network("127.0.0.0/8"),)
    new = NewNetwork(school.id, "Less", "127.0.1.0/24")
    with pytest.raises(Invalid) as unfit:
        await networks.update_network(admin, bounds, network.id, new)
    assert unfit.value.errors[0].field == "cidr"
    smaller = NewNetwork(school.id, "Less", "127.0.0.0/24")
    await networks.update_network(admin, bounds, network.id, smaller)
    await registration.remove_device(admin, device.id)
    await networks.delete_network(admin, network.id)


async def test_a_device_outside_of_its_schools_networks_is_refused_through_every_door(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.person(Role.admin, school)
    technician = await factories.person(Role.technician, school)
    await made.network(school, "10.1.0.0/24")
    await made.network(other, "10.2.0.0/24")
    asset, credential = await factories.asset(school), await made.credential(school)
    new = NewDevice(asset.tag, "10.2.0.7", credential)
    with pytest.raises(Invalid) as refused:
        await registration.create_device(technician.actor, new)
    assert refused.value.errors[0].code == "outside_of_networks"
    body = {"asset_tag": asset.tag, "address": "10.2.0.7", "credential_id": credential}
    answer = await client.post(
        "/api/v1/devices", json=body, headers=await factories.bearer(technician)
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "address")
    await factories.signed_in(client, admin)
    page = await client.post("/devices", data={**body, "port": "161"})
    assert page.status_code == 422
    assert "none of the school&#39;s networks" in page.text
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            "INSERT INTO device (school, asset, address, credential, created_at, next_poll_at)"
            " VALUES ($1, $2, '10.2.0.7', $3, now(), now())",
            school.id,
            asset.id,
            credential,
        )
    inside = await registration.create_device(
        technician.actor, NewDevice(asset.tag, "10.1.0.7", credential)
    )
    with pytest.raises(Invalid):
        await registration.update_device(technician.actor, inside.id, new)


async def test_a_device_added_while_its_network_goes_leaves_one_of_the_two() -> None:
    """32 rounds, begun together: never a device without a network."""
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    credential = await made.credential(school)
    assets = [await factories.asset(school) for _ in range(TRIES)]
    ids = [await made.network(school, f"10.1.{n}.0/24") for n in range(TRIES)]
    attempts = []
    for n, (asset, network_id) in enumerate(zip(assets, ids, strict=True)):
        new = NewDevice(asset.tag, f"10.1.{n}.7", credential)
        elsewhere = NewNetwork(school.id, "Moved", f"10.2.{n}.0/24")
        attempts += [
            registration.create_device(admin, new),
            networks.update_network(admin, BOUNDS, network_id, elsewhere)
            if n % 2
            else networks.delete_network(admin, network_id),
        ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    pairs = zip(outcomes[::2], outcomes[1::2], strict=True)
    assert all(
        isinstance(one, Invalid | Conflict) != isinstance(two, Invalid | Conflict)
        for one, two in pairs
    )
    outside = await database.fetch_value(
        "SELECT count(*) FROM device d WHERE NOT EXISTS (SELECT FROM network n"
        " WHERE n.school = d.school AND d.address::inet <<= n.cidr::inet)"
    )
    assert outside == 0


async def test_of_32_who_name_one_network_at_once_one_wins(db: Stack) -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    outcomes = await asyncio.gather(
        *(
            networks.create_network(
                admin, BOUNDS, NewNetwork(school.id, f"N{n}", f"10.1.0.0/{16 + n % 8}")
            )
            for n in range(TRIES)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, networks.Network) for one in outcomes) == 1
    assert sum(isinstance(one, Invalid) for one in outcomes) == TRIES - 1


async def test_the_poller_sends_nothing_outside_of_the_installations_networks() -> None:
    """The school's network is from before the setting was made narrower."""
    school = await factories.school()
    agent, address = await own_agent(lambda _question: [])
    device = await made.device(school, address)
    async with BriefSession() as wire:
        for bounds, is_asked in ((BOUNDS, False), ((ip_network("127.0.0.0/8"),), True)):
            await made.due_once(device.id)
            poller = Poller(wire, made.CIPHER, worker="one", slots=4, bounds=bounds)
            assert await poller.visit_due() == 1
            assert bool(agent.heard) is is_asked
            trouble = await database.fetch_value("SELECT trouble ->> 'template' FROM device")
            assert ("outside of the networks" in trouble) is not is_asked
