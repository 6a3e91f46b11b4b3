"""Books: their pages and their JSON, made from the verbs of inventory.books."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.books.pages import BookPages
from api.inventory.books.table import FILES, TABLE
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import books
from inventory.books import Book
from inventory.books.reading import ORDERS

_pages = NounPages[Book](
    "book",
    "inventory/books",
    urls.books,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [_pages.list(books.list_books, TABLE), *FILES, BookPages]

_routes = NounRoutes("/books", "book", tags=("books",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        books.list_books, "Books: titles with their copies and how many are there", orders=ORDERS
    ),
    _routes.create(
        books.add_book,
        "Add copies of a book, and its title where the list has none of its ISBN",
        "A title that has the ISBN stays as it is.",
        called="add",
    ),
    _routes.get(books.get_book, "One title"),
    _routes.step(
        "copies",
        books.add_copies,
        "Add copies of a title",
        "Each gets the school's next tag.",
        called="copies_add",
    ),
]
