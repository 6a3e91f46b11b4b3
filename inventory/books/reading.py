"""Titles with how many copies there are, and how many of them stand on the shelf."""

import msgspec

from core.access import Actor
from core.database import fetch_value
from core.errors import say
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Orders, Where, get_row, list_page
from inventory.assets.shapes import NO_LONGER_USED
from inventory.isbns import find_isbn
from inventory.models import like
from inventory.scope import school_id_of

MISSING = say("There is no such book")


class Book(msgspec.Struct, frozen=True):
    """A title; ``id`` is its model's. ``copies`` are in use at the reader's schools, ``there`` not out."""

    id: int
    isbn: str | None
    name: str
    author: str
    publisher: str
    published_year: int | None
    call_number: str
    copies: int
    there: int

    @property
    def title(self) -> str:
        """As the model is called on other pages."""
        return f"{self.publisher} {self.name}".strip()


class BookFilters(msgspec.Struct, frozen=True):
    """Which books a list shows. ``q`` is a part of the title, author, publisher or call number, or an ISBN."""

    q: str = ""
    school: str | None = None
    there: bool = False


COPIES = f"""
(SELECT count(*) AS copies,
        count(*) FILTER (WHERE a.lifecycle = 'in_service' AND NOT EXISTS (
            SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)) AS there
   FROM asset a WHERE a.model = m.id AND a.school = any(:schools::bigint[])
    AND NOT a.lifecycle = any('{{{",".join(NO_LONGER_USED)}}}'::varchar[]))
"""
COLUMNS = f"""
SELECT m.id, m.isbn, m.name, m.author, m.brand AS publisher, m.published_year, m.call_number,
       c.copies, c.there
  FROM asset_model m CROSS JOIN LATERAL {COPIES} c
"""
ORDERS = Orders(
    "name",
    Key("m.id", int, "id"),
    name=Key("m.name", str, "name"),
    author=Key("m.author", str, "author"),
    publisher=Key("m.brand", str, "publisher"),
    call_number=Key("m.call_number", str, "call_number"),
    copies=Key("c.copies", int, "copies", cast="bigint"),
)
NO_FILTERS = BookFilters()


async def list_books(
    actor: Actor,
    filters: BookFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Book]:
    """Books by title, or by ``sort``; of one school those that it has."""
    schools = [await school_id_of(actor, filters.school)] if filters.school else actor.school_ids
    where = Where("m.kind = 'book'", schools=list(schools))
    if filters.school:
        where.add("c.copies > 0")
    if filters.there:
        where.add("c.there > 0")
    if number := find_isbn(filters.q):
        where.add("m.isbn = :isbn", isbn=number)
    elif filters.q.strip():
        where.add(
            "(m.name || ' ' || m.author || ' ' || m.brand || ' ' || m.call_number) ILIKE :pattern",
            pattern=like(filters.q),
        )
    return await list_page(Book, COLUMNS, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def get_book(actor: Actor, book_id: int) -> Book:
    """One title, else NotFound."""
    where = Where("m.kind = 'book'", schools=actor.school_ids)
    where.add("m.id = :id", id=book_id)
    return await get_row(Book, COLUMNS, where, MISSING)


async def find_by_isbn(isbn: str) -> int | None:
    """The title with this ISBN of thirteen digits."""
    found: int | None = await fetch_value("SELECT id FROM asset_model WHERE isbn = $1", isbn)
    return found
