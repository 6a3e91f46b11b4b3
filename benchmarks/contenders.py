"""Those who poll in the comparison, each as its users would use it, behind the same three verbs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any, Protocol

from benchmarks.responder import IF_COLUMNS, IF_ENTRY, IF_X_COLUMNS, IF_X_ENTRY, POLLED, USER
from monitoring.snmp import Address, Community, Session, dotted

COMMUNITY = "public"
HAS_GUFO = find_spec("gufo") is not None
TIMEOUT_SECONDS = 5.0
OIDS = [name for name, _, _ in POLLED]
ROOTS = [IF_ENTRY, IF_X_ENTRY]
COLUMNS = [(*IF_ENTRY, n) for n in IF_COLUMNS] + [(*IF_X_ENTRY, n) for n in IF_X_COLUMNS]
REPETITIONS = 50  # of everybody's GETBULK; the responder stops at 1,400 bytes


class Contender(Protocol):
    """Values are counted and compared, never thrown away unread."""

    async def poll(self, device: int) -> int:
        """One GET of OIDS; how many values came."""
        ...

    async def walk(self, device: int) -> int:
        """The rows below all of ROOTS; how many."""
        ...


class Ours:
    """``monitoring.snmp``: one session for all."""

    def __init__(self, session: Session, addresses: list[Address], *, is_v3: bool) -> None:
        self._session = session
        self._addresses = addresses
        self._credential = USER if is_v3 else Community(COMMUNITY)

    async def poll(self, device: int) -> int:
        return len(await self._session.get(self._addresses[device], self._credential, OIDS))

    async def walk(self, device: int) -> int:
        address, credential = self._addresses[device], self._credential
        rows = []
        for root in ROOTS:
            rows += await self._session.walk(address, credential, root)
        return len(rows)


class OursByColumns(Ours):
    """The same, asking for the columns of a table side by side."""

    async def walk(self, device: int) -> int:
        address, credential = self._addresses[device], self._credential
        columns = await self._session.table(address, credential, COLUMNS)
        return sum(map(len, columns))


class Gufo:
    """gufo_snmp: a session and a socket for each device."""

    def __init__(self, sessions: list[Any]) -> None:
        self._sessions = sessions
        self._oids = [dotted(name) for name in OIDS]
        self._roots = [dotted(root) for root in ROOTS]

    async def poll(self, device: int) -> int:
        return len(await self._sessions[device].get_many(self._oids))

    async def walk(self, device: int) -> int:
        rows = []
        for root in self._roots:
            rows += [row async for row in self._sessions[device].getbulk(root, REPETITIONS)]
        return len(rows)


class Pysnmp:
    """pysnmp's high-level API: one engine for all, MIBs left out."""

    def __init__(self, addresses: list[Address], *, is_v3: bool) -> None:
        from pysnmp.hlapi.v3arch import asyncio as hlapi

        self._api = hlapi
        self._engine = hlapi.SnmpEngine()
        self._targets: dict[int, Any] = {}
        self._addresses = addresses
        self._auth = (
            hlapi.UsmUserData(
                USER.name,
                USER.auth_password,
                USER.priv_password,
                authProtocol=hlapi.USM_AUTH_HMAC96_SHA,
                privProtocol=hlapi.USM_PRIV_CFB128_AES,
            )
            if is_v3
            else hlapi.CommunityData(COMMUNITY, mpModel=1)
        )

    async def poll(self, device: int) -> int:
        api = self._api
        failed, status, _, varbinds = await api.get_cmd(
            self._engine,
            self._auth,
            await self._target(device),
            api.ContextData(),
            *(api.ObjectType(api.ObjectIdentity(oid)) for oid in OIDS),
            lookupMib=False,
        )
        if failed or status:
            raise RuntimeError(str(failed or status))
        return len(varbinds)

    async def walk(self, device: int) -> int:
        api, rows = self._api, []
        for root in ROOTS:
            walking = api.bulk_walk_cmd(
                self._engine,
                self._auth,
                await self._target(device),
                api.ContextData(),
                0,
                REPETITIONS,
                api.ObjectType(api.ObjectIdentity(root)),
                lookupMib=False,
                lexicographicMode=False,
            )
            async for failed, status, _, varbinds in walking:
                if failed or status:
                    raise RuntimeError(str(failed or status))
                rows += varbinds
        return len(rows)

    async def _target(self, device: int) -> Any:
        if device not in self._targets:
            self._targets[device] = await self._api.UdpTransportTarget.create(
                self._addresses[device], timeout=TIMEOUT_SECONDS, retries=0
            )
        return self._targets[device]

    def close(self) -> None:
        self._engine.close_dispatcher()


@asynccontextmanager
async def ours(addresses: list[Address], *, is_v3: bool) -> AsyncIterator[Contender]:
    async with Session(timeout_seconds=TIMEOUT_SECONDS) as session:
        yield Ours(session, addresses, is_v3=is_v3)


@asynccontextmanager
async def ours_by_columns(addresses: list[Address], *, is_v3: bool) -> AsyncIterator[Contender]:
    async with Session(timeout_seconds=TIMEOUT_SECONDS) as session:
        yield OursByColumns(session, addresses, is_v3=is_v3)


@asynccontextmanager
async def gufo(addresses: list[Address], *, is_v3: bool) -> AsyncIterator[Contender]:
    from gufo.snmp.aio import SnmpSession
    from gufo.snmp.user import Aes128Key, Sha1Key, User

    user = User(
        USER.name,
        auth_key=Sha1Key(USER.auth_password.encode()),
        priv_key=Aes128Key(USER.priv_password.encode()),
    )
    sessions = []
    for address in addresses:
        who: dict[str, Any] = {"user": user} if is_v3 else {"community": COMMUNITY}
        sessions.append(SnmpSession(*address, timeout=TIMEOUT_SECONDS, **who))
        await sessions[-1].refresh()
    yield Gufo(sessions)


@asynccontextmanager
async def pysnmp(addresses: list[Address], *, is_v3: bool) -> AsyncIterator[Contender]:
    contender = Pysnmp(addresses, is_v3=is_v3)
    try:
        yield contender
    finally:
        contender.close()
