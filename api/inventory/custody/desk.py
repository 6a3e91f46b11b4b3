"""The list of a desk form: rows as they were scanned or typed, what stands in the way of each."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import msgspec

from core.access import Actor
from core.errors import Conflict, FieldError, Forbidden, Invalid, Message, NotFound
from inventory import assets
from inventory.assets import AssetRow

# What the desk says beside the rows instead of on a page of its own.
Refusal = Invalid | Conflict | NotFound | Forbidden
REFUSALS = (Invalid, Conflict, NotFound, Forbidden)
STATUS: dict[type[Refusal], int] = {Invalid: 422, Conflict: 409, NotFound: 404, Forbidden: 403}
Check = Callable[[list[str]], Awaitable[tuple[FieldError, ...]]]


class DeskRow(msgspec.Struct, frozen=True):
    """One row of the list; ``asset`` is what it means, ``problem`` why it is refused."""

    index: int
    given: str
    asset: AssetRow | None = None
    problem: Message | None = None


class Desk(msgspec.Struct, frozen=True):
    """The list as the form shows it again, and the errors of its other fields."""

    rows: list[DeskRow]
    errors: list[FieldError]
    status: int

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


def removing(typed: dict[str, Any]) -> dict[str, Any] | None:
    """The form without the rows whose button was pressed, None if it was another button."""
    if "remove" not in typed:
        return None
    gone = {int(text) for text in typed["remove"].split(",") if text.isdecimal() and len(text) < 6}
    kept = [tag for n, tag in enumerate(split_tags(typed.get("tags", ""))) if n not in gone]
    return {**typed, "tags": "\n".join(kept), "key": typed.get("key") or str(uuid4())}


async def lay_out(
    actor: Actor, form: dict[str, Any], check: Check, refused: Refusal | None = None
) -> Desk:
    """The rows of the list with what they mean; each refused one with its reason."""
    given = split_tags(form.get("tags", ""))
    form["tags"] = "\n".join(given)
    errors = refused.errors if refused else ()
    of_rows = [error for error in errors if error.index is not None]
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
    return Desk(rows, _of_fields(refused), _status(refused))


def _tags(meant: list[assets.Meant]) -> list[str]:
    return [one.tag for one in meant if one.tag is not None]


def _of_fields(refused: Refusal | None) -> list[FieldError]:
    if refused is None:
        return []
    if not refused.errors:
        return [FieldError("tags", refused.message, refused.code)]
    return [error for error in refused.errors if error.index is None]


def _status(refused: Refusal | None) -> int:
    return 200 if refused is None else STATUS[type(refused)]
