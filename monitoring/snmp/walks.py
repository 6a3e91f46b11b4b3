"""Walking columns past agents that loop, overflow, or forget how to do GETBULK."""

from collections.abc import Awaitable, Callable
from operator import lt
from time import monotonic

import msgspec

from core.errors import say
from monitoring.snmp.errors import (
    NO_SUCH_NAME,
    TOO_BIG,
    AgentError,
    BadReply,
    TimedOut,
    TooManyRows,
)
from monitoring.snmp.peers import BatchSize
from monitoring.snmp.values import Answer, Oid, Request, VarBind, Verb, is_under

MOST_COLUMNS = 10  # in one exchange
MOST_ROWS = 5_000  # of a column
MOST_SECONDS = 30.0
MOST_SILENCES = 3  # once with half the rows, once one by one, then it is dead

Ask = Callable[[Request], Awaitable[Answer]]


class Column(msgspec.Struct, eq=False):
    """What was found below one root, strictly increasing; ``highest`` is the walk's cursor there."""

    root: Oid
    highest: Oid
    rows: list[VarBind] = []
    is_ended: bool = False
    is_cut: bool = False

    def take(self, varbinds: list[VarBind]) -> None:
        """Take the rows below the root, so many and no more; BadReply if they do not increase."""
        last = varbinds[-1]
        if last.value is None or not is_under(self.root, last.oid):
            varbinds = self._before_the_end(varbinds)
            if not varbinds:
                return
        names = [name for name, _ in varbinds]
        # Increasing from within the root to within the root, all between is below it as well.
        if not (self.highest < names[0] and all(map(lt, names, names[1:]))):
            raise BadReply(say("The device lists its objects in a circle"))
        self.highest = names[-1]
        self.rows += varbinds
        if len(self.rows) > MOST_ROWS:
            self.is_ended = self.is_cut = True

    def _before_the_end(self, varbinds: list[VarBind]) -> list[VarBind]:
        highest = self.highest
        for place, (name, value) in enumerate(varbinds):
            # The end of the MIB repeats the OID that was asked, without a value.
            if (value is None and name == highest) or not is_under(self.root, name):
                self.is_ended = True
                return varbinds[:place]
            highest = name
        return varbinds


class Walk:
    """One walk of one or several columns side by side; ``batch_size`` learns what suits the agent."""

    def __init__(
        self,
        ask: Ask,
        roots: list[Oid],
        batch_size: BatchSize,
        *,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self._ask = ask
        self._batch_size = batch_size
        self._deadline = monotonic() + most_seconds
        self.columns = [Column(root, root) for root in roots]
        self._silences = 0

    async def run(self) -> list[list[VarBind]]:
        """The rows of each column, in order; TooManyRows when one of them does not end."""
        while open_columns := [column for column in self.columns if not column.is_ended]:
            if monotonic() > self._deadline:
                raise BadReply(say("The device was too slow in listing one of its tables"))
            columns = open_columns[: min(self._batch_size.size, MOST_COLUMNS)]
            request = self._request(columns)
            answer = await self._step(request)
            if answer is not None:
                self._take(answer, columns, request)
        found = [column.rows[:MOST_ROWS] for column in self.columns]
        if any(column.is_cut for column in self.columns):
            raise TooManyRows(say("One of the device's tables has too many rows"), found)
        return found

    def _request(self, columns: list[Column]) -> Request:
        cursors = tuple(column.highest for column in columns)
        if self._batch_size.can_bulk:
            return Request(Verb.bulk, cursors, self._batch_size.size // len(columns))
        return Request(Verb.next, cursors)

    async def _step(self, request: Request) -> Answer | None:
        """One answer worth reading, or None after deciding to ask for less."""
        try:
            answer = await self._ask(request)
        except TimedOut:
            self._silences += 1
            if self._silences >= MOST_SILENCES or not self._batch_size.shrink():
                raise
            if self._silences > 1:
                self._batch_size.one_by_one()
            return None
        is_empty = not answer.varbinds and not answer.error_status
        if (answer.error_status == TOO_BIG or is_empty) and self._batch_size.shrink():
            # 10, 5, 2, 1, then GETNEXT: some small agents answer GETBULK with nothing at all.
            return None
        if answer.error_status not in (0, NO_SUCH_NAME):
            raise AgentError(answer.error_status, answer.error_index)
        return answer

    def _take(self, answer: Answer, columns: list[Column], request: Request) -> None:
        if answer.error_status == NO_SUCH_NAME:
            # v1 says so of the column that reached the end of the MIB, and tells nothing of others.
            columns[min(max(answer.error_index, 1), len(columns)) - 1].is_ended = True
            return
        if not answer.varbinds:
            for column in columns:
                column.is_ended = True
            return
        for place, column in enumerate(columns):
            if varbinds := answer.varbinds[place :: len(columns)]:
                column.take(varbinds)
        asked = len(columns) * request.max_repetitions
        if asked and len(answer.varbinds) >= asked:
            self._batch_size.grow()
