"""Rows of the asset list with what the books and the custom fields say of each, for files."""

import msgspec

from core import paging
from core.access import Actor
from core.database import fetch
from core.paging import Page
from inventory.assets.book_facts import BookFacts
from inventory.assets.filtering import AssetFilters
from inventory.assets.listing import list_assets
from inventory.assets.shapes import AssetRow
from inventory.custom_fields.values import VALUE


class Books(BookFacts, frozen=True, kw_only=True):
    """What is written of one asset beside its row; ``fields`` by their names."""

    id: int
    numbers: list[str]
    fields: dict[str, str]


class AssetWithBooks(AssetRow, frozen=True, kw_only=True):
    """A row of the list and its books."""

    books: Books


BOOKS = f"""
SELECT a.id, a.cost, a.currency, a.cost_basis, a.acquired_on, a.warranty_until, a.supplier,
       a.class_code, a.class_edition,
       array(SELECT n.number FROM asset_number n WHERE n.asset = a.id ORDER BY n.id) AS numbers,
       (SELECT coalesce(jsonb_object_agg(f.name, {VALUE}), '{{}}'::jsonb)
          FROM asset_value v
          JOIN custom_field f ON f.id = v.field AND f.school = a.school
          LEFT JOIN custom_choice c ON c.id = v.choice
         WHERE v.asset = a.id AND {VALUE} IS NOT NULL) AS fields
  FROM asset a WHERE a.id = any($1::bigint[])
"""


async def list_with_books(
    actor: Actor,
    filters: AssetFilters | None = None,
    *,
    cursor: str | None = None,
    limit: int = paging.DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[AssetWithBooks]:
    """:func:`inventory.assets.list_assets` with the books of each row: one query more a page."""
    page = await list_assets(actor, filters, cursor=cursor, limit=limit, sort=sort)
    books = {one.id: one for one in await fetch(Books, BOOKS, [row.id for row in page.items])}
    rows = [
        AssetWithBooks(**msgspec.structs.asdict(row), books=books[row.id]) for row in page.items
    ]
    return Page(rows, page.next_cursor)
