"""Pictures that the store no longer gives back: previews of files, and photographs.

Nobody knows their SHA-256, so they are found damaged when somebody cannot read them. Previews are
made anew by the next upload of their file (``blobs.store_blob``); of a photograph there is no other.
"""

from collections.abc import AsyncGenerator

import structlog

from core import database
from core.clock import now
from core.errors import Unavailable, say
from storage import damage
from storage.damage import AGAIN_AFTER, Damage, Objects

log = structlog.get_logger(__name__)


def refusal() -> Unavailable:
    """Why a picture is not shown."""
    return Unavailable(
        say(
            "This picture is missing or damaged in the store. Whoever still has the file or the"
            " photo can upload it again."
        ),
        code="damaged",
    )


async def read(object_key: str, size_bytes: int) -> AsyncGenerator[bytes, None]:
    """The bytes of a picture; one that a working store does not give is refused from then on.

    After a day somebody tries it again, for a disk that was only away has it all.
    """
    verified_at = await database.fetch_value(
        "SELECT verified_at FROM damaged_picture WHERE object_key = $1", object_key
    )
    if verified_at is not None and verified_at > now() - AGAIN_AFTER:
        raise refusal()
    async for piece in damage.read_or_suspect(object_key, 0, size_bytes, sort=PICTURES):
        yield piece
    if verified_at is not None:
        await delete_marks(object_key)


async def mark(object_key: str, found: Damage | None) -> None:
    """Let a picture count as damaged; without proof it is only logged."""
    if found is None:
        log.warning("picture.suspected", key=object_key)
        return
    log.error("picture.damaged", key=object_key, damage=str(found))
    await database.execute(
        "INSERT INTO damaged_picture (object_key, damage, damaged_at, verified_at)"
        " VALUES ($1, $2, $3, $3) ON CONFLICT (object_key) DO UPDATE SET"
        " damage = excluded.damage, verified_at = excluded.verified_at",
        object_key,
        found,
        now(),
    )


async def delete_marks(*object_keys: str) -> None:
    """The pictures can be read again, or are no longer there for anybody."""
    await database.execute(
        "DELETE FROM damaged_picture WHERE object_key = any($1::text[])", list(object_keys)
    )


PICTURES = Objects(mark, refusal)
