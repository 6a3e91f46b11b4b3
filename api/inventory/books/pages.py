"""The pages of books: a title with its copies, and how titles and copies come in."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.options import place_options, school_codes
from api.kit.flash import SeeOther, see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, submit
from core.access import Actor
from core.errors import Invalid, say
from core.permissions import EDIT_EQUIPMENT
from inventory import assets, attachments, books, isbns
from inventory.assets import AssetFilters
from inventory.books import BooksAdded, NewBook, NewCopies

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)
COPIES_SHOWN = 50


class _Asked(msgspec.Struct, frozen=True):
    """What the cover's barcode says; ``without`` if the book has none."""

    isbn: str = ""
    without: bool = False


class BookPages(Controller):
    """/books, but for their list"""

    include_in_schema = False

    @get(urls.new_book, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        asked = convert_form(request.query_params, _Asked)
        if asked.without or not asked.isbn.strip():
            return await _new_page(request, actor, Form(), step="book" if asked.without else "isbn")
        try:
            isbn = isbns.checked(asked.isbn) or ""
        except Invalid as wrong:
            typed = Form({"isbn": asked.isbn}, errors=wrong.errors, status=422)
            return await _new_page(request, actor, typed, step="isbn")
        if known := await books.find_by_isbn(isbn):
            return see_other(
                urls.add_copies(known), say("The list has this title: how many copies came?")
            )
        return await _new_page(request, actor, Form({"isbn": isbn}))

    @post(urls.new_book, guards=[KEEPS])
    async def add(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            NewBook,
            lambda new: books.add_book(actor, new),
            then=_added,
            page=lambda form: _new_page(request, actor, form),
            once=Once(actor, BooksAdded),
        )

    @get(urls.book_title, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], book_id: PathId
    ) -> Response[str]:
        book = await books.get_book(actor, book_id)
        return render(
            request,
            "inventory/books/book.html",
            book=book,
            isbn=isbns.hyphenated(book.isbn) if book.isbn else "",
            copies=await assets.list_assets(actor, AssetFilters(model=book.id), limit=COPIES_SHOWN),
            gallery=await gallery_of(actor, await attachments.of_model(actor, book.id)),
            may_write=actor.can(EDIT_EQUIPMENT),
        )

    @get(urls.add_copies, guards=[KEEPS])
    async def show_copies(
        self, request: WebRequest, actor: NamedDependency[Actor], book_id: PathId
    ) -> Response[str]:
        return await _copies_page(request, actor, book_id, Form())

    @post(urls.add_copies, guards=[KEEPS])
    async def add_copies(
        self, request: WebRequest, actor: NamedDependency[Actor], book_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            NewCopies,
            lambda new: books.add_copies(actor, book_id, new),
            then=_added,
            page=lambda form: _copies_page(request, actor, book_id, form),
            once=Once(actor, BooksAdded),
        )


def _added(added: BooksAdded) -> SeeOther:
    first, last = added.tags[0], added.tags[-1]
    return see_other(
        urls.book_title(added.id),
        say(
            "{title}: {count} copies came, {first} to {last}.",
            title=added.name,
            count=len(added.tags),
            first=first,
            last=last,
        ),
    )


async def _new_page(
    request: WebRequest, actor: Actor, form: Form, *, step: str = "book"
) -> Response[str]:
    """First the ISBN alone, then what is written of the book."""
    return render(
        request,
        "inventory/books/new.html",
        step=step,
        form=form.with_defaults(key=new_key(), copies=1),
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )


async def _copies_page(
    request: WebRequest, actor: Actor, book_id: int, form: Form
) -> Response[str]:
    return render(
        request,
        "inventory/books/copies.html",
        form=form.with_defaults(key=new_key(), copies=1),
        book=await books.get_book(actor, book_id),
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )
