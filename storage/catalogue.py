"""Finding resources: words, facets, newest first or best first, page by page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.changes import changed_since, list_changed
from core.numbers import Id
from core.paging import Page, checked_limit, page_of
from core.query import Key, Order, Where
from storage import search
from storage.resources import ResourceState, Visibility
from storage.rights import visible_to
from storage.vocabulary import FACETS

# Beyond these nobody reads on; they bound the work of a query that finds nearly everything.
MOST_RANKED = 1000
MOST_PAGE_HITS = 5000
EXCERPT_BEFORE = 18
EXCERPT_LENGTH = 90
# How much a word in the initials, the abstract, the keywords and the title counts.
WEIGHTS = "{0.05, 0.2, 0.5, 1.0}"


Facet = Annotated[str, msgspec.Meta(description="A code of the vocabulary.")]


class Filters(msgspec.Struct, frozen=True):
    """What to look for; what is left out asks for everything."""

    q: str = ""
    stage: Facet = ""
    subject: Facet = ""
    grade: Facet = ""
    kind: Facet = ""
    language: Facet = ""
    licence: Facet = ""
    school_id: Id | None = None
    state: ResourceState | None = None
    mine: bool = False
    changed_since: datetime | None = None

    @property
    def active(self) -> int:
        """How many filters are in use, apart from the search, the state and ``mine``."""
        return sum(1 for name in (*FACETS, "school_id") if getattr(self, name))


class ResourceLine(msgspec.Struct, frozen=True):
    """A resource as lists show it, with its newest file."""

    id: UUID
    school_id: int
    school_name_zh: str
    school_name_en: str
    owner_name: str
    title: str
    stage: str
    subject: str
    grade: str
    kind: str
    language: str
    licence: str
    visibility: Visibility
    state: ResourceState
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    revision_id: UUID | None
    has_thumbnail: bool
    # Where the words were found inside the file, when they were.
    hit_page: int | None = None
    excerpt: str | None = None


class _Found(ResourceLine, frozen=True, kw_only=True):
    score: int
    blob_id: UUID | None


class _Hit(msgspec.Struct):
    blob: UUID
    page: int
    body: str


_COLUMNS = (
    "r.id, r.school AS school_id, s.name_zh AS school_name_zh, s.name_en AS school_name_en,"
    " p.name AS owner_name, r.title, r.stage, r.subject, r.grade, r.kind, r.language, r.licence,"
    " r.visibility, r.state, f.file_name, f.media_type, f.size_bytes, f.revision_id, f.blob_id,"
    " coalesce(f.has_thumbnail, false) AS has_thumbnail"
)
_JOINS = (
    " JOIN school s ON s.id = r.school JOIN person p ON p.id = r.owner"
    " LEFT JOIN LATERAL (SELECT v.id AS revision_id, v.file_name, b.id AS blob_id, b.media_type,"
    " b.size_bytes, EXISTS (SELECT FROM rendition t WHERE t.blob = b.id AND t.kind = 'thumbnail')"
    " AS has_thumbnail FROM revision v JOIN blob b ON b.id = v.blob WHERE v.resource = r.id"
    " ORDER BY v.number DESC LIMIT 1) f ON true"
)


BEST_FIRST = Order(
    Key("score", int, "score", cast="int"), Key("id", UUID, "id", cast="uuid"), descending=True
)


async def list_resources(
    actor: Actor, filters: Filters, *, limit: int = 50, cursor: str | None = None
) -> Page[ResourceLine]:
    """Resources the actor may see: with words the best first, without the newest first."""
    limit = checked_limit(limit)
    query = search.parse(filters.q)
    if filters.q.strip() and not query:
        return Page([])
    where = _asked(actor, filters)
    changed = changed_since(filters.changed_since, "resource", "r.id", key_type="uuid")
    if changed is not None:

        async def rows_of(keys: list[str]) -> list[ResourceLine]:
            where.add(changed.condition, changed_keys=keys)
            some = _searched(where, query) if query else _newest(where)
            rows = await database.fetch(
                _Found,
                f"SELECT h.score, {_COLUMNS} FROM ({some}) AS h JOIN resource r ON r.id = h.id{_JOINS}",
                **where.values,
            )
            return [_line(row, None, query) for row in rows]

        return await list_changed(changed, rows_of, cursor=cursor, limit=limit)
    after, values = BEST_FIRST.after(cursor) if cursor else ("true", {})
    if query:
        where.bind(**values)
        some = f"SELECT * FROM ({_searched(where, query)}) AS found WHERE {after}"
        some += f" ORDER BY {BEST_FIRST.sql}"
    else:
        # Newest first is the primary key backwards: no sorting, however many there are.
        where.add_given("r.id < :last", last=values.get("after_1"))
        some = f"{_newest(where)} ORDER BY r.id DESC"
    rows = await database.fetch(
        _Found,
        f"SELECT h.score, {_COLUMNS} FROM ({some} LIMIT :at_most) AS h"
        f" JOIN resource r ON r.id = h.id{_JOINS} ORDER BY h.score DESC, h.id DESC",
        **where.values,
        at_most=limit + 1,
    )
    page = page_of(rows, limit, BEST_FIRST.position)
    hits = await _page_hits(page.items, query) if query else {}
    return Page([_line(row, hits.get(row.blob_id), query) for row in page.items], page.next_cursor)


async def count_facets(actor: Actor, filters: Filters) -> dict[str, dict[str, int]]:
    """For each facet how many of the resources that match have each code."""
    query = search.parse(filters.q)
    if filters.q.strip() and not query:
        return {facet: {} for facet in FACETS}
    where = _asked(actor, filters)
    matching = _searched(where, query) if query else _newest(where)
    sets = ", ".join(f"({facet})" for facet in FACETS)
    rows = await database.fetch(
        _FacetCount,
        f"SELECT {', '.join(FACETS)}, count(*) AS resources FROM ({matching}) AS h"
        f" JOIN resource r ON r.id = h.id GROUP BY GROUPING SETS ({sets})",
        **where.values,
    )
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for row in rows:
        for facet in FACETS:
            if (code := getattr(row, facet)) is not None:
                counts[facet][code] = row.resources
    return counts


class _FacetCount(msgspec.Struct):
    stage: str | None
    subject: str | None
    grade: str | None
    kind: str | None
    language: str | None
    licence: str | None
    resources: int


def _asked(actor: Actor, filters: Filters) -> Where:
    where = visible_to(actor)
    for column in (*FACETS, "state"):
        where.add_given(f"r.{column} = :{column}", **{column: getattr(filters, column)})
    where.add_given("r.school = :school", school=filters.school_id)
    if filters.mine:
        where.add("r.owner = :me")
    return where


def _newest(where: Where) -> str:
    return f"SELECT r.id, 0 AS score FROM resource r WHERE {where}"


def _searched(where: Where, query: search.Query) -> str:
    conditions = str(where)
    where.bind(phrases=query.phrases, pairs=query.pairs, runs=list(query.runs))
    described = (
        "SELECT r.id, 1 + (1000000 * ts_rank"
        f"('{WEIGHTS}', r.search, to_tsquery('simple', :phrases)))::int AS score"
        f" FROM resource r WHERE r.search @@ to_tsquery('simple', :phrases)"
        f" AND {conditions} ORDER BY r.id DESC LIMIT {MOST_RANKED}"
    )
    written = (
        "SELECT r.id, 0 AS score FROM (SELECT DISTINCT blob FROM ("
        " SELECT t.blob FROM page_text t WHERE"
        f" {PAGE_MATCHES} LIMIT {MOST_PAGE_HITS}) AS hit) AS t"
        " JOIN revision v ON v.blob = t.blob JOIN resource r ON r.id = v.resource"
        f" WHERE {conditions} AND NOT EXISTS"
        " (SELECT FROM revision n WHERE n.resource = v.resource AND n.number > v.number)"
    )
    return (
        f"SELECT id, max(score) AS score FROM (({described}) UNION ALL ({written})) AS every"
        " GROUP BY id"
    )


# Pages that hold all pairs, and then each run as it stands: pairs alone may lie apart.
PAGE_MATCHES = (
    "to_tsvector('simple', search_words(t.body)) @@ to_tsquery('simple', :pairs)"
    " AND NOT EXISTS (SELECT FROM unnest(:runs::text[]) AS run"
    " WHERE strpos(lower(t.body), run) = 0)"
)


async def _page_hits(rows: list[_Found], query: search.Query) -> dict[UUID | None, _Hit]:
    hits = await database.fetch(
        _Hit,
        "SELECT DISTINCT ON (t.blob) t.blob, t.page, t.body FROM page_text t"
        f" WHERE t.blob = any(:blobs::uuid[]) AND {PAGE_MATCHES} ORDER BY t.blob, t.page",
        pairs=query.pairs,
        runs=list(query.runs),
        blobs=[row.blob_id for row in rows if row.blob_id],
    )
    return {hit.blob: hit for hit in hits}


def _line(row: _Found, hit: _Hit | None, query: search.Query) -> ResourceLine:
    fields = {name: getattr(row, name) for name in ResourceLine.__struct_fields__}
    if hit is not None:
        fields |= {"hit_page": hit.page, "excerpt": excerpt(hit.body, query)}
    return ResourceLine(**fields)


def excerpt(body: str, query: search.Query) -> str:
    """The words around the first place where the query is met, on one line."""
    line = " ".join(body.split())
    found = [at for word in query.words if (at := search.normal(line).find(word)) >= 0]
    start = max(0, min(found, default=0) - EXCERPT_BEFORE)
    piece = line[start : start + EXCERPT_LENGTH]
    return f"{'…' if start else ''}{piece}{'…' if start + EXCERPT_LENGTH < len(line) else ''}"
