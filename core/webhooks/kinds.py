"""Of which rows others may be told; each domain says it of its own."""

from collections.abc import Iterable, Mapping

import msgspec

from core.database import fetch_value
from core.errors import Message


class Kind(msgspec.Struct, frozen=True):
    """One table: its word, and the address of a row over JSON, with ``{key}`` for what names it.

    ``key_sql`` gives that name for the id of a row (``$1``, a text), if it is not the id itself.
    """

    entity: str
    word: Message
    path: str
    key_sql: str = ""

    async def address(self, key: str) -> str:
        """Where a row can be read; empty if it is not there any more."""
        name = await fetch_value(self.key_sql, key) if self.key_sql else key
        return self.path.format(key=name) if name else ""


Kinds = Mapping[str, Kind]


def by_entity(kinds: Iterable[Kind]) -> Kinds:
    return {kind.entity: kind for kind in kinds}
