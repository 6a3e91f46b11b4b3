"""Labels: choose assets, print a sheet of stickers; batches of codes printed ahead."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, split_tags
from api.inventory.labels import qr
from api.inventory.models import picking
from api.inventory.options import chosen_donation, chosen_model, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.submission import submit
from core.access import Actor
from core.errors import Invalid, say
from core.numbers import MOST_ID
from core.permissions import EDIT_EQUIPMENT
from inventory import assets, labels
from inventory.labels import Label

# A sheet's address names its assets; more would not fit into an address.
MOST_ON_SHEETS = 240
HIDDEN = ("q", "kind", "lifecycle", "condition", "custody", "holder", "donation", "after", "all")


class SheetSize(StrEnum):
    """Stickers on A4 as they are sold: columns by rows, and the size of one in millimetres."""

    of_24 = "3x8"
    of_21 = "3x7"
    of_40 = "4x10"
    of_14 = "2x7"


class Choice(Chosen, frozen=True):
    """Assets by their tags, else by the filters of a list, from behind a tag on; and the stickers.

    Without filters ``all`` are all that the actor keeps.
    """

    tags: str = ""
    size: SheetSize = SheetSize.of_24


class Sheet(Choice, frozen=True):
    """A sheet that is ready to be printed; with filters and ``after``, more of them follow."""


class BatchForm(msgspec.Struct, frozen=True):
    """How many codes ahead, for which school."""

    school: str
    count: int


class BatchQuery(msgspec.Struct, frozen=True):
    """The size of a batch's stickers."""

    size: SheetSize = SheetSize.of_24


class LabelPages(Controller):
    """/labels"""

    include_in_schema = False

    @get(urls.labels, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def choose(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        choice = convert_form(request.query_params, Choice)
        if choice.tag and not choice.all:
            # Ticked in a filtered list: these, and not all that its filters find.
            choice = Choice(tag=choice.tag, size=choice.size)
        tags = "" if choice.all else "\n".join(choice.tag)
        form = {**msgspec.to_builtins(choice), "tags": tags, "all": "on" if choice.all else ""}
        for _, title in await chosen_model(actor, choice.model):
            form["model_title"] = title
        return await _choice_page(request, actor, Form(form))

    @post(urls.label_sheet, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def prepare(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            Choice,
            lambda choice: _prepare(request, actor, choice),
            then=see_other,
            page=lambda form: _choice_page(request, actor, form),
            fields={"": "tags"},
        )

    @get(urls.label_sheet, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_sheet(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        sheet = convert_form(request.query_params, Sheet)
        found = await labels.find_labels(actor, sheet.tag)
        rest = urls.labels(size=sheet.size, after=sheet.after, **sheet.onward)
        return _sheet_page(request, found, sheet.size, rest=rest if sheet.after else "")

    @get(urls.label_batches, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def list_batches(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _batches_page(request, actor, Form({"count": 24}))

    @post(urls.label_batches, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def make_batch(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            BatchForm,
            lambda form: labels.create_batch(actor, form.school, form.count),
            then=lambda batch: see_other(urls.label_batch(batch)),
            page=lambda form: _batches_page(request, actor, form),
        )

    @get(urls.label_batch, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_batch(
        self, request: WebRequest, actor: NamedDependency[Actor], batch: FromPath[UUID]
    ) -> Response[str]:
        query = convert_form(request.query_params, BatchQuery)
        return _sheet_page(request, await labels.get_batch_labels(actor, batch), query.size)


async def _prepare(request: WebRequest, actor: Actor, choice: Choice) -> str:
    """The address of the sheet, which names its labels."""
    model_id = await picking.find_model(actor, await request.form())
    choice = msgspec.structs.replace(choice, model=model_id)
    wanted, more = await _wanted(actor, choice)
    tags = await labels.prepare_sheet(actor, wanted)
    rest = {**choice.onward, "after": tags[-1]} if more else {}
    return urls.label_sheet(tag=tags, size=choice.size, **rest)


async def _wanted(actor: Actor, choice: Choice) -> tuple[list[str], bool]:
    """What to print, as much as a sheet takes, and whether more of it is left."""
    typed = split_tags(choice.tags)
    if len(typed) > MOST_ON_SHEETS:
        raise Invalid.of(
            "tags", say("At most {most} labels at once", most=MOST_ON_SHEETS), code="too_many"
        )
    if typed or not (choice.all or choice.given):
        found = typed
    else:
        found = await assets.find_tags(
            actor,
            choice,
            most=MOST_ON_SHEETS + 1,
            after=choice.after,
            allowed=EDIT_EQUIPMENT,
        )
    if not found:
        raise Invalid.of("tags", say("No asset is chosen: name tags, or a place"), code="required")
    return found[:MOST_ON_SHEETS], len(found) > MOST_ON_SHEETS


async def _choice_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/labels/labels.html",
        form=form,
        # Filters of a list that have no field here.
        hidden=[name for name in HIDDEN if form.values.get(name) not in (None, "")],
        donation=await _donation_of(actor, form.values),
        sizes=_sizes(),
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        **await picking.choices(actor, form),
    )


async def _donation_of(actor: Actor, form: Mapping[str, Any]) -> str | None:
    number = str(form.get("donation") or "")
    is_id = number.isdecimal() and int(number[:20]) <= MOST_ID
    return await chosen_donation(actor, int(number)) if is_id else None


async def _batches_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/labels/batches.html",
        form=form,
        batches=await labels.list_batches(actor),
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        most=labels.MOST_IN_BATCH,
    )


def _sheet_page(
    request: WebRequest, found: list[Label], size: SheetSize, *, rest: str = ""
) -> Response[str]:
    drawings = {label.code: qr.drawing(qr.scan_address(request, label.code)) for label in found}
    return render(
        request,
        "inventory/labels/sheet.html",
        labels=found,
        drawings=drawings,
        size=size,
        sizes=_sizes(),
        rest=rest,
    )


def _sizes() -> list[tuple[str, str]]:
    return [(size.value, f"{size.value.replace('x', ' × ')}") for size in SheetSize]
