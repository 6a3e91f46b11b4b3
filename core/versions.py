"""The rows that carry a version, and the refusal of whoever read one that has changed since."""

from collections.abc import Callable

import msgspec

from core import database
from core.access import Actor
from core.errors import NotFound, Outdated, say


class Versioned(msgspec.Struct, frozen=True):
    """A table with a ``version``; rows are found by ``key``, as ``read_key`` makes it of a request.

    ``locked_first`` is SQL for what the verbs of the table lock before its row, by the same key:
    in another order two requests would wait for each other.
    """

    table: str
    key: str = "id"
    read_key: Callable[[object], object] = lambda given: given
    locked_first: str = ""


async def lock_version(actor: Actor, rows: Versioned, given: object) -> int:
    """The version of a row in the actor's sight, which nobody changes before the transaction ends."""
    if rows.locked_first:
        await database.execute(rows.locked_first, rows.read_key(given))
    return await _version(actor, rows, given, " FOR NO KEY UPDATE")


async def get_version(actor: Actor, rows: Versioned, given: object) -> int:
    """The version of a row in the actor's sight, at this moment."""
    return await _version(actor, rows, given)


async def _version(actor: Actor, rows: Versioned, given: object, lock: str = "") -> int:
    version: int | None = await database.fetch_value(
        f"SELECT version FROM {rows.table} WHERE {rows.key} = $1"
        f" AND school = any($2::bigint[]){lock}",
        rows.read_key(given),
        actor.school_ids,
    )
    if version is None:
        raise NotFound(say("It does not exist, or it is not yours to see"))
    return version


def refuse_outdated(version: int, wanted: frozenset[int] | None) -> None:
    """Raise Outdated unless the version is one of those wanted; None takes any."""
    if wanted is not None and version not in wanted:
        raise Outdated(say("Somebody changed this since you read it; read it again"))
