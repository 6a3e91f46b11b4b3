"""v3 conversations: engines discovered, clocks followed, refusals told apart from silence."""

import msgspec

from core.errors import say
from monitoring.snmp.errors import (
    EngineChanged,
    SnmpError,
    TimedOut,
    UnknownUser,
    WrongCredentials,
)
from monitoring.snmp.exchanges import Exchanges
from monitoring.snmp.pdus import Answer, Request, Verb, bad_reply
from monitoring.snmp.secure_messages import (
    NOBODY,
    Engine,
    Opened,
    discovery,
    unwrap,
    wrap,
)
from monitoring.snmp.values import Address, Oid, User, dotted, oid

USM_STATS = oid("1.3.6.1.6.3.15.1.1")
UNSUPPORTED_LEVEL, NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = range(1, 7)
SYS_UPTIME = oid("1.3.6.1.2.1.1.3.0")
MOST_ATTEMPTS = 4  # as it stands, clock set anew, engine learnt anew, clock of that one


class Users:
    """Asks as v3 users; keeps what is known of the engine at each address.

    By address and not by engine ID, because cloned images share their IDs.
    """

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges
        self._engines: dict[Address, Engine] = {}

    async def ask(self, address: Address, user: User, request: Request) -> Answer:
        """The agent's answer, or why it gave none: a refusal is never reported as silence."""
        known = address in self._engines
        try:
            return await self._converse(address, user, request)
        except TimedOut:
            if known and await self._has_another_engine(address):
                return await self._converse(address, user, request)
            await self._explain_silence(address, user)
            raise

    async def _converse(self, address: Address, user: User, request: Request) -> Answer:
        rediscovered = False
        for _ in range(MOST_ATTEMPTS):
            engine = self._engines.get(address) or await self._discover(address)
            opened = await self._once(address, engine, user, request)
            if not opened.answer.is_report:
                return opened.answer
            problem = _report_of(opened)
            if problem == NOT_IN_TIME and (opened.is_authentic or user.auth is None):
                engine.hear(opened.boots, opened.time)
            elif problem == UNKNOWN_ENGINE and not rediscovered:
                rediscovered = True
                del self._engines[address]
            else:
                raise _refusal(problem, opened)
        raise _refusal(UNKNOWN_ENGINE, opened)

    async def _once(self, address: Address, engine: Engine, user: User, request: Request) -> Opened:
        key, payload = wrap(engine, user, request)
        envelope = await self._exchanges.exchange(address, key, payload)
        opened = unwrap(envelope, user, engine)
        later = (opened.boots, opened.time) > (engine.boots, engine.time)
        if opened.is_authentic and opened.engine_id == engine.engine_id and later:
            engine.hear(opened.boots, opened.time)
        return opened

    async def _discover(self, address: Address, *, retries: int | None = None) -> Engine:
        key, payload = discovery()
        envelope = await self._exchanges.exchange(address, key, payload, retries=retries)
        opened = unwrap(envelope, NOBODY, Engine(b""))
        if not opened.answer.is_report or not opened.engine_id:
            raise bad_reply()
        engine = Engine(opened.engine_id)
        engine.hear(opened.boots, opened.time)
        self._engines[address] = engine
        return engine

    async def _has_another_engine(self, address: Address) -> bool:
        """Whether another agent, or the same one reset, now answers there."""
        before = self._engines[address]
        try:
            found = await self._discover(address, retries=0)
        except SnmpError:
            return False
        if found.engine_id == before.engine_id:
            self._engines[address] = before
            before.hear(found.boots, found.time)
            return False
        return True

    async def _explain_silence(self, address: Address, user: User) -> None:
        """Agents drop what they cannot decrypt: ask for the uptime signed but not encrypted."""
        if not user.priv or address not in self._engines:
            return
        only_signed = msgspec.structs.replace(user, priv=None, priv_password="")
        try:
            await self._once(
                address, self._engines[address], only_signed, Request(Verb.get, (SYS_UPTIME,))
            )
        except SnmpError:
            return
        raise WrongCredentials(
            say("The device refuses the encryption password of user {user}", user=user.name)
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
        WRONG_DIGEST: WrongCredentials(say("The device refuses the user's password")),
        DECRYPTION: WrongCredentials(say("The device refuses the user's encryption password")),
    }
    reported: list[Oid] = [varbind.oid for varbind in opened.answer.varbinds]
    return sentences.get(problem) or WrongCredentials(
        say("The device reports {oid}", oid=", ".join(map(dotted, reported)) or "nothing")
    )
