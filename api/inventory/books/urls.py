"""Addresses of books."""

from api.kit.addresses import Address

books = Address("/books")
books_csv = Address("/books.csv")
books_xlsx = Address("/books.xlsx")
new_book = Address("/books/new")
book_title = Address("/books/{book_id:int}")
add_copies = Address("/books/{book_id:int}/copies")
