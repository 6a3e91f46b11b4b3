"""A request that a phone repeats is done once and answered the same each time."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TypeVar

import msgspec

from core import database
from core.access import Actor
from core.errors import Conflict, Invalid, say

T = TypeVar("T")

KEY_MAX_LENGTH = 128


class _Stored(msgspec.Struct):
    verb: str
    answer: object


async def once(
    actor: Actor,
    key: str | None,
    verb: str,
    answer_type: type[T],
    do: Callable[[], Awaitable[T]],
    *,
    given: object = None,
) -> T:
    """The answer of ``do()``, run at most once for this person and ``key``.

    Key and effect are one transaction, so neither stands without the other; a second request
    that comes while the first runs waits for it. Without a key it simply runs. The same key for
    another ``verb`` is refused, and so is one for another request, where ``given`` is its body.
    """
    if not key:
        return await do()
    if len(key) > KEY_MAX_LENGTH:
        raise Invalid.of("Idempotency-Key", say("The key may have 128 characters at most"))
    if given is not None:
        # Else a program that reuses a key by mistake would get the answer of another request.
        verb = f"{verb} {sha256(msgspec.json.encode(given)).hexdigest()[:16]}"
    async with database.transaction(actor):
        is_first = await database.fetch_value(
            "INSERT INTO idempotency_key (person, key, verb, created_at) VALUES ($1, $2, $3, now())"
            " ON CONFLICT DO NOTHING RETURNING id",
            actor.person_id,
            key,
            verb,
        )
        if is_first is None:
            return await _stored_answer(actor, key, verb, answer_type)
        answer = await do()
        await database.execute(
            "UPDATE idempotency_key SET answer = $2 WHERE id = $1",
            is_first,
            msgspec.json.encode(answer).decode(),
        )
        return answer


async def _stored_answer(actor: Actor, key: str, verb: str, answer_type: type[T]) -> T:
    stored = await database.fetch_one(
        _Stored,
        "SELECT verb, answer FROM idempotency_key WHERE person = $1 AND key = $2",
        actor.person_id,
        key,
    )
    if stored is None or stored.verb != verb:
        raise Conflict(
            say("This key was used for another request; send a new one"), code="key_reused"
        )
    return msgspec.convert(stored.answer, answer_type)
