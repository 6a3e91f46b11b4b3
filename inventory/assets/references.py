"""What was scanned, pasted or typed, and the asset that it means: a tag, a label, its address."""

from enum import IntEnum

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Message, say
from core.query import opaque
from inventory import codes, isbns, serials, tags
from inventory.assets import school_numbers

SHOWN_MOST = 60
CANDIDATES_SHOWN = 5


class By(IntEnum):
    """What a text is read as where it is no tag as it stands and no label, in this order."""

    number = 1  # of the school's own books
    bare_tag = 2  # without its hyphens
    serial = 3  # of the maker
    isbn = 4  # of a book's model
    short_tag = 5  # without its zeros or its beginning


class Meant(msgspec.Struct, frozen=True):
    """One entry of a list, from 0; ``asset_id`` is empty if it means none that may be seen.

    ``candidates`` are the tags that it may mean if they are several. An ISBN means a model,
    ``model_id``, and an asset only where there is one of it in sight.
    """

    index: int
    given: str
    asset_id: int | None = None
    tag: str | None = None
    code: str | None = None
    label_is_known: bool = False
    by: By | None = None
    candidates: list[str] = []
    model_id: int | None = None

    @property
    def is_said_short(self) -> bool:
        """Whether it may as well be a word to search for."""
        return self.by is By.short_tag

    @property
    def missing(self) -> Message:
        """Why it means none; one of another school and none at all give the same answer."""
        if self.label_is_known:
            return say("This label is not on an asset yet: {code}", code=self.code)
        shown = self.given if len(self.given) <= SHOWN_MOST else f"{self.given[:SHOWN_MOST]}…"
        if self.candidates and self.by is By.isbn:
            return say("{given} is the ISBN of several copies: scan the label of one", given=shown)
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
    by: By | None
    candidates: list[str]
    candidate_ids: list[int]
    candidate_schools: list[int]
    model_id: int | None


def _candidates(by: By, condition: str, tables: str = "asset b") -> str:
    return (
        f"(SELECT {by.value} AS by, b.id, b.tag, b.school, b.model FROM {tables}"
        f" WHERE t.id IS NULL AND l.code IS NULL AND b.school = any{opaque('schools')}"
        f" AND {condition} LIMIT {CANDIDATES_SHOWN + 1})"
    )


READ_AS = " UNION ALL ".join(
    (
        _candidates(
            By.number, "n.folded = w.folded", "asset_number n JOIN asset b ON b.id = n.asset"
        ),
        _candidates(By.bare_tag, f"{tags.BARE.format(tag='b.tag')} = w.bare"),
        _candidates(
            By.serial,
            "b.serial_trust = 'ok' AND b.lifecycle <> 'voided'"
            " AND lower(b.serial_number) = w.serial",
        ),
        _candidates(
            By.isbn,
            "m.isbn = w.isbn",
            "asset_model m JOIN asset b ON b.model = m.id",
        ),
        _candidates(
            By.short_tag,
            f"{tags.NUMBER.replace('tag', 'b.tag')} = w.number"
            f" AND (w.stem = '' OR {tags.STEM.replace('tag', 'b.tag')} = w.stem)",
        ),
    )
)
# A tag as it stands, else a label; only what is neither is read as something else.
# The planner is not to see that most lists are of one: see :func:`core.query.opaque`.
RESOLVED = f"""
SELECT w.n - 1 AS index, a.id AS asset_id, a.tag, l.code IS NOT NULL AS label_is_known,
       a.school AS school_id, more.by, coalesce(more.tags, '{{}}') AS candidates,
       coalesce(more.ids, '{{}}') AS candidate_ids,
       coalesce(more.schools, '{{}}') AS candidate_schools,
       CASE WHEN more.by = {By.isbn.value} THEN more.model END AS model_id
  FROM unnest((SELECT :tags::text[]), :codes::text[], :stems::text[], :numbers::text[],
              :folded::text[], :bare::text[], :serials::text[], :isbns::text[]) WITH ORDINALITY
       AS w (tag, code, stem, number, folded, bare, serial, isbn, n)
  LEFT JOIN (label_code l LEFT JOIN asset o ON o.id = l.asset)
         ON l.code = w.code AND coalesce(o.school, l.school) = any{opaque("schools")}
  LEFT JOIN asset t ON t.tag = w.tag AND t.school = any{opaque("schools")}
  LEFT JOIN asset a ON a.id = coalesce(t.id, l.asset)
  LEFT JOIN LATERAL (
       SELECT by, array_agg(id ORDER BY tag) AS ids, array_agg(tag ORDER BY tag) AS tags,
              array_agg(school ORDER BY tag) AS schools, min(model) AS model
         FROM ({READ_AS}) s GROUP BY by ORDER BY by LIMIT 1) more ON true
 ORDER BY w.n
"""


async def resolve(actor: Actor, given: list[str]) -> list[Meant]:
    """Each entry and the asset in the actor's sight that it means, whatever a scanner read.

    A tag, whatever its case, width and hyphens; a label's code or address; a number of the school's
    books; a maker's serial number; the ISBN of a single copy; else the number of a tag, "248" or
    "HG248" for HG-00248. Of several that have it, the one of the school that all the others are
    of: a stack is of one school.
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
        bare=[tags.bare(text) for text in given],
        serials=[(serials.plain(text) or "").lower() for text in given],
        isbns=[isbns.find_isbn(text) for text in given],
    )
    schools = {one.school_id for one in found if one.school_id is not None}
    schools |= {one.candidate_schools[0] for one in found if len(one.candidate_ids) == 1}
    return [
        _meant(one, given[one.index], code, schools) for one, code in zip(found, read, strict=True)
    ]


def _meant(found: _Found, given: str, code: str | None, schools: set[int]) -> Meant:
    meant = Meant(
        found.index, given, found.asset_id, found.tag, code, found.label_is_known, found.by,
        model_id=found.model_id,
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
