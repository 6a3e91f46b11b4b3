"""The one interface of the wire: three verbs, for any address and any credential."""

from types import TracebackType
from typing import Protocol, Self

from core.errors import say
from monitoring.snmp.envelopes import wrap_community
from monitoring.snmp.errors import (
    AUTHORIZATION_ERROR,
    GENERAL_ERROR,
    NO_SUCH_NAME,
    TOO_BIG,
    AgentError,
    WrongCredentials,
)
from monitoring.snmp.exchanges import Counters, Exchanges
from monitoring.snmp.pdus import V1, V2C, Answer, Request, Verb, bad_reply, random_id, read_pdu
from monitoring.snmp.users import Users
from monitoring.snmp.values import Address, Community, Credential, Oid, VarBind, is_under
from monitoring.snmp.walks import FIRST_REPETITIONS, Walk

TIMEOUT_SECONDS = 2.0
RETRIES = 1
MOST_OIDS_A_GET = 10


class Wire(Protocol):
    """What a visit needs of the wire. All raise SnmpError and nothing else."""

    async def get(self, address: Address, credential: Credential, oids: list[Oid]) -> list[VarBind]:
        """One varbind for each OID, in order; value None where the agent has none."""
        ...

    async def answering(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> set[Oid]:
        """Those of ``roots`` that have an object below them."""
        ...

    async def walk(self, address: Address, credential: Credential, root: Oid) -> list[VarBind]:
        """Every varbind below ``root``, strictly increasing, capped in rows and time."""
        ...


class Session:
    """The wire of one process, bound to the loop it is first used on; close it there."""

    def __init__(self, *, timeout_seconds: float = TIMEOUT_SECONDS, retries: int = RETRIES) -> None:
        self._exchanges = Exchanges(timeout_seconds=timeout_seconds, retries=retries)
        self._users = Users(self._exchanges)
        self._repetitions: dict[Address, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._exchanges.close()

    @property
    def counters(self) -> Counters:
        return self._exchanges.counters

    def receive_buffer_bytes(self) -> int:
        return self._exchanges.receive_buffer_bytes()

    async def get(self, address: Address, credential: Credential, oids: list[Oid]) -> list[VarBind]:
        found: dict[Oid, VarBind] = {}
        for start in range(0, len(oids), MOST_OIDS_A_GET):
            some = oids[start : start + MOST_OIDS_A_GET]
            found.update({v.oid: v for v in await self._get_some(address, credential, some)})
        return [found.get(oid) or VarBind(oid, None) for oid in oids]

    async def answering(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> set[Oid]:
        found: set[Oid] = set()
        left = list(roots)
        while left:
            request = Request(Verb.next, tuple(left[:MOST_OIDS_A_GET]))
            answer = await self._ask(address, credential, request)
            if answer.error_status == NO_SUCH_NAME and 1 <= answer.error_index <= len(left):
                del left[answer.error_index - 1]  # v1: beyond the end of the MIB
                continue
            if answer.error_status or len(answer.varbinds) != len(request.oids):
                raise AgentError(answer.error_status, answer.error_index)
            pairs = zip(request.oids, answer.varbinds, strict=True)
            found.update(root for root, varbind in pairs if is_under(root, varbind.oid))
            left = left[MOST_OIDS_A_GET:]
        return found

    async def walk(self, address: Address, credential: Credential, root: Oid) -> list[VarBind]:
        async def ask(request: Request) -> Answer:
            return await self._ask(address, credential, request)

        can_bulk = not (isinstance(credential, Community) and credential.version == "1")
        walk = Walk(
            ask,
            root,
            repetitions=self._repetitions.get(address, FIRST_REPETITIONS),
            can_bulk=can_bulk,
        )
        rows = await walk.run()
        if can_bulk:
            self._repetitions[address] = walk.repetitions
        return rows

    async def _get_some(
        self, address: Address, credential: Credential, oids: list[Oid]
    ) -> list[VarBind]:
        """Like get, for as many OIDs as fit: fewer after tooBig, without those refused by name."""
        if not oids:
            return []
        answer = await self._ask(address, credential, Request(Verb.get, tuple(oids)))
        if answer.error_status == TOO_BIG and len(oids) > 1:
            half = len(oids) // 2
            return [
                *await self._get_some(address, credential, oids[:half]),
                *await self._get_some(address, credential, oids[half:]),
            ]
        if answer.error_status in (NO_SUCH_NAME, GENERAL_ERROR):
            if not 1 <= answer.error_index <= len(oids):
                raise AgentError(answer.error_status, answer.error_index)
            others = [o for i, o in enumerate(oids, start=1) if i != answer.error_index]
            return await self._get_some(address, credential, others)
        if answer.error_status:
            raise AgentError(answer.error_status, answer.error_index)
        if [v.oid for v in answer.varbinds] != oids:
            raise bad_reply()
        return answer.varbinds

    async def _ask(self, address: Address, credential: Credential, request: Request) -> Answer:
        if not isinstance(credential, Community):
            answer = await self._users.ask(address, credential, request)
            if answer.error_status == AUTHORIZATION_ERROR:
                raise WrongCredentials(
                    say("The device does not let this user read at this security level")
                )
            return answer
        key, payload = wrap_community(credential, request, random_id())
        envelope = await self._exchanges.exchange(address, key, payload)
        module = V1 if credential.version == "1" else V2C
        return read_pdu(module, module.apiMessage.get_pdu(envelope.message))
