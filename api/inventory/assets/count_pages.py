"""Counting a room: scan what stands there, see what is missing; a file of it, and nothing written."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import split_tags
from api.inventory.options import place_options
from api.kit.forms import Form, as_typed, convert_form
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.wording.language import Language
from core import csv_files
from core.access import Actor
from core.errors import Message, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import AssetRow, PlaceCount

HEAD = (say("Result"), say("Tag"), say("What it is"), say("Place in the books"), say("Holder"))
GROUPS: tuple[tuple[str, Message], ...] = (
    ("missing", say("Missing")),
    ("unexpected", say("Unexpected")),
    ("found", say("As in the books")),
)


class CountForm(msgspec.Struct, frozen=True):
    """What was scanned, and where; as a page or as a file."""

    place_id: Id
    tags: str = ""
    format: str = ""


class Start(msgspec.Struct, frozen=True):
    """The place that a link names already."""

    place_id: Id | None = None


class CountPages(Controller):
    """/assets/count"""

    include_in_schema = False

    @get(urls.count_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_count(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        return await _page(request, actor, Form({"place_id": start.place_id or ""}))

    @post(urls.count_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)], status_code=200)
    async def count(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        typed = await as_typed(request)
        return await submit(
            request,
            CountForm,
            lambda form: assets.count_place(actor, form.place_id, split_tags(form.tags)),
            then=lambda counted: _answer(request, actor, typed, counted),
            page=lambda form: _page(request, actor, form),
        )


async def _answer(
    request: WebRequest, actor: Actor, typed: dict[str, Any], counted: PlaceCount
) -> Response[Any]:
    if typed.get("format") != "csv":
        return await _page(request, actor, Form(typed), counted)
    return Response(
        _file(counted, language_of(request)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="count.csv"'},
    )


def _file(counted: PlaceCount, speech: Language) -> str:
    def line(word: Message, row: AssetRow) -> list[object]:
        return [speech.words(word), row.tag, row.title, row.place or "", row.holder or ""]

    rows = [line(word, row) for name, word in GROUPS for row in getattr(counted, name)]
    unknown = [[speech.words(say("Unknown")), one.given, "", "", ""] for one in counted.unknown]
    return csv_files.written([[speech.words(word) for word in HEAD], *rows, *unknown])


async def _page(
    request: WebRequest, actor: Actor, form: Form, counted: PlaceCount | None = None
) -> Response[str]:
    return render(
        request,
        "inventory/assets/count.html",
        form=form,
        counted=counted,
        groups=GROUPS,
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )
