"""Books in the browser: by ISBN, with what was typed kept, and what a teacher sees."""

import httpx
import pytest

from inventory import books
from inventory.books import NewBook
from tests import factories
from tests.api.office import Office, office_of

pytestmark = pytest.mark.usefixtures("db")
ISBN = "978-7-115-54608-1"


@pytest.fixture
async def office(client: httpx.AsyncClient) -> Office:
    return await office_of(client, "technician")


async def test_an_isbn_leads_to_a_new_title_and_a_known_one_to_its_copies(office: Office) -> None:
    wrong = await office.client.get("/books/new?isbn=9787115546082")
    assert (wrong.status_code, 'id="isbn-error"' in wrong.text) == (422, True)
    assert 'value="9787115546082"' in wrong.text
    assert 'value="9787115546081"' in await office.see(f"/books/new?isbn={ISBN}")
    assert 'name="name"' in await office.see("/books/new?without=on")
    form = {"school": office.school.code, "isbn": ISBN, "name": "Python", "copies": 2}
    refused = await office.send("/books/new", key="1", **{**form, "published_year": "soon"})
    assert refused.status_code == 422
    assert 'id="published_year-error"' in refused.text
    assert 'value="Python"' in refused.text
    done = await office.send("/books/new", key="2", **form)
    assert done.status_code == 303
    page = await office.see(done.headers["location"])
    assert "Python" in page
    assert ISBN in page
    known = await office.client.get(f"/books/new?isbn={ISBN}")
    assert known.headers["location"] == done.headers["location"] + "/copies"
    more = await office.send(
        known.headers["location"], key="3", school=office.school.code, copies=1
    )
    assert more.headers["location"] == done.headers["location"]
    (row,) = (await books.list_books(office.who.actor)).items
    assert (row.copies, row.there) == (3, 3)


async def test_a_teacher_finds_a_book_and_where_to_book_it(client: httpx.AsyncClient) -> None:
    office = await office_of(client, "teacher")
    keeper = await factories.person("technician", office.school)
    added = await books.add_book(
        keeper.actor, NewBook(school=office.school.code, name="Robots", copies=1)
    )
    listed = await office.see("/books?q=robot")
    assert f'href="/books/{added.id}"' in listed
    assert "/books/new" not in listed
    page = await office.see(f"/books/{added.id}")
    assert 'href="/book?q=Robots"' in page
    assert "/copies" not in page
    assert (await office.client.get(f"/books/{added.id}/copies")).status_code == 403
