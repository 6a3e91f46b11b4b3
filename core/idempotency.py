"""A request that a phone repeats is done once and answered the same each time."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Generic, TypeVar

import msgspec

from core import database
from core.access import Actor
from core.errors import Conflict, Invalid, say
from core.joined import OnBegin, joined

T = TypeVar("T")

KEY_MAX_LENGTH = 128
# The code of a key that belongs to another request.
REUSED = "key_reused"


class _Stored(msgspec.Struct):
    verb: str
    answer: object


class _DoneBefore(Conflict):
    """Ends whatever was begun for a request that another one did first."""


async def _nothing() -> None:
    """Nothing more is to be looked at before the first change."""


async def once(
    actor: Actor,
    key: str | None,
    verb: str,
    answer_type: type[T],
    do: Callable[[], Awaitable[T]],
    *,
    given: object,
    before: OnBegin = _nothing,
    on_begin: OnBegin = _nothing,
) -> T:
    """The answer of ``do()``, whose changes are made at most once for this person and ``key``.

    Key, changes and answer are one transaction, so none stands without the others, whenever the
    process dies; it begins with the first change, and a second request that comes meanwhile waits
    there for the first. Without a key it simply runs. The same key for another ``verb`` or another
    ``given``, the body of the request, is refused. ``before`` runs ahead of it all, with changes of
    its own that stay, such as files in the store; ``on_begin`` runs first in the transaction.
    """
    if not key:
        await before()
        return await do()
    if len(key) > KEY_MAX_LENGTH:
        raise Invalid.of("Idempotency-Key", say("The key may have 128 characters at most"))
    # Else a program that reuses a key by mistake would get the answer of another request.
    verb = f"{verb} {sha256(msgspec.json.encode(given)).hexdigest()[:16]}"
    claim = _Claim(actor, key, verb, answer_type)
    if await claim.is_answered():
        return claim.answer()
    await before()

    async def begin() -> None:
        await claim.take()
        await on_begin()

    try:
        async with joined(begin):
            return await _done(claim, do)
    except Exception:
        # Whatever the request made of it: the answer is the first one's.
        if not claim.is_lost:
            raise
    return claim.answer()


async def _done(claim: "_Claim[T]", do: Callable[[], Awaitable[T]]) -> T:
    answer = await do()
    if claim.is_lost:
        raise _DoneBefore(say("This was done before"))
    await claim.store(answer)
    return answer


class _Claim(Generic[T]):
    """The key of one person on its way into the database."""

    def __init__(self, actor: Actor, key: str, verb: str, answer_type: type[T]) -> None:
        self._actor, self._key, self._verb, self._type = actor, key, verb, answer_type
        self._stored: _Stored | None = None

    @property
    def is_lost(self) -> bool:
        """Whether another request had the key, and has answered."""
        return self._stored is not None

    async def is_answered(self) -> bool:
        """Whether the request was done before; Conflict if the key was another one's."""
        stored = await database.fetch_one(
            _Stored,
            "SELECT verb, answer FROM idempotency_key WHERE person = $1 AND key = $2",
            self._actor.person_id,
            self._key,
        )
        if stored is not None and stored.verb != self._verb:
            raise Conflict(
                say("This key was used for another request; send a new one"), code=REUSED
            )
        self._stored = stored
        return stored is not None

    async def take(self) -> None:
        """Make the key ours before anything else is changed; waits for whoever is about to."""
        while not await self._insert():
            if await self.is_answered():
                raise _DoneBefore(say("This was done before"))

    async def _insert(self) -> int:
        return await database.execute(
            "INSERT INTO idempotency_key (person, key, verb, created_at) VALUES ($1, $2, $3, now())"
            " ON CONFLICT DO NOTHING",
            self._actor.person_id,
            self._key,
            self._verb,
        )

    async def store(self, answer: T) -> None:
        """Write the answer with the changes; a request that changed nothing takes its key here."""
        async with database.transaction(self._actor):
            await database.execute(
                "UPDATE idempotency_key SET answer = $3 WHERE person = $1 AND key = $2",
                self._actor.person_id,
                self._key,
                msgspec.json.encode(answer).decode(),
            )

    def answer(self) -> T:
        assert self._stored is not None
        return msgspec.convert(self._stored.answer, self._type)
