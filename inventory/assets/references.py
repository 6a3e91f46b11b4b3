"""What was scanned, pasted or typed, and the asset that it means: a tag, a label, its address."""

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Message, say
from inventory import codes, tags
from inventory.assets import school_numbers

SHOWN_MOST = 60
CANDIDATES_SHOWN = 5


class Meant(msgspec.Struct, frozen=True):
    """One entry of a list, from 0; ``asset_id`` is empty if it means none that may be seen.

    ``is_said_short`` if it is a tag without its zeros or its beginning; ``candidates`` are the
    tags that it may mean if they are several.
    """

    index: int
    given: str
    asset_id: int | None = None
    tag: str | None = None
    code: str | None = None
    label_is_known: bool = False
    is_said_short: bool = False
    candidates: list[str] = []

    @property
    def missing(self) -> Message:
        """Why it means none; one of another school and none at all give the same answer."""
        if self.label_is_known:
            return say("This label is not on an asset yet: {code}", code=self.code)
        shown = self.given if len(self.given) <= SHOWN_MOST else f"{self.given[:SHOWN_MOST]}…"
        if self.candidates:
            several = ", ".join(self.candidates[:CANDIDATES_SHOWN])
            more = "…" if len(self.candidates) > CANDIDATES_SHOWN else ""
            return say(
                "{given} may be {tags}: write the whole tag", given=shown, tags=several + more
            )
        return say("There is no such asset, or it is not of your school: {tag}", tag=shown)


class _Found(msgspec.Struct):
    index: int
    asset_id: int | None
    tag: str | None
    label_is_known: bool
    school_id: int | None
    candidates: list[str]
    candidate_ids: list[int]
    candidate_schools: list[int]


# A tag as it stands, else a label, else a number of the school's own books; only what is none of
# these is looked up by the number of its tag.
RESOLVED = f"""
SELECT w.n - 1 AS index, a.id AS asset_id, a.tag, l.code IS NOT NULL AS label_is_known,
       a.school AS school_id, coalesce(own.tags, short.tags, '{{}}') AS candidates,
       coalesce(own.ids, short.ids, '{{}}') AS candidate_ids,
       coalesce(own.schools, short.schools, '{{}}') AS candidate_schools
  FROM unnest(:tags::text[], :codes::text[], :stems::text[], :numbers::text[], :folded::text[])
       WITH ORDINALITY AS w (tag, code, stem, number, folded, n)
  LEFT JOIN (label_code l LEFT JOIN asset o ON o.id = l.asset)
         ON l.code = w.code AND coalesce(o.school, l.school) = any(:schools::bigint[])
  LEFT JOIN asset t ON t.tag = w.tag AND t.school = any(:schools::bigint[])
  LEFT JOIN asset a ON a.id = coalesce(t.id, l.asset)
  LEFT JOIN LATERAL (
       SELECT array_agg(id ORDER BY tag) AS ids, array_agg(tag ORDER BY tag) AS tags,
              array_agg(school ORDER BY tag) AS schools
         FROM (SELECT b.id, b.tag, b.school FROM asset_number n JOIN asset b ON b.id = n.asset
                WHERE t.id IS NULL AND l.code IS NULL AND n.folded = w.folded
                  AND b.school = any(:schools::bigint[])
                LIMIT {CANDIDATES_SHOWN + 1}) s) own ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(id ORDER BY tag) AS ids, array_agg(tag ORDER BY tag) AS tags,
              array_agg(school ORDER BY tag) AS schools
         FROM (SELECT id, tag, school FROM asset
                WHERE t.id IS NULL AND l.code IS NULL AND own.ids IS NULL
                  AND school = any(:schools::bigint[]) AND {tags.NUMBER} = w.number AND (w.stem = '' OR {tags.STEM} = w.stem)
                LIMIT {CANDIDATES_SHOWN + 1}) s) short ON true
 ORDER BY w.n
"""


async def resolve(actor: Actor, given: list[str]) -> list[Meant]:
    """Each entry and the asset in the actor's sight that it means: by its tag, else its label, else
    a number that its school gave it.

    Else by its number, "248" or "HG248" for HG-00248, where only one asset has it, or only one of
    the school that all the others are of: a stack is of one school.
    """
    read = [codes.find_code(text) for text in given]
    short = [tags.said(text) or ("", None) for text in given]
    found = await fetch(
        _Found,
        RESOLVED,
        tags=[tags.clean(text) for text in given],
        codes=read,
        schools=actor.school_ids,
        stems=[stem for stem, _ in short],
        numbers=[number for _, number in short],
        folded=[school_numbers.folded(text) for text in given],
    )
    schools = {one.school_id for one in found if one.school_id is not None}
    schools |= {one.candidate_schools[0] for one in found if len(one.candidate_ids) == 1}
    return [
        _meant(one, given[one.index], code, schools) for one, code in zip(found, read, strict=True)
    ]


def _meant(found: _Found, given: str, code: str | None, schools: set[int]) -> Meant:
    meant = Meant(
        found.index, given, found.asset_id, found.tag, code, found.label_is_known,
        bool(found.candidates),
    )  # fmt: skip
    several = zip(found.candidate_ids, found.candidates, found.candidate_schools, strict=True)
    choice = list(several)
    if len(choice) > 1 and len(schools) == 1:
        choice = [one for one in choice if one[2] in schools] or choice
    if len(choice) == 1:
        return msgspec.structs.replace(meant, asset_id=choice[0][0], tag=choice[0][1])
    return msgspec.structs.replace(meant, candidates=[tag for _, tag, _ in choice])


async def resolve_one(actor: Actor, text: str) -> Meant:
    """:func:`resolve` for a single entry, as in a search box."""
    (meant,) = await resolve(actor, [text])
    return meant
