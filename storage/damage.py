"""Whether stored content is still what it was: found by reading it, never by what the store says.

Disks lose bits. A store that notices answers an error, one that does not hands out other bytes;
both look like an object of the right size. A damaged blob stays in its row: downloads of it say
so, people see it on a page, and the next upload of the same content heals it (``blobs.keep``).
"""

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

import msgspec
import structlog

from core import database
from core.clock import now
from core.errors import Unavailable, say
from storage import objects

log = structlog.get_logger(__name__)

# One failed reading may be a passing fault of the store; each takes 13 seconds if it is not.
READINGS = 2
# What was found damaged is read again: a disk that was only away has it all.
AGAIN_AFTER = timedelta(days=1)


class Damage(StrEnum):
    """What is wrong with an object."""

    missing = "missing"
    content = "content"
    unreadable = "unreadable"
    # Of a file that is whole itself.
    pictures = "pictures"


class Stored(msgspec.Struct, frozen=True):
    """A blob and what its object must be."""

    id: UUID
    object_key: str
    sha256: str
    size_bytes: int


def refusal() -> Unavailable:
    """Why a file that is missing or damaged in the store cannot be downloaded."""
    return Unavailable(
        say(
            "This file is missing or damaged in the store. Whoever still has it can upload the"
            " same file again: that repairs it everywhere."
        ),
        code="damaged",
    )


_COLUMNS = "id, object_key, sha256, size_bytes"


async def judge(stored: Stored) -> Damage | None:
    """What is wrong with the object, read from end to end; None if it is whole.

    Unavailable if the store itself is not well, for that says nothing about this object.
    """
    for _ in range(READINGS):
        try:
            digest = hashlib.sha256()
            async for piece in objects.stream(stored.object_key, 0, stored.size_bytes):
                digest.update(piece)
        except objects.ObjectMissing:
            await objects.prove_well()
            return Damage.missing
        except Unavailable:
            continue
        return None if digest.hexdigest() == stored.sha256 else Damage.content
    await objects.prove_well()
    return Damage.unreadable


async def save_verdict(stored: Stored, found: Damage | None) -> None:
    """Store what :func:`judge` found, unless the blob has been healed meanwhile."""
    changed = await database.execute(
        "UPDATE blob SET verified_at = $3::timestamptz, damage = $4::text,"
        " damaged_at = CASE WHEN $4::text IS NULL THEN NULL ELSE coalesce(damaged_at, $3::timestamptz) END"
        " WHERE id = $1 AND object_key = $2",
        stored.id,
        stored.object_key,
        now(),
        found,
    )
    if found and changed:
        log.error("blob.damaged", blob=str(stored.id), key=stored.object_key, damage=str(found))


async def check_known(sha256: str) -> None:
    """Read the blob of this content before a new upload of it is dropped as a duplicate."""
    stored = await database.fetch_one(
        Stored, f"SELECT {_COLUMNS} FROM blob WHERE sha256 = $1 AND damaged_at IS NULL", sha256
    )
    if stored is not None and (found := await judge(stored)):
        await save_verdict(stored, found)


async def scrub(*, older_than_days: int, most_bytes: int) -> int:
    """Read the blobs longest unread once more; how many are newly or still damaged.

    Each is marked as read before it is read, so that one that hangs cannot hold up the others.
    """
    taken = found_damaged = 0
    while taken < most_bytes and (due := await _claim(older_than_days)):
        taken += due.size_bytes
        try:
            found = await judge(due)
        except Unavailable as error:
            log.warning("blob.not_judged", blob=str(due.id), reason=str(error))
            break
        found_damaged += found is not None
        await save_verdict(due, found)
    return found_damaged


async def _claim(older_than_days: int) -> Stored | None:
    return await database.fetch_one(
        Stored,
        "UPDATE blob SET verified_at = $1 WHERE id = (SELECT id FROM blob"
        " WHERE verified_at < CASE WHEN damaged_at IS NULL"
        "   THEN $1::timestamptz - make_interval(days => $2) ELSE $3::timestamptz END"
        " ORDER BY verified_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_COLUMNS}",
        now(),
        older_than_days,
        now() - AGAIN_AFTER,
    )


async def suspect(object_key: str, found: Damage | None = None) -> None:
    """Let the next scrub read this object first: somebody could not.

    With ``found`` it counts as damaged from now on, until that reading says otherwise.
    """
    changed = await database.execute(
        "UPDATE blob SET verified_at = 'epoch', damage = $2::text,"
        " damaged_at = CASE WHEN $2::text IS NULL THEN NULL ELSE $3::timestamptz END"
        " WHERE object_key = $1 AND damaged_at IS NULL",
        object_key,
        found,
        now(),
    )
    if found and changed:
        log.error("blob.damaged", key=object_key, damage=str(found))
    else:
        log.warning("blob.suspected", key=object_key)


class Objects(msgspec.Struct, frozen=True):
    """What happens to objects of one sort that cannot be read: how they are marked and refused."""

    mark: Callable[[str, Damage | None], Awaitable[None]]
    refusal: Callable[[], Unavailable]


FILES = Objects(suspect, refusal)


async def read_or_suspect(
    object_key: str, offset: int, length: int, *, sort: Objects = FILES
) -> AsyncGenerator[bytes, None]:
    """``objects.stream``; an object that a working store does not give is refused from then on.

    What cannot be read is read once more from where it broke off, so that a hiccup of the store
    neither cuts a download nor marks a file.
    """
    sent = failed = 0
    while sent < length:
        try:
            async for piece in objects.stream(object_key, offset + sent, length - sent):
                sent, failed = sent + len(piece), 0
                yield piece
        except objects.Silent:
            raise
        except Unavailable as error:
            failed += 1
            is_missing = isinstance(error, objects.ObjectMissing)
            if failed < READINGS and not is_missing:
                continue
            await _refuse_unread(sort, object_key, error, is_missing=is_missing)


async def _refuse_unread(
    sort: Objects, object_key: str, error: Unavailable, *, is_missing: bool
) -> NoReturn:
    """Raise why the object was not read; it is damage if the store is well otherwise."""
    try:
        await objects.prove_well()
    except Unavailable:
        # One without room still reads, but proves nothing.
        if not is_missing and not await objects.answers():
            raise error from None
        await sort.mark(object_key, None)
    else:
        await sort.mark(object_key, Damage.missing if is_missing else Damage.unreadable)
    raise sort.refusal() from error


async def refuse_missing(object_key: str, size: int) -> None:
    """For answers without bytes: refuse an object that is not there at its full size."""
    if await objects.size_of(object_key) != size:
        await suspect(object_key)
        raise refusal()


SENTENCES = {
    Damage.missing: say("The store no longer has it"),
    Damage.content: say("Its content has changed in the store"),
    Damage.unreadable: say("The store cannot read it"),
    Damage.pictures: say("The store cannot read its pictures"),
}
