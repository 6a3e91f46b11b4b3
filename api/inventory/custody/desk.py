"""The list of a desk form: rows as they were scanned or typed, what stands in the way of each."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Response
from litestar.response import Redirect

from api.http.types import WebRequest
from api.kit.addresses import local, with_query
from api.kit.forms import REFUSALS, Form, as_typed
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, Onward, submit
from core.access import Actor
from core.errors import FieldError, Message
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import AssetFilters, AssetRow

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
Check = Callable[[list[str]], Awaitable[tuple[FieldError, ...]]]


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

    What is refused without a field's name stands at the tags. A list from another desk is laid out
    only; when this one is done and has a ``rest``, that comes next.
    """
    typed = await as_typed(request)
    if "lay_out" in typed:
        return await page(Form({"tags": typed.get("tags", ""), KEY_FIELD: new_key()}))
    if "remove" in typed:
        return await page(Form(_without_rows(typed)))
    names = {"": "tags", **(fields or {})}
    answer = await submit(request, form_type, call, then=then, page=page, fields=names, once=once)
    if isinstance(answer, Redirect) and (rest := local(typed.get("rest"), "")):
        answer.url = rest
    return answer


def _without_rows(typed: dict[str, Any]) -> dict[str, Any]:
    """The form without the rows whose button was pressed."""
    removed = {
        int(text) for text in typed["remove"].split(",") if text.isdecimal() and len(text) < 6
    }
    kept = [tag for n, tag in enumerate(split_tags(typed.get("tags", ""))) if n not in removed]
    return {**typed, "tags": "\n".join(kept), KEY_FIELD: typed.get(KEY_FIELD) or new_key()}


async def lay_out(actor: Actor, form: Form, check: Check) -> Desk:
    """The rows of the list with what they mean; each refused one with its reason."""
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
    return Desk(rows, Form({**form.values, **values}, of_fields, form.status))


def _tags(meant: list[assets.Meant]) -> list[str]:
    return [one.tag for one in meant if one.tag is not None]
