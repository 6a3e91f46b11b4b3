"""Copies come into the books of a school, with their title where the list does not have it yet."""

from datetime import date
from typing import Annotated

import msgspec

from core.access import Actor
from core.database import execute, fetch_one, fetch_value, refusing, transaction
from core.errors import Invalid, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from core.texts import refuse
from inventory import models, tags
from inventory.assets import book_facts
from inventory.assets.book_facts import Cost
from inventory.assets.shapes import Condition, LifecycleState
from inventory.assets.writing import REFUSALS, Draft, insert_assets
from inventory.books.reading import Book, get_book
from inventory.models import AssetKind, Isbn, ModelFacts, PublishedYear
from inventory.places import require_place_in_use
from inventory.scope import school_id_of

MOST_COPIES = 500
Copies = Annotated[int, msgspec.Meta(ge=1, le=MOST_COPIES)]


class NewCopies(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many copies of a title that is in the list; ``cost`` is what each cost, in yuan."""

    school: str
    copies: Copies
    place_id: Id | None = None
    cost: Cost | None = None
    acquired_on: date | None = None


class NewBook(NewCopies, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Copies of a title that need not be in the list yet."""

    name: Annotated[str, msgspec.Meta(examples=["图形化编程三十课"])]
    isbn: Isbn = None
    author: str = ""
    publisher: str = ""
    published_year: PublishedYear | None = None
    call_number: str = ""


class BooksAdded(Book, frozen=True, kw_only=True):
    """The title as it is now, and the ``tags`` of the new copies in their order."""

    tags: list[str]


class _Known(msgspec.Struct):
    id: int
    isbn: str | None


async def add_book(actor: Actor, new: NewBook) -> BooksAdded:
    """Write copies and, where its ISBN, or its title and publisher, are not in the list, their title.

    A title with this ISBN stays as it is in the list, whatever else is said of it here.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    facts = models.checked(
        ModelFacts(
            AssetKind.book,
            new.name,
            new.publisher,
            new.isbn,
            author=new.author,
            published_year=new.published_year,
            call_number=new.call_number,
        )
    )
    with refusing(REFUSALS | models.REFUSALS):
        async with transaction(actor):
            title_id = await _ensure_title(facts)
            return await _write_copies(actor, school_id, title_id, new)


async def add_copies(actor: Actor, book_id: int, new: NewCopies) -> BooksAdded:
    """Write copies of a title of the list, each with the school's next tag."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    await get_book(actor, book_id)
    with refusing(REFUSALS):
        async with transaction(actor):
            return await _write_copies(actor, school_id, book_id, new)


async def _ensure_title(facts: ModelFacts) -> int:
    """The id of the title, made if need be; whoever adds it at the same moment waits here."""
    columns = facts.__struct_fields__
    made: int | None = await fetch_value(
        f"INSERT INTO asset_model ({', '.join(columns)})"
        f" VALUES ({', '.join(f':{column}' for column in columns)})"
        " ON CONFLICT DO NOTHING RETURNING id",
        **msgspec.structs.asdict(facts),
    )
    if made is not None:
        return made
    known = await fetch_one(
        _Known,
        "SELECT id, isbn FROM asset_model WHERE isbn = $1"
        " OR kind = 'book' AND brand = $2 AND name = $3 ORDER BY (isbn = $1) IS TRUE DESC LIMIT 1",
        facts.isbn,
        facts.brand,
        facts.name,
    )
    assert known is not None
    if facts.isbn and known.isbn is None:
        await execute("UPDATE asset_model SET isbn = $2 WHERE id = $1", known.id, facts.isbn)
    elif facts.isbn and known.isbn != facts.isbn:
        raise Invalid.of(
            "name",
            say(
                "This title of the publisher has the ISBN {isbn}: write the edition or the volume"
                " into the title of this one",
                isbn=known.isbn,
            ),
            code="taken",
        )
    return known.id


async def _write_copies(actor: Actor, school_id: int, title_id: int, new: NewCopies) -> BooksAdded:
    facts = {"cost": new.cost, "cost_basis": None, "acquired_on": new.acquired_on}
    refuse(book_facts.find_errors(facts))
    if new.place_id is not None:
        await require_place_in_use(new.place_id)
    made = await tags.next_tags(school_id, new.copies)
    await insert_assets(
        *(
            Draft(
                tag=tag,
                school_id=school_id,
                title_holder_id=school_id,
                model_id=title_id,
                lifecycle=LifecycleState.in_service,
                condition=Condition.ok,
                place_id=new.place_id,
                **book_facts.completed(facts),  # type: ignore[arg-type]
            )
            for tag in made
        )
    )
    book = await get_book(actor, title_id)
    return BooksAdded(**msgspec.structs.asdict(book), tags=made)
