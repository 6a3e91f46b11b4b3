"""v3 conversations: engines discovered, clocks followed, refusals told apart from silence."""

import msgspec

from core.errors import say
from monitoring.snmp.errors import (
    AUTHORIZATION_ERROR,
    EngineChanged,
    SnmpError,
    TimedOut,
    UnknownUser,
    WrongCredentials,
    bad_reply,
)
from monitoring.snmp.exchanges import Exchanges
from monitoring.snmp.messages import Template
from monitoring.snmp.peers import Peer
from monitoring.snmp.secure_messages import Opened, SecureQuestion, discovery
from monitoring.snmp.usm import Engine
from monitoring.snmp.values import Answer, Oid, Request, User, Verb, dotted, oid

USM_STATS = oid("1.3.6.1.6.3.15.1.1")
# snmpUnavailableContexts and snmpUnknownContexts (RFC 3413, section 3.2).
UNKNOWN_CONTEXTS = (oid("1.3.6.1.6.3.12.1.4"), oid("1.3.6.1.6.3.12.1.5"))
UNSUPPORTED_LEVEL, NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = range(1, 7)
SYS_UPTIME = oid("1.3.6.1.2.1.1.3.0")


class Users:
    """Asks as v3 users; what is known of an engine is stored with its address.

    By address and not by engine ID, because cloned images share their IDs.
    """

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges

    async def ask(
        self, peer: Peer, user: User, request: Request, template: Template | None = None
    ) -> Answer:
        """The agent's answer, or why it gave none: a refusal is never reported as silence."""
        engine = peer.engine
        try:
            if engine is None:
                return await self._converse(peer, user, request, template)
            # Nearly always the engine is known and answers: that way is kept short.
            opened = await self._exchanges.exchange(
                peer, SecureQuestion(engine, user, request, template)
            )
            if opened.answer.is_report or opened.answer.error_status:
                return await self._converse(peer, user, request, template, opened)
            if opened.is_authentic:
                engine.follow(opened.boots, opened.time)
            return opened.answer
        except TimedOut:
            if engine is not None and await self._has_another_engine(peer):
                return await self._converse(peer, user, request, template)
            await self._explain_silence(peer, user)
            raise

    async def _converse(
        self,
        peer: Peer,
        user: User,
        request: Request,
        template: Template | None,
        opened: Opened | None = None,
    ) -> Answer:
        """Ask; set the clock once and learn the engine anew once, if the agent says it must be.

        ``opened``: what it said when it was asked already.
        """
        may_rediscover = may_resync = True
        while True:
            engine = peer.engine or await self._discover(peer)
            if opened is None:
                question = SecureQuestion(engine, user, request, template)
                opened = await self._exchanges.exchange(peer, question)
            answer = opened.answer
            if not answer.is_report:
                if opened.is_authentic:
                    engine.follow(opened.boots, opened.time)
                if answer.error_status == AUTHORIZATION_ERROR:
                    raise WrongCredentials(
                        say("The device does not let this user read at this security level")
                    )
                return answer
            if _reports(opened, UNKNOWN_CONTEXTS):
                raise _unknown_context(user)
            problem = _report_of(opened)
            # Only a signed report may set the clock: anybody could forge another.
            if problem == NOT_IN_TIME and opened.is_authentic and may_resync:
                may_resync = False
                engine.hear(opened.boots, opened.time)
            elif problem == UNKNOWN_ENGINE and may_rediscover:
                may_rediscover, may_resync = False, True
                peer.engine = None
            else:
                raise _refusal(problem, opened)
            opened = None

    async def _discover(self, peer: Peer, *, retries: int | None = None) -> Engine:
        opened = await self._exchanges.exchange(peer, discovery(), retries=retries)
        if not opened.answer.is_report or not opened.engine_id:
            raise bad_reply()
        peer.engine = engine = Engine(opened.engine_id)
        engine.hear(opened.boots, opened.time)
        return engine

    async def _has_another_engine(self, peer: Peer) -> bool:
        """Whether another agent, or the same one reset, now answers there."""
        before = peer.engine
        try:
            found = await self._discover(peer, retries=0)
        except SnmpError:
            return False
        if before is not None and found.engine_id == before.engine_id:
            peer.engine = before
            before.hear(found.boots, found.time)
            return False
        return True

    async def _explain_silence(self, peer: Peer, user: User) -> None:
        """Agents drop what they cannot decrypt, and what is asked in a context that they lack: ask
        for the uptime without the one and without the other."""
        if peer.engine is None:
            return
        if user.context and await self._answers_more(
            peer, msgspec.structs.replace(user, context="")
        ):
            raise _unknown_context(user)
        only_signed = msgspec.structs.replace(user, priv=None, priv_password="", context="")
        if user.priv and await self._answers(peer, only_signed):
            raise WrongCredentials(
                say("The device refuses the user's encryption password, or encrypts in another way")
            )

    async def _answers_more(self, peer: Peer, user: User) -> bool:
        """Whether it answers the user with more than a refusal."""
        opened = await self._asked_for_uptime(peer, user)
        return opened is not None and not opened.answer.is_report

    async def _answers(self, peer: Peer, user: User) -> bool:
        return await self._asked_for_uptime(peer, user) is not None

    async def _asked_for_uptime(self, peer: Peer, user: User) -> Opened | None:
        """What it says to the simplest question; None for silence."""
        if peer.engine is None:
            return None
        question = SecureQuestion(peer.engine, user, Request(Verb.get, (SYS_UPTIME,)))
        try:
            return await self._exchanges.exchange(peer, question)
        except SnmpError:
            return None


def _reports(opened: Opened, counters: tuple[Oid, ...]) -> bool:
    """Whether the report carries one of the counters."""
    varbinds = opened.answer.varbinds
    return any(varbind.oid[: len(one)] == one for varbind in varbinds for one in counters)


def _unknown_context(user: User) -> WrongCredentials:
    return WrongCredentials(
        say("The device knows no context {context} for this user", context=user.context)
    )


def _report_of(opened: Opened) -> int:
    """Which of the usmStats counters the report carries (RFC 3414, section 5)."""
    for varbind in opened.answer.varbinds:
        if varbind.oid[: len(USM_STATS)] == USM_STATS and len(varbind.oid) > len(USM_STATS):
            return varbind.oid[len(USM_STATS)]
    return 0


def _refusal(problem: int, opened: Opened) -> SnmpError:
    sentences = {
        UNSUPPORTED_LEVEL: WrongCredentials(
            say("The device does not accept this security level for the user")
        ),
        NOT_IN_TIME: WrongCredentials(
            say("The device's clock for signed messages cannot be followed")
        ),
        UNKNOWN_USER: UnknownUser(say("The device knows no user of this name")),
        UNKNOWN_ENGINE: EngineChanged(
            say("The device changes its engine ID: two devices may share this address")
        ),
        WRONG_DIGEST: WrongCredentials(
            say("The device refuses the user's password, or signs in another way")
        ),
        DECRYPTION: WrongCredentials(
            say("The device refuses the user's encryption password, or encrypts in another way")
        ),
    }
    reported: list[Oid] = [varbind.oid for varbind in opened.answer.varbinds]
    return sentences.get(problem) or WrongCredentials(
        say("The device reports {oid}", oid=", ".join(map(dotted, reported)) or "nothing")
    )
