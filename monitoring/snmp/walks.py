"""Walking a subtree past agents that loop, overflow, or forget how to do GETBULK."""

from collections.abc import Awaitable, Callable
from time import monotonic

from core.errors import say
from monitoring.snmp.errors import NO_SUCH_NAME, TOO_BIG, AgentError, BadReply, TimedOut
from monitoring.snmp.pdus import Answer, Request, Verb
from monitoring.snmp.values import Oid, VarBind, is_under

FIRST_REPETITIONS = 10
MOST_REPETITIONS = 25
REPETITIONS_GROW_BY = 5
MOST_ROWS = 5_000
MOST_SECONDS = 30.0
MOST_SILENCES = 3  # once with half the rows, once one by one, then it is dead

Ask = Callable[[Request], Awaitable[Answer]]


class Walk:
    """One walk of one subtree; ``repetitions`` afterwards is what suited the agent."""

    def __init__(
        self,
        ask: Ask,
        root: Oid,
        *,
        repetitions: int = FIRST_REPETITIONS,
        can_bulk: bool = True,
        most_rows: int = MOST_ROWS,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self._ask = ask
        self._root = root
        self.repetitions = repetitions if can_bulk else 0
        self._can_bulk = can_bulk
        self._most_rows = most_rows
        self._deadline = monotonic() + most_seconds
        self._rows: list[VarBind] = []
        self._silences = 0

    async def run(self) -> list[VarBind]:
        """Every varbind below the root, in order; BadReply when the agent never ends."""
        while True:
            if monotonic() > self._deadline:
                raise BadReply(say("The device was too slow in listing one of its tables"))
            answer = await self._step()
            if answer is None:
                continue
            if answer.error_status == NO_SUCH_NAME or not self._take(answer):
                return self._rows

    async def _step(self) -> Answer | None:
        """One answer worth reading, or None after asking for less."""
        try:
            answer = await self._ask(self._request())
        except TimedOut:
            self._silences += 1
            if not self.repetitions or self._silences >= MOST_SILENCES:
                raise
            self.repetitions = self.repetitions // 2 if self._silences == 1 else 0
            return None
        too_much = answer.error_status == TOO_BIG or not answer.varbinds
        if too_much and self.repetitions:
            self._ask_for_less()
            return None
        if answer.error_status not in (0, NO_SUCH_NAME):
            raise AgentError(answer.error_status, answer.error_index)
        return answer

    def _request(self) -> Request:
        cursor = self._rows[-1].oid if self._rows else self._root
        if self.repetitions:
            return Request(Verb.bulk, (cursor,), self.repetitions)
        return Request(Verb.next, (cursor,))

    def _ask_for_less(self) -> None:
        # 10, 5, 2, 1, then GETNEXT: some small agents answer GETBULK with nothing at all.
        self.repetitions //= 2

    def _take(self, answer: Answer) -> bool:
        """Keep the rows; False once the subtree has ended."""
        for varbind in answer.varbinds:
            highest = self._rows[-1].oid if self._rows else self._root
            # The end of the MIB repeats the OID that was asked, without a value.
            at_the_end = varbind.value is None and varbind.oid == highest
            if at_the_end or not is_under(self._root, varbind.oid):
                return False
            if varbind.oid <= highest:
                raise BadReply(say("The device lists its objects in a circle"))
            self._rows.append(varbind)
            if len(self._rows) > self._most_rows:
                raise BadReply(say("One of the device's tables has too many rows"))
        if self.repetitions and len(answer.varbinds) >= self.repetitions:
            self.repetitions = min(self.repetitions + REPETITIONS_GROW_BY, MOST_REPETITIONS)
        return bool(answer.varbinds)
