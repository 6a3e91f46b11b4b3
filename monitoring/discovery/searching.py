"""The worker's part: takes searches under a lease and goes through them, address by address."""

import asyncio
import contextlib
import time
from ipaddress import ip_network

import structlog

from core import leases
from core.errors import Unavailable
from core.leases import Lease
from core.settings import Settings
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.credentials import decrypt_credential
from monitoring.devices.networks import Bounds, ScanOrder, find_granted, is_within
from monitoring.discovery import claims, store
from monitoring.discovery.address_sweep import Pace, sweep
from monitoring.discovery.claims import QUEUE, ScanClaim
from monitoring.discovery.identifying import Discovered, Key, Presence, ask
from monitoring.icmp.pinging import Pinger
from monitoring.snmp import Address, Session, Wire
from monitoring.snmp.values import SNMP_PORT

log = structlog.get_logger(__name__)

IDLE_SECONDS = 2.0
SAVE_SECONDS = 2.0
# Equipment in the same house answers within milliseconds; the silent ones are most of a network.
TIMEOUT_SECONDS = 1.0
MOST_SEARCHES = 4


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Search until ``stop`` is set; any number of workers may do so at once."""
    async with Session(timeout_seconds=TIMEOUT_SECONDS) as wire, Pinger() as pinger:

        async def is_there(host: str) -> bool:
            return await pinger.ping(host) is not None

        cipher = CredentialCipher.of(settings)
        await Searcher(wire, cipher, settings.networks, is_there=is_there).run(stop)


class Searcher:
    """One worker's searches, a few networks at a time; each at the rate that its network allows.

    ``is_there`` tells whether a machine without an agent is at an address; without it only agents
    are found.
    """

    def __init__(
        self,
        wire: Wire,
        cipher: CredentialCipher,
        bounds: Bounds,
        *,
        port: int = SNMP_PORT,
        is_there: Presence | None = None,
    ) -> None:
        self._wire = wire
        self._cipher = cipher
        self._bounds = bounds
        self._port = port
        self._is_there = is_there
        self._searches: dict[asyncio.Task[None], ScanClaim] = {}
        # Those of them that have not come further since they were claimed.
        self._no_further: set[ScanClaim] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Claim and search until ``stop``; what is not finished goes on elsewhere at once."""
        try:
            while not stop.is_set():
                await self.start_waiting()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
        finally:
            await self._leave()

    async def start_waiting(self) -> int:
        """Begin every search that waits and has room; how many.

        Whichever of them kills its worker, the others are lost with it. So one that may have done
        so is begun when all others have come further, and until it has, none beside it.
        """
        begun = 0
        while len(self._searches) < MOST_SEARCHES:
            if any(claim.is_suspect for claim in self._no_further):
                break
            claim = await claims.claim_scan(suspects=not self._no_further)
            if claim is None:
                break
            self._no_further.add(claim)
            task = asyncio.create_task(self._search(claim))
            self._searches[task] = claim
            task.add_done_callback(self._searches.pop)
            begun += 1
        return begun

    async def search_waiting(self) -> int:
        """One round: begin what waits, and stay until it is over; how many were begun."""
        begun = await self.start_waiting()
        await asyncio.gather(*self._searches)
        return begun

    async def _search(self, claim: ScanClaim) -> None:
        try:
            async with leases.renewed(QUEUE, [claim]) as lease:
                is_over = await self._go_through(claim, lease)
        except Exception:
            # The lease runs out by itself, and the search goes on from where it was; not for ever,
            # for the claim counts as lost until one comes further.
            log.exception("search.failed", scan=claim.id)
            return
        finally:
            self._no_further.discard(claim)
        log.info("search.over" if is_over else "search.left", scan=claim.id)

    async def _go_through(self, claim: ScanClaim, lease: Lease[ScanClaim]) -> bool:
        """Whether the search came to its end; it ends early when it is ours no longer."""
        around = await claims.range_of(claim)
        order = ScanOrder(ip_network(around.cidr))
        keys = await self._keys(claim)
        granted = await find_granted([claim.school])

        async def ask_one(host: str) -> Discovered | None:
            if not is_within(host, self._bounds):
                return None
            if granted is not None and not is_within(host, granted):
                return None
            return await ask(self._wire, Address(host, self._port), keys, self._is_there)

        found: list[Discovered] = []
        saved_at, done = time.monotonic(), claim.asked
        # A generator of its own, closed whatever happens: it has questions under way.
        answers = sweep(order, ask_one, Pace(around.addresses_per_second), start=claim.asked)
        async with contextlib.aclosing(answers):
            async for done, some in answers:
                found += [one for one in some if one is not None]
                if lease.is_over:
                    return False
                if time.monotonic() - saved_at >= SAVE_SECONDS:
                    if not await store.store_progress(claim, done, found, is_over=False):
                        return False
                    found, saved_at = [], time.monotonic()
                    self._no_further.discard(claim)
        return await store.store_progress(claim, done, found, is_over=True)

    async def _keys(self, claim: ScanClaim) -> list[Key]:
        keys = []
        for stored in await claims.keys_of(claim.network):
            try:
                keys.append(Key(stored.credential_id, decrypt_credential(self._cipher, stored)))
            except Unavailable:
                log.warning("search.sealed_credential", credential=stored.credential_id)
        return keys

    async def _leave(self) -> None:
        searches = dict(self._searches)
        for task in searches:
            task.cancel()
        await asyncio.gather(*searches, return_exceptions=True)
        await leases.release(QUEUE, searches.values())
