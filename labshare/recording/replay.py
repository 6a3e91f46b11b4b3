"""A wire without a network: one agent that answers from a walk."""

from bisect import bisect_right
from collections.abc import Iterable

from monitoring.snmp import Address, Credential, Oid, VarBind
from monitoring.snmp.values import is_under


class Replay:
    """Answers whoever asks as the agent did whose walk it is."""

    def __init__(self, varbinds: Iterable[VarBind]) -> None:
        self._values = {one.oid: one for one in varbinds}
        self._order = sorted(self._values)

    async def get(self, address: Address, credential: Credential, oids: list[Oid]) -> list[VarBind]:
        return [self._values.get(one, VarBind(one, None)) for one in oids]

    async def answering(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> set[Oid]:
        return {root for root in roots if self._below(root)}

    async def walk(self, address: Address, credential: Credential, root: Oid) -> list[VarBind]:
        return self._below(root)

    async def table(
        self, address: Address, credential: Credential, roots: list[Oid]
    ) -> list[list[VarBind]]:
        return [self._below(root) for root in roots]

    def _below(self, root: Oid) -> list[VarBind]:
        start = bisect_right(self._order, root)
        found = []
        for one in self._order[start:]:
            if not is_under(root, one):
                break
            found.append(self._values[one])
        return found
