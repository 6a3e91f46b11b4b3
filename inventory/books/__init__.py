"""Books: titles by ISBN, and their copies, which are assets."""

from inventory.books.adding import BooksAdded, NewBook, NewCopies, add_book, add_copies
from inventory.books.reading import Book, BookFilters, find_by_isbn, get_book, list_books

__all__ = [
    "Book",
    "BookFilters",
    "BooksAdded",
    "NewBook",
    "NewCopies",
    "add_book",
    "add_copies",
    "find_by_isbn",
    "get_book",
    "list_books",
]
