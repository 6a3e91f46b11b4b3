"""Admins of a school use the networks that the operator gave it, and no others, at every door."""

import asyncio
from ipaddress import ip_network

import asyncpg
import httpx
import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Invalid, NotFound
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork, grants
from monitoring.discovery import scans
from monitoring.polling.poller import Poller
from monitoring.snmp import Session
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories import MadePerson, MadeSchool
from tests.monitoring.agents import own_agent

BOUNDS = (ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8"))
TRIES = 32


@pytest.fixture
async def school(db: Stack) -> MadeSchool:
    return await factories.school("GIVEN")


@pytest.fixture
async def other(db: Stack) -> MadeSchool:
    return await factories.school("OTHER")


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.admin, school)


def _network(school: MadeSchool, cidr: str, name: str = "N") -> NewNetwork:
    return NewNetwork(school.id, name, cidr)


async def test_without_any_grant_every_school_names_what_it_likes(
    school: MadeSchool, admin: MadePerson
) -> None:
    found = await networks.create_network(admin.actor, BOUNDS, _network(school, "10.9.0.0/16"))
    assert found.is_granted
    assert await networks.find_granted([school.id]) is None


async def test_a_school_names_only_what_it_was_given(
    school: MadeSchool, other: MadeSchool, admin: MadePerson
) -> None:
    await grants.grant(BOUNDS, "GIVEN", "10.3.0.0/16", is_shared=False)
    assert (await networks.create_network(admin.actor, BOUNDS, _network(school, "10.3.4.0/24"))).id
    stranger = await factories.person(Role.admin, other)
    with pytest.raises(Invalid) as refused:
        await networks.create_network(stranger.actor, BOUNDS, _network(other, "10.3.5.0/24"))
    assert refused.value.code == "not_granted"
    for cidr in ("10.4.0.0/16", "10.0.0.0/8", "10.2.0.0/15"):
        with pytest.raises(Invalid, match=r"given only 10\.3\.0\.0/16"):
            await networks.create_network(admin.actor, BOUNDS, _network(school, cidr))


async def test_the_database_itself_refuses_what_was_not_given(
    school: MadeSchool, other: MadeSchool
) -> None:
    await grants.grant(BOUNDS, "GIVEN", "10.3.0.0/16", is_shared=False)
    sql = "INSERT INTO network (school, name, cidr, created_at) VALUES ($1, 'N', $2, now())"
    await database.execute(sql, school.id, "10.3.1.0/24")
    for cidr in ("10.3.2.0/24", "10.4.0.0/16"):
        with pytest.raises(asyncpg.CheckViolationError, match="not given these addresses"):
            await database.execute(sql, other.id, cidr)


async def test_of_32_admins_of_another_school_none_names_a_given_network(
    school: MadeSchool, other: MadeSchool
) -> None:
    strangers = [await factories.person(Role.admin, other) for _ in range(4)]
    await grants.grant(BOUNDS, "GIVEN", "10.3.0.0/16", is_shared=False)
    await grants.grant(BOUNDS, "OTHER", "10.4.0.0/16", is_shared=False)
    outcomes = await asyncio.gather(
        *(
            networks.create_network(
                strangers[n % 4].actor, BOUNDS, _network(other, f"10.{3 + n % 2}.{n}.0/24")
            )
            for n in range(TRIES)
        ),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, Invalid)]
    named = [one for one in outcomes if isinstance(one, networks.Network)]
    assert (len(refused), len(named)) == (TRIES // 2, TRIES // 2)
    assert {one.code for one in refused} == {"not_granted"}
    assert all(one.cidr.startswith("10.4.") for one in named)


async def test_of_32_overlapping_grants_at_once_one_is_made(
    school: MadeSchool, other: MadeSchool
) -> None:
    codes = ("GIVEN", "OTHER")
    outcomes = await asyncio.gather(
        *(
            grants.grant(BOUNDS, codes[n % 2], f"10.3.0.0/{16 + n % 8}", is_shared=False)
            for n in range(TRIES)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, grants.NetworkGrant) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == TRIES - 1
    [first] = await grants.list_grants()
    shared = "OTHER" if first.school_code == "GIVEN" else "GIVEN"
    assert (await grants.grant(BOUNDS, shared, first.cidr, is_shared=True)).is_shared


async def test_what_is_no_network_or_no_school_is_refused(school: MadeSchool) -> None:
    for cidr, code in (("many", "network"), ("192.168.0.0/16", "out_of_bounds")):
        with pytest.raises(Invalid) as refused:
            await grants.grant(BOUNDS, "GIVEN", cidr, is_shared=False)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        await grants.grant(BOUNDS, "NOWHERE", "10.3.0.0/16", is_shared=False)
    for cidr in ("10.3.0.0/16", "many"):
        with pytest.raises(NotFound):
            await grants.revoke("GIVEN", cidr)


async def test_a_named_network_outside_is_shown_and_neither_asked_nor_searched(
    school: MadeSchool, other: MadeSchool, admin: MadePerson
) -> None:
    agent, address = await own_agent(lambda _question: [])
    device = await made.device(school, address)
    # The network of the factory is too large to be searched.
    await database.execute("UPDATE network SET cidr = '127.0.0.0/16'")
    [network] = (await networks.list_networks(admin.actor)).items
    search = await discovery.start_scan(admin.actor, network.id)
    await grants.grant(BOUNDS, "OTHER", "10.4.0.0/16", is_shared=False)
    assert not (await networks.get_network(admin.actor, network.id)).is_granted
    assert (await discovery.get_scan(admin.actor, network.id, search.id)).state == "cancelled"
    with pytest.raises(Invalid, match="not given these addresses"):
        await discovery.start_scan(admin.actor, network.id)
    await database.execute("UPDATE network SET scan_every_hours = 1, next_scan_at = now()")
    assert await scans.start_due() == 0
    async with Session(timeout_seconds=0.2, retries=0) as wire:
        for is_asked in (False, True):
            await made.due_now(device.id)
            poller = Poller(wire, made.CIPHER, worker="one", slots=4, bounds=BOUNDS)
            assert await poller.visit_due() == 1
            assert bool(agent.heard) is is_asked
            trouble = await database.fetch_value("SELECT trouble ->> 'template' FROM device")
            assert ("school was given" in trouble) is not is_asked
            if not is_asked:
                await grants.grant(BOUNDS, "GIVEN", "127.0.0.0/8", is_shared=False)


async def test_the_form_json_and_devices_are_refused_with_a_sentence(
    client: httpx.AsyncClient, school: MadeSchool, other: MadeSchool, admin: MadePerson
) -> None:
    await networks.create_network(admin.actor, BOUNDS, _network(school, "10.3.0.0/16", "Old"))
    await grants.grant(BOUNDS, "OTHER", "10.4.0.0/16", is_shared=False)
    await grants.grant(BOUNDS, "GIVEN", "10.3.7.0/24", is_shared=False)
    key = await factories.bearer(admin, "monitoring:write", "inventory:read")
    body = {"school": school.code, "name": "Mine", "cidr": "10.4.1.0/24"}
    answer = await client.post("/api/v1/networks", json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_granted")
    asset, credential = await factories.asset(school), await made.credential(school)
    for host, status in (("10.3.8.9", 422), ("10.3.7.9", 201)):
        device = {"asset_tag": asset.tag, "address": host, "credential_id": credential}
        answer = await client.post("/api/v1/devices", json=device, headers=key)
        assert answer.status_code == status, answer.text
        assert status == 201 or answer.json()["code"] == "not_granted"
    await factories.signed_in(client, admin)
    typed = await client.post(
        "/networks", data={**body, "school_id": school.id, "name": "Typed with care"}
    )
    assert (typed.status_code, "Typed with care" in typed.text) == (422, True)
    assert "The school was given only 10.3.7.0/24" in typed.text
    assert "Not granted" in (await client.get("/networks")).text
