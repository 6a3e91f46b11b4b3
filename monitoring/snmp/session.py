"""The one interface of the wire: three verbs, for any address and any credential."""

from collections.abc import Awaitable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

from monitoring.snmp.errors import (
    GENERAL_ERROR,
    NO_SUCH_NAME,
    TOO_BIG,
    AgentError,
    TimedOut,
    bad_reply,
)
from monitoring.snmp.exchanges import Counters, Exchanges
from monitoring.snmp.messages import (
    CommunityQuestion,
    Template,
    Templates,
    community_template,
    pdu_template,
)
from monitoring.snmp.peers import STEPS, BatchSize, Peer
from monitoring.snmp.users import Users
from monitoring.snmp.values import (
    Address,
    Answer,
    Community,
    Credential,
    Oid,
    Request,
    VarBind,
    Verb,
    is_under,
)
from monitoring.snmp.walks import Walk

TIMEOUT_SECONDS = 2.0
RETRIES = 1


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

    async def table(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> list[list[VarBind]]:
        """As ``walk`` for each of ``roots``, in their order, but side by side.

        The columns of a table come in a fraction of the round trips, and a row's values are of
        nearly one moment.
        """
        ...


class Session:
    """The wire of one process, bound to the loop it is first used on; close it there."""

    def __init__(self, *, timeout_seconds: float = TIMEOUT_SECONDS, retries: int = RETRIES) -> None:
        self._exchanges = Exchanges(timeout_seconds=timeout_seconds, retries=retries)
        self._templates = Templates()
        self._users = Users(self._exchanges)

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

    @property
    def in_flight(self) -> int:
        """Questions that wait for their answers now."""
        return self._exchanges.in_flight

    def receive_buffer_bytes(self) -> int:
        """What the kernel granted of the 8 MiB that were asked for."""
        return self._exchanges.receive_buffer_bytes()

    def dropped(self) -> int | None:
        """Replies that the kernel threw away, the buffer being full; None where it does not tell."""
        return self._exchanges.dropped()

    def accept_other_source(self, address: Address, *, accept: bool = True) -> None:
        """Let this device answer from another of its addresses, as some with several do."""
        self._exchanges.peers.take_any_source(address, take=accept)

    def get(
        self, address: Address, credential: Credential, oids: list[Oid]
    ) -> Coroutine[Any, Any, list[VarBind]]:
        peer = self._exchanges.peers.of(address)
        if peer.objects.refused_at:
            peer.objects.refresh()
        if 0 < len(oids) <= peer.objects.size:
            return self._get_some(peer, credential, oids)
        return self._get_in_pieces(peer, credential, oids)

    async def answering(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> set[Oid]:
        peer = self._exchanges.peers.of(address)
        found: set[Oid] = set()
        left = list(roots)
        while left:
            request = Request(Verb.next, tuple(left[: STEPS[0]]))
            answer = await self._ask(peer, credential, request)
            if answer.error_status == NO_SUCH_NAME and 1 <= answer.error_index <= len(left):
                del left[answer.error_index - 1]  # v1: beyond the end of the MIB
                continue
            if answer.error_status or len(answer.varbinds) != len(request.oids):
                raise AgentError(answer.error_status, answer.error_index)
            pairs = zip(request.oids, answer.varbinds, strict=True)
            found.update(root for root, varbind in pairs if is_under(root, varbind.oid))
            left = left[STEPS[0] :]
        return found

    async def walk(self, address: Address, credential: Credential, root: Oid) -> list[VarBind]:
        (rows,) = await self.table(address, credential, [root])
        return rows

    async def table(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> list[list[VarBind]]:
        peer = self._exchanges.peers.of(address)

        def ask(request: Request) -> Awaitable[Answer]:
            return self._ask(peer, credential, request)

        if isinstance(credential, Community) and credential.version == "1":
            batch_size = BatchSize(
                can_bulk=False
            )  # v1 has no GETBULK, which says nothing of the agent
        else:
            batch_size = peer.rows
            batch_size.refresh()
        return await Walk(ask, roots, batch_size).run()

    async def _get_in_pieces(
        self, peer: Peer, credential: Credential, oids: list[Oid]
    ) -> list[VarBind]:
        found: list[VarBind] = []
        while left := oids[len(found) : len(found) + peer.objects.size]:
            found += await self._get_some(peer, credential, left)
        return found

    async def _get_some(self, peer: Peer, credential: Credential, oids: list[Oid]) -> list[VarBind]:
        """One varbind for each of ``oids``, asked in pieces if together they are too much."""
        template = self._template(peer, credential, oids)
        request = template.request if template else Request(Verb.get, tuple(oids))
        try:
            answer = await self._ask(peer, credential, request, template)
        except TimedOut:
            # Some agents say nothing when the answer would be too big for them.
            if len(oids) <= STEPS[0]:
                raise
            peer.objects.shrink()
            first = await self._get_some(peer, credential, oids[: STEPS[0]])
            return first + await self._get_in_pieces(peer, credential, oids[STEPS[0] :])
        if answer.error_status:
            return await self._get_otherwise(peer, credential, oids, answer)
        if not answer.is_as_asked and [name for name, _ in answer.varbinds] != oids:
            raise bad_reply()
        if len(oids) == peer.objects.size:
            peer.objects.grow()
        return answer.varbinds

    async def _get_otherwise(
        self, peer: Peer, credential: Credential, oids: list[Oid], answer: Answer
    ) -> list[VarBind]:
        """After a refusal: fewer at once, or all but the one that was refused by name."""
        status, index = answer.error_status, answer.error_index
        if status == TOO_BIG and len(oids) > 1:
            peer.objects.shrink()
            return await self._get_in_pieces(peer, credential, oids)
        if status in (NO_SUCH_NAME, GENERAL_ERROR) and 1 <= index <= len(oids):
            refused = VarBind(oids[index - 1], None)
            others = [*oids[: index - 1], *oids[index:]]
            found = await self._get_some(peer, credential, others) if others else []
            return [*found[: index - 1], refused, *found[index - 1 :]]
        raise AgentError(status, index)

    def _template(self, peer: Peer, credential: Credential, oids: list[Oid]) -> Template | None:
        """The template for a GET, if it was asked before."""
        if peer.steady is not None:
            known, template = peer.steady
            if template.asked.names == oids and known == credential:
                return template
        request = Request(Verb.get, tuple(oids))
        found = (
            self._templates.find(
                (credential, request), partial(community_template, credential, request)
            )
            if isinstance(credential, Community)
            else self._templates.find(request, partial(pdu_template, request))
        )
        if found is not None:
            peer.steady = (credential, found)
        return found

    def _ask(
        self,
        peer: Peer,
        credential: Credential,
        request: Request,
        template: Template | None = None,
    ) -> Awaitable[Answer]:
        if isinstance(credential, Community):
            question = CommunityQuestion(credential, request, template)
            return self._exchanges.exchange(peer, question)
        return self._users.ask(peer, credential, request, template)
