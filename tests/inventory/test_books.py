"""Books: one title an ISBN, its copies, and how many stand on the shelf."""

import asyncio
from decimal import Decimal

import pytest

from core import database
from core.errors import Forbidden, Invalid, NotFound
from inventory import assets, books, custody, models
from inventory.assets import AssetFilters
from inventory.books import BookFilters, NewBook, NewCopies
from inventory.custody import Holder
from inventory.models import AssetKind, ModelFacts
from tests import factories
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")
ISBN = "9787115546081"


def new_book(school: MadeSchool, **more: object) -> NewBook:
    given = {"name": "Python 入门", "isbn": "978-7-115-54608-1", "copies": 2, **more}
    return NewBook(school=school.code, **given)  # type: ignore[arg-type]


async def test_a_book_comes_with_its_copies_and_the_next_join_its_title(
    school: MadeSchool, technician: MadePerson
) -> None:
    place = await factories.place(school)
    facts = {
        "author": "某某",
        "publisher": "出版社",
        "published_year": 2020,
        "call_number": "TP3/1",
    }
    more = {"place_id": place, "cost": Decimal("39.80")}
    first = await books.add_book(technician.actor, new_book(school, **facts, **more))
    assert (first.isbn, first.copies, first.there) == (ISBN, 2, 2)
    assert (first.author, first.published_year) == ("某某", 2020)
    copy = await assets.get_asset(technician.actor, first.tags[0])
    assert (copy.place_id, copy.cost, copy.cost_basis) == (place, Decimal("39.80"), "invoice")
    # Ten digits are the same ISBN; what is said of the title a second time changes nothing.
    again = await books.add_book(
        technician.actor, new_book(school, isbn="7-115-54608-8", name="Python", copies=1)
    )
    assert (again.id, again.name) == (first.id, "Python 入门")
    more_copies = await books.add_copies(
        technician.actor, first.id, NewCopies(school=school.code, copies=3)
    )
    assert (more_copies.copies, len(more_copies.tags)) == (6, 3)
    found = await assets.list_assets(technician.actor, AssetFilters(model=first.id))
    assert {one.tag for one in found.items} == {*first.tags, *again.tags, *more_copies.tags}


async def test_a_title_without_an_isbn_gets_it_and_one_with_another_is_refused(
    school: MadeSchool, technician: MadePerson
) -> None:
    plain = await books.add_book(technician.actor, new_book(school, isbn=None))
    assert plain.isbn is None
    known = await books.add_book(technician.actor, new_book(school))
    assert (known.id, known.isbn) == (plain.id, ISBN)
    with pytest.raises(Invalid, match=ISBN) as refusal:
        await books.add_book(technician.actor, new_book(school, isbn="9787302511625"))
    assert refusal.value.field == "name"
    assert (await books.get_book(technician.actor, known.id)).copies == 4


async def test_what_is_wrong_is_said_of_its_field_and_nothing_is_written(
    school: MadeSchool, technician: MadePerson
) -> None:
    for field, wrong in {
        "isbn": "9787115546082", "name": " ", "cost": Decimal("-1"), "place_id": 2**40,
    }.items():  # fmt: skip
        with pytest.raises((Invalid, NotFound)) as refusal:
            await books.add_book(technician.actor, new_book(school, **{field: wrong}))
        assert field in str(refusal.value.field), field
    with pytest.raises(Invalid, match="Only a book has this"):
        await models.create_model(
            technician.actor, ModelFacts(AssetKind.printer, "LP", isbn=ISBN, author="A")
        )
    assert not (await books.list_books(technician.actor)).items
    teacher = await factories.person("teacher", school)
    with pytest.raises(Forbidden):
        await books.add_book(teacher.actor, new_book(school))


async def test_books_are_found_by_what_is_known_of_them(
    school: MadeSchool, technician: MadePerson
) -> None:
    other = await factories.school()
    both = await factories.person("admin", school, other)
    added = await books.add_book(technician.actor, new_book(school, author="某某"))
    await books.add_book(both.actor, new_book(other, isbn=None, name="Robots", copies=1))
    await custody.hand_out(technician.actor, added.tags, Holder(person_id=both.id))

    async def names(**filters: object) -> list[str]:
        found = await books.list_books(both.actor, BookFilters(**filters))  # type: ignore[arg-type]
        return [one.name for one in found.items]

    assert await names() == ["Python 入门", "Robots"]
    for text in ("7115546088", "978-7-115-54608-1", "某某", "python"):
        assert await names(q=text) == ["Python 入门"], text
    assert await names(school=school.code) == ["Python 入门"]
    assert await names(there=True) == ["Robots"]
    (row,) = (await books.list_books(both.actor, BookFilters(q=ISBN))).items
    assert (row.copies, row.there) == (2, 0)
    # Copies of a school that one may not see are no copies.
    (row,) = (await books.list_books(technician.actor, BookFilters(q="Robots"))).items
    assert row.copies == 0


async def test_32_people_who_add_one_isbn_make_one_title(
    school: MadeSchool, technician: MadePerson
) -> None:
    await asyncio.gather(
        *(
            books.add_book(technician.actor, new_book(school, name=f"Python {n % 4}", copies=1))
            for n in range(32)
        )
    )
    (title,) = (await books.list_books(technician.actor)).items
    assert (title.isbn, title.copies) == (ISBN, 32)
    assert await database.fetch_value("SELECT count(DISTINCT tag) FROM asset") == 32
