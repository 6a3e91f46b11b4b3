"""Visits by ping: for devices without an agent, and for those whose agent has fallen silent."""

from time import time

from core.errors import say
from monitoring.decoding.readings import Reading
from monitoring.icmp.pinging import Pinger
from monitoring.polling.claims import Claim
from monitoring.polling.scheduler import SUSPECT_AFTER_FAILURES
from monitoring.polling.snmp_visitor import Visitor
from monitoring.polling.visit import Visit
from monitoring.snmp import SnmpError, TimedOut

MILLISECONDS = 1000


class SnmpSilent(SnmpError):
    """Somebody at the address answers a ping, and nobody answers SNMP."""

    code = "snmp_silent"

    def __init__(self) -> None:
        super().__init__(say("It is on and answers a ping, but not SNMP"))


class PingVisitor:
    """The device is there, or it is not; that is all a ping can tell."""

    def __init__(self, pinger: Pinger) -> None:
        self._pinger = pinger

    async def visit(self, claim: Claim) -> Visit:
        """How long the answer took; TimedOut when there was none."""
        pong = await self._pinger.ping(claim.host)
        if pong is None:
            raise TimedOut(say("No answer to a ping: the device is off or out of reach"))
        milliseconds = round(pong.seconds * MILLISECONDS, 2)
        reading = Reading("round_trip", value=milliseconds, unit="milliseconds")
        return Visit(claim.profile.name, {}, [reading], at=time())


class PingedVisitor:
    """Another way of visiting, whose silence is checked by a ping before it is believed."""

    def __init__(self, inner: Visitor, pinger: Pinger) -> None:
        self._inner = inner
        self._pinger = pinger

    async def visit(self, claim: Claim) -> Visit:
        """As the inner one; SnmpSilent in place of TimedOut when a ping is answered.

        A device that may only have stumbled is not pinged: it is asked again soon anyway.
        """
        try:
            return await self._inner.visit(claim)
        except TimedOut as silence:
            has_lasted = claim.failures + 1 >= SUSPECT_AFTER_FAILURES
            if has_lasted and await self._pinger.ping(claim.host) is not None:
                raise SnmpSilent from silence
            raise
