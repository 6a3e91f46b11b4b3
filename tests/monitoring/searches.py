"""Searches of networks, begun and followed by the tests."""

import asyncio
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from core import database
from core.access import Role
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork
from monitoring.discovery import (
    CandidateFilter,
    NetworkScan,
)
from monitoring.discovery.searching import Searcher
from monitoring.snmp import Community, Session
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories import MadeSchool
from tests.patience import MANY_LOOKS

BOUNDS = (ip_network("127.0.0.0/8"),)
FAST = 200


async def searched(
    school: MadeSchool, wire: Session, port: int, cidr: str, *communities: str
) -> NetworkScan:
    """The network of the school, searched once with credentials of the communities."""
    admin = (await factories.person(Role.admin, school)).actor
    keys = [await made.credential(school, Community(one)) for one in communities]
    new = NewNetwork(school.id, cidr, cidr, addresses_per_second=FAST, credential_ids=keys)
    network = await networks.create_network(admin, BOUNDS, new)
    scan = await discovery.start_scan(admin, network.id)
    searcher = Searcher(wire, made.CIPHER, BOUNDS, port=port)
    assert await searcher.search_waiting() == 1
    return await discovery.get_scan(admin, network.id, scan.id)


async def until_asked(network_id: int, addresses: int) -> None:
    """Until a worker has written down that it asked so many."""
    asked = "SELECT asked FROM network_scan WHERE network = $1"
    for _ in range(MANY_LOOKS):
        if await database.fetch_value(asked, network_id) >= addresses:
            return
        await asyncio.sleep(0.1)
    pytest.fail("nobody searches")


async def searcher_process(db: Stack, port: int, *deadly: str) -> asyncio.subprocess.Process:
    """A worker in a process of its own, which dies at the address, if one is given."""
    program = [sys.executable, "-m", "tests.monitoring.searcher_process", db.dsn, str(port)]
    folder = Path(__file__).parents[2]
    return await asyncio.create_subprocess_exec(*program, *deadly, cwd=folder)


async def candidates_of(school: MadeSchool, **only: Any) -> list[discovery.Candidate]:
    actor = made.worker_of(school)
    page = await discovery.list_candidates(actor, CandidateFilter(**only))
    return sorted(page.items, key=lambda one: one.address)


async def until_over() -> None:
    """Until the search is finished."""
    for _ in range(MANY_LOOKS):
        if await database.fetch_value("SELECT finished_at IS NOT NULL FROM network_scan"):
            return
        await asyncio.sleep(0.1)
    pytest.fail("the search does not end")
