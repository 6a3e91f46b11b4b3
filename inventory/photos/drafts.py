"""Pictures of a form that was refused: nobody has to choose them again for a slip in another field.

A draft is its person's alone, under a random token, until the form is sent again or a day is over.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from core import clock, database
from core.access import Actor
from core.errors import Invalid, NotFound, say
from storage.photos import COLUMNS, Photo

# Four forms full of pictures; the oldest are deleted.
DRAFTS_PER_PERSON = 24
KEPT_FOR = timedelta(days=1)


class PhotoDraft(Photo, frozen=True, kw_only=True):
    """A picture that waits for its form, and the token that names it there."""

    token: str


_SELECT = f"SELECT token, {COLUMNS} FROM photo_draft"


async def store_drafts(actor: Actor, photos: Sequence[Photo]) -> list[str]:
    """Keep stored pictures for the actor; the token of each."""
    tokens = [secrets.token_urlsafe(32) for _ in photos]
    if not photos:
        return []
    async with database.transaction(actor):
        # One form of a person at a time, or several would together leave more than the most.
        await database.execute(
            "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", actor.person_id
        )
        await database.execute_many(
            f"INSERT INTO photo_draft (person, token, created_at, {COLUMNS})"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                (actor.person_id, token, clock.now(), *photo.values)
                for token, photo in zip(tokens, photos, strict=True)
            ],
        )
        await database.execute(
            "DELETE FROM photo_draft WHERE id IN (SELECT id FROM photo_draft WHERE person = $1"
            " ORDER BY id DESC OFFSET $2)",
            actor.person_id,
            DRAFTS_PER_PERSON,
        )
    return tokens


async def find_drafts(actor: Actor, tokens: Sequence[str]) -> list[PhotoDraft]:
    """Those of the tokens that are the actor's and are still kept, oldest first."""
    return await database.fetch(
        PhotoDraft,
        f"{_SELECT} WHERE person = $1 AND token = any($2::text[]) ORDER BY id",
        actor.person_id,
        list(tokens),
    )


async def get_draft(actor: Actor, token: str) -> PhotoDraft:
    """One's own draft, else NotFound."""
    for draft in await find_drafts(actor, [token]):
        return draft
    raise NotFound(say("There is no such photo, or it is not yours to see"))


async def take_drafts(actor: Actor, tokens: Sequence[str], *, field: str = "photos") -> list[Photo]:
    """The pictures of these drafts, which end with it; in the transaction that writes their rows.

    Invalid on ``field`` if one of them is no longer kept.
    """
    wanted = sorted(set(tokens))
    taken = await database.fetch(
        Photo,
        "WITH taken AS (DELETE FROM photo_draft WHERE person = $1 AND token = any($2::text[])"
        f" RETURNING id, {COLUMNS}) SELECT {COLUMNS} FROM taken ORDER BY id",
        actor.person_id,
        wanted,
    )
    if len(taken) < len(wanted):
        raise Invalid.of(
            field, say("A photo is no longer kept; please choose it again"), code="photo_forgotten"
        )
    return taken


async def delete_old_drafts(*, older_than: timedelta = KEPT_FOR) -> None:
    """End drafts whose form was not sent again; their pictures are swept like any without a row."""
    await database.execute(
        "DELETE FROM photo_draft WHERE created_at < $1", clock.now() - older_than
    )
