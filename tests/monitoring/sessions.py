"""Sessions and pings of the tests: they wait long for who answers, and briefly for who is silent.

An agent that answers may be slow on a busy machine, so its time-out only ends a test that hangs.
Who never answers is waited for in vain: there a short time-out changes nothing but the test's length.
"""

from monitoring.icmp.pinging import TRIES, Pinger, Pong
from monitoring.snmp import Address, Community, Credential, Session
from monitoring.snmp.exchanges import Exchanges, _Waiting
from monitoring.snmp.users import Users
from tests.patience import PATIENCE_SECONDS

# For who never answers. An agent on the test's own loop answers within it too: before it looks at
# its timers the loop reads its sockets, however late it is.
SILENCE_SECONDS = 0.5

Silent = Address | Credential


class PatientSession(Session):
    """Asks once and waits for the answer, except of addresses and credentials in ``silent``.

    Without what a session learns of the usual time of an agent, which is no measure here.
    """

    def __init__(self, *silent: Silent, retries: int = 0) -> None:
        super().__init__()
        self.silent = set(silent)
        self._exchanges = _PatientExchanges(self.silent, retries)
        self._users = Users(self._exchanges)


class BriefSession(Session):
    """For tests in which nobody answers, or only agents on the test's own loop."""

    def __init__(self, *, retries: int = 0) -> None:
        super().__init__(timeout_seconds=SILENCE_SECONDS, retries=retries)


class PatientPinger(Pinger):
    """For addresses of this machine, which always answer."""

    async def ping(
        self, host: str, *, timeout_seconds: float = PATIENCE_SECONDS, tries: int = TRIES
    ) -> Pong | None:
        return await super().ping(host, timeout_seconds=timeout_seconds, tries=tries)


class _PatientExchanges(Exchanges):
    def __init__(self, silent: set[Silent], retries: int) -> None:
        super().__init__(timeout_seconds=PATIENCE_SECONDS, retries=retries)
        self._silent = silent

    def _send(self, waiting: _Waiting[object], now: float) -> None:
        is_silent = any(_is_of(one, waiting) for one in self._silent)
        waiting.timeout = SILENCE_SECONDS if is_silent else PATIENCE_SECONDS
        super()._send(waiting, now)


def _is_of(silent: Silent, waiting: _Waiting[object]) -> bool:
    """Whether the question goes to the address, or is asked with the credential."""
    question, peer = waiting.question, waiting.peer
    if isinstance(silent, Address):
        return peer.source == silent
    if isinstance(silent, Community):
        return getattr(question, "_community", None) == silent.community.encode()
    return peer.engine is not None and getattr(question, "_local", None) is peer.engine.local(
        silent
    )
