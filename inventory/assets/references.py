"""What was scanned, pasted or typed, and the asset that it means: a tag, a label, its address."""

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Message, say
from inventory import codes, tags

SHOWN_MOST = 60


class Meant(msgspec.Struct, frozen=True):
    """One entry of a list, from 0; ``asset_id`` is empty if it means none that may be seen."""

    index: int
    given: str
    asset_id: int | None = None
    tag: str | None = None
    code: str | None = None
    label_is_known: bool = False

    @property
    def missing(self) -> Message:
        """Why it means none; another school's things and none at all are not told apart."""
        if self.label_is_known:
            return say("This label is not on an asset yet: {code}", code=self.code)
        shown = self.given if len(self.given) <= SHOWN_MOST else f"{self.given[:SHOWN_MOST]}…"
        return say("There is no such asset, or it is not of your school: {tags}", tags=shown)


class _Found(msgspec.Struct):
    index: int
    asset_id: int | None
    tag: str | None
    label_is_known: bool


RESOLVED = """
SELECT w.n - 1 AS index, a.id AS asset_id, a.tag, l.code IS NOT NULL AS label_is_known
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (tag, code, n)
  LEFT JOIN label_code l ON l.code = w.code AND l.school = any($3::bigint[])
  LEFT JOIN asset t ON t.tag = w.tag AND t.school = any($3::bigint[])
  LEFT JOIN asset a ON a.id = coalesce(t.id, l.asset)
 ORDER BY w.n
"""


async def resolve(actor: Actor, given: list[str]) -> list[Meant]:
    """Each entry and the asset in the actor's sight that it means: by its tag, else its label."""
    read = [codes.find_code(text) for text in given]
    found = await fetch(
        _Found, RESOLVED, [tags.clean(text) for text in given], read, actor.school_ids
    )
    return [
        Meant(one.index, given[one.index], one.asset_id, one.tag, code, one.label_is_known)
        for one, code in zip(found, read, strict=True)
    ]


async def resolve_one(actor: Actor, text: str) -> Meant:
    """:func:`resolve` for a single entry, as in a search box."""
    (meant,) = await resolve(actor, [text])
    return meant
