"""Workers that search: their leases, and searches from beginning to end by themselves."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import pytest

from core import database, leases
from core.access import Role
from core.errors import Conflict
from core.settings import Settings
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork
from monitoring.discovery import (
    claims,
    identifying,
    scans,
    searching,
    store,
)
from monitoring.discovery.searching import Searcher
from monitoring.snmp import Address, Community
from tests import factories
from tests.conftest import Stack
from tests.factories_monitoring import CIPHER
from tests.monitoring.agents import (
    DEMO_WALKS,
    free_port,
    wait_until_bound,
)
from tests.monitoring.searches import (
    BOUNDS,
    FAST,
    candidates_of,
    searched,
    searcher_process,
    until_over,
)
from tests.monitoring.sessions import BriefSession, PatientSession
from tests.patience import PATIENCE_SECONDS

LEASE_IS_OVER = "UPDATE network_scan SET lease_until = now() - interval '1 second'"

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def generous_time_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifying, "ADDRESS_SECONDS", PATIENCE_SECONDS)


async def test_a_worker_whose_lease_another_has_keeps_nothing(db: Stack) -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    network = await networks.create_network(
        admin, BOUNDS, NewNetwork(school.id, "R", "127.0.12.0/28")
    )
    await discovery.start_scan(admin, network.id)
    made = await asyncio.gather(*(claims.claim_scan() for _ in range(32)))
    (late,) = [claim for claim in made if claim]
    await database.execute(LEASE_IS_OVER)
    now_mine = await claims.claim_scan()
    assert now_mine is not None
    assert not await store.store_progress(late, 5, [], is_over=False)
    assert await store.store_progress(now_mine, 5, [], is_over=False)


@contextmanager
def simulator(*hosts: str) -> Iterator[int]:
    """snmpsim at several addresses on one port; a walk's name is its community."""
    port = free_port()
    run = "from snmpsim.commands.responder import main; main()"
    command = [sys.executable, "-c", run, "--log-level=error", f"--data-dir={DEMO_WALKS}"]
    command += [f"--agent-udpv4-endpoint={host}:{port}" for host in hosts]
    if os.geteuid() == 0:
        command += ["--process-user=root", "--process-group=root"]
    with TemporaryDirectory(prefix="labshare-snmpsim-") as cache:
        process = subprocess.Popen([*command, f"--cache-dir={cache}"], stderr=subprocess.DEVNULL)
        try:
            wait_until_bound(Address(hosts[0], port), process)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


async def test_what_snmpsim_plays_is_recognised_with_its_serial_number(db: Stack) -> None:
    """One printer that answers at two addresses: known, and for a person to look at."""
    school = await factories.school()
    asset = await factories.asset(school, model=await factories.asset_model("printer"))
    await database.execute(
        "UPDATE asset SET serial_number = 'demo007090', serial_trust = 'ok' WHERE id = $1", asset.id
    )
    with simulator("127.0.14.2", "127.0.14.5") as port:
        nobody = [Address(f"127.0.14.{n}", port) for n in (1, 3, 4, 6)]
        async with PatientSession(*nobody, Community("nobody")) as wire:
            scan = await searched(school, wire, port, "127.0.14.0/29", "nobody", "printer-301")
    assert (scan.asked, scan.answered) == (6, 2)
    await store.match_waiting()
    found = await candidates_of(school)
    assert [one.address for one in found] == ["127.0.14.2", "127.0.14.5"]
    for one in found:
        assert (one.identity["serial_number"], one.asset_tag) == ("DEMO007090", asset.tag)
        assert one.profile is not None
        assert one.profile.startswith("printer")
        assert discovery.Doubt.shared_serial in one.doubts


async def test_a_worker_searches_by_itself_and_finds_machines_without_an_agent(
    db: Stack,
) -> None:
    """The part of the worker as it runs: every address of this machine answers a ping."""
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    await networks.create_network(
        admin,
        BOUNDS,
        NewNetwork(school.id, "R", "127.0.13.0/29", scan_every_hours=24, addresses_per_second=FAST),
    )
    assert await scans.start_due() == 1
    stop = asyncio.Event()
    settings = Settings(secret_key="a secret of the tests", networks=BOUNDS)
    working = asyncio.create_task(searching.run(settings, stop))
    try:
        await until_over()
    finally:
        stop.set()
        await working
    found = await candidates_of(school)
    assert [one.address for one in found] == [f"127.0.13.{n}" for n in range(1, 7)]
    assert {one.credential_id for one in found} == {None}


async def test_a_search_that_kills_its_workers_fails_and_the_next_one_is_taken(db: Stack) -> None:
    """Processes of their own, each killed at the same address; then a worker that lives."""
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    deadly, harmless = [
        await networks.create_network(admin, BOUNDS, NewNetwork(school.id, cidr, cidr))
        for cidr in ("127.0.15.0/29", "127.0.16.0/29")
    ]
    scan = await discovery.start_scan(admin, deadly.id)
    other = await discovery.start_scan(admin, harmless.id)
    port = free_port()
    for lost in range(1, claims.MOST_LOST_CLAIMS + 1):
        process = await searcher_process(db, port, "127.0.15.1")
        await process.wait()
        assert (
            await database.fetch_value(
                "SELECT lost_claims FROM network_scan WHERE id = $1", scan.id
            )
            == lost
        )
        await database.execute(LEASE_IS_OVER)
    async with BriefSession() as wire:
        searcher = Searcher(wire, CIPHER, BOUNDS, port=port)
        assert await searcher.search_waiting() == 1, "the other one alone"
    failed = await discovery.get_scan(admin, deadly.id, scan.id)
    assert (failed.state, failed.is_over, failed.asked) == ("failed", True, 0)
    assert failed.failed_at is not None
    assert (await discovery.get_scan(admin, harmless.id, other.id)).state == "finished"
    assert (await networks.get_network(admin, deadly.id)).last_scan_failed_at == failed.failed_at
    with pytest.raises(Conflict):
        await discovery.cancel_scan(admin, deadly.id, scan.id)
    again = await discovery.start_scan(admin, deadly.id)
    assert (again.id, again.state) != (scan.id, "failed"), "it can be searched once more"


async def test_a_search_that_comes_further_is_never_given_up(db: Stack) -> None:
    """However often its worker is killed, or stops by itself."""
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    network = await networks.create_network(
        admin, BOUNDS, NewNetwork(school.id, "R", "127.0.17.0/24")
    )
    await discovery.start_scan(admin, network.id)
    for asked in range(1, 3 * claims.MOST_LOST_CLAIMS):
        claim = await claims.claim_scan()
        assert claim is not None
        assert claim.lost_claims <= 2, "none but the last, of which nobody told the end, and this"
        assert await store.store_progress(claim, asked, [], is_over=False)
        await database.execute(LEASE_IS_OVER)
    for _ in range(3 * claims.MOST_LOST_CLAIMS):
        claim = await claims.claim_scan()
        assert claim is not None
        await leases.release(claims.QUEUE, [claim])
        assert await database.fetch_value("SELECT lost_claims FROM network_scan") == 0
