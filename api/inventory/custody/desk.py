"""The list of a desk form: rows as they were scanned, found or typed, what stands in the way of each."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Response

from api.http.types import WebRequest
from api.kit.addresses import local, with_query
from api.kit.flash import SeeOther
from api.kit.forms import REFUSALS, Form, as_typed
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, Onward, submit
from core.access import Actor
from core.errors import FieldError, Message
from core.paging import MAX_LIMIT
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import AssetFilters, AssetRow, Custodial

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
# What scan-desk.js sends a form with, so that it may forget the rows once they are taken.
ASKED_BY_SCRIPT = "x-labshare-desk"
Check = Callable[[list[str]], Awaitable[tuple[FieldError, ...]]]
# The field in which things are looked for by name, model or number.
SEARCH = "find"
# The value of the button that brings a list from another desk.
FROM_ANOTHER_DESK = "another"
MOST_FOUND, MOST_WORDS = 10, 200


class Chosen(AssetFilters, frozen=True):
    """The rows ticked in the list of assets, or ``all`` that its filters find behind a tag."""

    tag: list[str] = msgspec.field(default_factory=list)
    all: bool = False
    after: str = ""

    @property
    def onward(self) -> dict[str, Any]:
        """What finds all of them again, in an address."""
        return {**self.given, "all": "on" if self.all else None}

    async def form(self, actor: Actor, here: str) -> Form:
        """The form that a desk begins with: it names its assets, so that what was seen is done.

        Of more than the desk ``here`` takes, it has the first by tag, and ``rest`` is the address
        where the others are.
        """
        tags, most, rest = self.tag, assets.MOST_AT_ONCE, ""
        if self.all:
            tags = await assets.find_tags(
                actor, self, most=most + 1, after=self.after, allowed=EDIT_EQUIPMENT
            )
            if len(tags) > most:
                tags = tags[:most]
                rest = with_query(here, **self.onward, after=tags[-1])
        return Form({"tags": "\n".join(tags), KEY_FIELD: new_key(), "rest": rest})


class DeskRow(msgspec.Struct, frozen=True):
    """One row of the list; ``asset`` is what it means, ``problem`` why it is refused."""

    index: int
    given: str
    asset: AssetRow | None = None
    problem: Message | None = None


class Desk(msgspec.Struct, frozen=True):
    """The list as the form shows it again, and the form with the errors of its other fields."""

    rows: list[DeskRow]
    form: Form
    found: list[AssetRow] = []

    @property
    def refused(self) -> list[DeskRow]:
        return [row for row in self.rows if row.problem is not None]

    @property
    def accepted(self) -> list[DeskRow]:
        return [row for row in self.rows if row.problem is None]


def split_tags(text: str) -> list[str]:
    """Tags typed, pasted or scanned: apart by spaces, commas or lines."""
    for mark in ",;，；、":
        text = text.replace(mark, " ")
    return text.split()


async def submit_desk(
    request: WebRequest,
    form_type: type[F],
    call: Callable[[F], Awaitable[R]],
    *,
    then: Onward[R],
    page: Callable[[Form], Awaitable[Response[str]]],
    fields: Mapping[str, str] | None = None,
    once: Once[R] | None = None,
) -> Response[Any]:
    """:func:`api.kit.submission.submit` for a desk: a row's button takes the row out of the list.

    What is refused without a field's name stands at the tags. A list may be laid out only, with what
    was typed beside it, unless it comes from another desk, whose fields mean other things. What is
    searched for, and what is added of it, goes the same way. When this desk is done and has a
    ``rest``, that comes next.
    """
    typed = await as_typed(request)
    if _is_search(typed):
        return await page(Form({**typed, "searched": typed.get(SEARCH, "")}))
    if "add" in typed:
        tags = [*split_tags(typed.get("tags", "")), *split_tags(typed["add"])[:1]]
        return await page(Form({**typed, "tags": "\n".join(tags)}))
    if "lay_out" in typed:
        elsewhere = typed["lay_out"] == FROM_ANOTHER_DESK
        kept = {"tags": typed.get("tags", "")} if elsewhere else typed
        return await page(Form({**kept, KEY_FIELD: new_key()}))
    if "remove" in typed:
        return await page(Form(_without_rows(typed)))
    names = {"": "tags", **(fields or {})}
    answer = await submit(request, form_type, call, then=then, page=page, fields=names, once=once)
    if isinstance(answer, SeeOther):
        answer.url = local(typed.get("rest"), "") or answer.url
        answer.is_told = ASKED_BY_SCRIPT in request.headers
    return answer


def _is_search(typed: Mapping[str, Any]) -> bool:
    """Whether to look for things: its button, or Enter in a field while other words stand there."""
    words = typed.get(SEARCH, "").strip()
    return "search" in typed or (
        "enter" in typed and words != "" and words != typed.get("searched", "").strip()
    )


def _without_rows(typed: dict[str, Any]) -> dict[str, Any]:
    """The form without the rows whose button was pressed."""
    removed = {
        int(text) for text in typed["remove"].split(",") if text.isdecimal() and len(text) < 6
    }
    kept = [tag for n, tag in enumerate(split_tags(typed.get("tags", ""))) if n not in removed]
    return {**typed, "tags": "\n".join(kept), KEY_FIELD: typed.get(KEY_FIELD) or new_key()}


async def lay_out(
    actor: Actor, form: Form, check: Check, *, offered: Custodial | None = None
) -> Desk:
    """The rows of the list with what they mean; each refused one with its reason.

    ``offered`` says what a search for more finds: what is free, or what is out.
    """
    given = split_tags(form.values.get("tags", ""))
    of_rows = [error for error in form.errors if error.index is not None]
    of_fields = tuple(error for error in form.errors if error.index is None)
    if not of_rows:
        try:
            of_rows = list(await check(given))
        except REFUSALS:
            # An empty list, or one too long: the form says so itself when it is sent.
            of_rows = []
    problems = {error.index: error.message for error in of_rows}
    meant = await assets.resolve(actor, given) if len(given) <= assets.MOST_AT_ONCE else []
    known = {row.tag: row for row in await assets.find_by_tags(actor, _tags(meant))}
    rows = [
        DeskRow(one.index, one.given, known.get(one.tag or ""), problems.get(one.index))
        for one in meant
    ]
    values = {"tags": "\n".join(given), "rest": local(form.values.get("rest"), "")}
    found = await _search(actor, form, offered, {row.tag for row in known.values()})
    return Desk(rows, Form({**form.values, **values}, of_fields, form.status), found)


async def _search(
    actor: Actor, form: Form, offered: Custodial | None, listed: set[str]
) -> list[AssetRow]:
    """The first things that the words in the search field find and that are not listed yet."""
    words = str(form.values.get("searched", "")).strip()
    if offered is None or not words:
        return []
    filters = AssetFilters(q=words[:MOST_WORDS], custody=offered)
    page = await assets.list_assets(actor, filters, limit=min(MOST_FOUND + len(listed), MAX_LIMIT))
    return [row for row in page.items if row.tag not in listed][:MOST_FOUND]


def _tags(meant: list[assets.Meant]) -> list[str]:
    return [one.tag for one in meant if one.tag is not None]
