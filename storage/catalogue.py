"""Finding resources: words, facets, newest first or best first, page by page."""

from typing import Any
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.paging import Page, checked_limit, decode_cursor, page_of
from storage import search
from storage.resources import ResourceState, Visibility
from storage.rights import VISIBLE, visible_to
from storage.vocabulary import FACETS

# Beyond these nobody reads on; they bound the work of a query that finds nearly everything.
MOST_RANKED = 1000
MOST_PAGE_HITS = 5000
EXCERPT_BEFORE = 18
EXCERPT_LENGTH = 90
# How much a word in the initials, the abstract, the keywords and the title counts.
WEIGHTS = "{0.05, 0.2, 0.5, 1.0}"


class Filters(msgspec.Struct, frozen=True):
    """What to look for; what is left out asks for everything."""

    q: str = ""
    stage: str = ""
    subject: str = ""
    grade: str = ""
    kind: str = ""
    language: str = ""
    licence: str = ""
    school_id: int | None = None
    state: str = ""
    mine: bool = False


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


async def find(
    actor: Actor, filters: Filters, *, limit: int = 50, cursor: str | None = None
) -> Page[ResourceLine]:
    """Resources the actor may see: with words the best first, without the newest first."""
    limit = checked_limit(limit)
    query = search.parse(filters.q)
    if filters.q.strip() and not query:
        return Page([])
    asked = _Asked(actor, filters)
    after = decode_cursor(cursor, int, UUID) if cursor else None
    if query:
        some = f"SELECT * FROM ({_searched(asked, query)}) AS found{_after(asked, after)}"
        some += " ORDER BY score DESC, id DESC"
    else:
        # Newest first is the primary key backwards: no sorting, however many there are.
        asked.before(after[1] if after else None)
        some = f"{_newest(asked)} ORDER BY r.id DESC"
    rows = await database.fetch(
        _Found,
        f"SELECT h.score, {_COLUMNS} FROM ({some} LIMIT {asked.add(limit + 1)}) AS h"
        f" JOIN resource r ON r.id = h.id{_JOINS} ORDER BY h.score DESC, h.id DESC",
        *asked.arguments,
    )
    page = page_of(rows, limit, lambda row: (row.score, row.id))
    hits = await _page_hits(page.items, query) if query else {}
    return Page([_line(row, hits.get(row.blob_id), query) for row in page.items], page.next_cursor)


async def facets(actor: Actor, filters: Filters) -> dict[str, dict[str, int]]:
    """For each facet how many of the resources that match have each code."""
    query = search.parse(filters.q)
    if filters.q.strip() and not query:
        return {facet: {} for facet in FACETS}
    asked = _Asked(actor, filters)
    matching = _searched(asked, query) if query else _newest(asked)
    sets = ", ".join(f"({facet})" for facet in FACETS)
    rows = await database.fetch(
        _FacetCount,
        f"SELECT {', '.join(FACETS)}, count(*) AS resources FROM ({matching}) AS h"
        f" JOIN resource r ON r.id = h.id GROUP BY GROUPING SETS ({sets})",
        *asked.arguments,
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


class _Asked:
    """The conditions of a query and its arguments; $1 to $3 are those of VISIBLE."""

    def __init__(self, actor: Actor, filters: Filters) -> None:
        self.arguments: list[Any] = [*visible_to(actor)]
        conditions = [VISIBLE]
        conditions.extend(
            f"r.{facet} = {self.add(code)}"
            for facet in (*FACETS, "state")
            if (code := getattr(filters, facet))
        )
        if filters.school_id is not None:
            conditions.append(f"r.school = {self.add(filters.school_id)}")
        if filters.mine:
            conditions.append("r.owner = $3")
        self._conditions = conditions

    @property
    def conditions(self) -> str:
        return " AND ".join(self._conditions)

    def before(self, last: UUID | None) -> None:
        if last is not None:
            self._conditions.append(f"r.id < {self.add(last)}")

    def add(self, value: object) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}"


def _newest(asked: _Asked) -> str:
    return f"SELECT r.id, 0 AS score FROM resource r WHERE {asked.conditions}"


def _after(asked: _Asked, last: tuple[int, UUID] | None) -> str:
    if last is None:
        return ""
    return f" WHERE (score, id) < ({asked.add(last[0])}::int, {asked.add(last[1])}::uuid)"


def _searched(asked: _Asked, query: search.Query) -> str:
    phrases, pairs = asked.add(query.phrases), asked.add(query.pairs)
    runs = asked.add(list(query.runs))
    described = (
        "SELECT r.id, 1 + (1000000 * ts_rank"
        f"('{WEIGHTS}', r.search, to_tsquery('simple', {phrases})))::int AS score"
        f" FROM resource r WHERE r.search @@ to_tsquery('simple', {phrases})"
        f" AND {asked.conditions} ORDER BY r.id DESC LIMIT {MOST_RANKED}"
    )
    written = (
        "SELECT r.id, 0 AS score FROM (SELECT DISTINCT blob FROM ("
        " SELECT t.blob FROM page_text t WHERE"
        f" {page_condition(pairs, runs)} LIMIT {MOST_PAGE_HITS}) AS hit) AS t"
        " JOIN revision v ON v.blob = t.blob JOIN resource r ON r.id = v.resource"
        f" WHERE {asked.conditions} AND NOT EXISTS"
        " (SELECT FROM revision n WHERE n.resource = v.resource AND n.number > v.number)"
    )
    return (
        f"SELECT id, max(score) AS score FROM (({described}) UNION ALL ({written})) AS every"
        " GROUP BY id"
    )


def page_condition(pairs: str, runs: str) -> str:
    """Pages that hold all pairs, and then each run as it stands: pairs alone may lie apart."""
    return (
        f"to_tsvector('simple', search_words(t.body)) @@ to_tsquery('simple', {pairs})"
        f" AND NOT EXISTS (SELECT FROM unnest({runs}::text[]) AS run"
        " WHERE strpos(lower(t.body), run) = 0)"
    )


async def _page_hits(rows: list[_Found], query: search.Query) -> dict[UUID | None, _Hit]:
    hits = await database.fetch(
        _Hit,
        "SELECT DISTINCT ON (t.blob) t.blob, t.page, t.body FROM page_text t"
        f" WHERE t.blob = any($3::uuid[]) AND {page_condition('$1', '$2')}"
        " ORDER BY t.blob, t.page",
        query.pairs,
        list(query.runs),
        [row.blob_id for row in rows if row.blob_id],
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
