"""The columns of the list of books, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import books
from inventory.books import Book, BookFilters
from inventory.books.reading import ORDERS
from inventory.isbns import hyphenated

TABLE = ListTable[Book](
    "books",
    [
        Column("name", say("Book title"), lambda row, _: row.name),
        Column("author", say("Author"), lambda row, _: row.author, line="title"),
        Column("publisher", say("Publisher"), lambda row, _: row.publisher),
        Column(
            "published_year",
            say("Year of publication"),
            lambda row, _: row.published_year,
            on_page=False,
            numeric=True,
        ),
        Column("call_number", say("Call number"), lambda row, _: row.call_number, line="where"),
        Column(
            "isbn",
            say("ISBN"),
            lambda row, _: hyphenated(row.isbn) if row.isbn else "",
            on_page=False,
        ),
        Column("there", say("On the shelf"), lambda row, _: row.there, line="state", numeric=True),
        Column("copies", say("Copies"), lambda row, _: row.copies, numeric=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    BookFilters,
    books.list_books,
    csv=urls.books_csv,
    xlsx=urls.books_xlsx,
    read=READ_EQUIPMENT,
)
