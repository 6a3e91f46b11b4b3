"""The pages of lists of what a room should hold: a new one, one to be changed or taken out of use."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.function_rooms.standard_forms import (
    AT,
    ListForm,
    example_values,
    list_values,
    posted_items,
    rows_shown,
)
from api.inventory.kits.forms import naming
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import LONG_FORM_BYTES, Form, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.page_handlers import button, to
from api.kit.rendering import language_of, render
from api.kit.repeats import new_key
from api.kit.submission import Once, attempt
from api.wording import row_names
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_ROOM_STANDARDS
from inventory import rooms
from inventory.rooms import NewStandard, Standard, StandardFacts

KEEPS = allow(EDIT_ROOM_STANDARDS, tokens=False)
CHANGES_SHOWN = 20


class Start(msgspec.Struct, frozen=True):
    """What a new list begins as: the shipped example, or another list."""

    example: bool = False
    like: Id | None = None


class StandardPages(Controller):
    """/room-standards/…"""

    include_in_schema = False

    @get(urls.new_room_standard, guards=[KEEPS])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        values: dict[str, object] = {"is_obligatory_0": True}
        if start.like is not None:
            values = list_values(await rooms.get_standard(actor, start.like))
        elif start.example:
            values = example_values(language_of(request))
        return await _new_page(request, actor, Form(values))

    @post(urls.new_room_standard, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await attempt(
            request,
            lambda: _create(request, actor),
            then=lambda made: see_other(urls.room_standard(made.id), _saved(made)),
            page=lambda form: _new_page(request, actor, form),
            once=Once(actor, Standard),
        )

    @get(urls.room_standard, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], standard_id: PathId
    ) -> Response[str]:
        return await _standard_page(request, actor, standard_id)

    @post(urls.room_standard, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def update(
        self, request: WebRequest, actor: NamedDependency[Actor], standard_id: PathId
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: _update(request, actor, standard_id),
            then=lambda made: see_other(urls.room_standard(made.id), _saved(made)),
            page=lambda form: _standard_page(request, actor, standard_id, form),
        )


RETIRE = button(
    urls.retire_room_standard,
    rooms.retire_standard,
    then=to(urls.room_standard, say("No further room follows this list.")),
    allowed=EDIT_ROOM_STANDARDS,
)


def _saved(made: Standard) -> Any:
    return say("Saved: {count} lines.", count=len(made.items))


async def _facts(request: WebRequest, actor: Actor) -> tuple[ListForm, dict[str, Any], list[int]]:
    said = await read_form(request, ListForm)
    items, numbers = await posted_items(actor, await request.form(), language_of(request))
    facts = msgspec.structs.asdict(said)
    del facts["school"]
    return said, {**facts, "items": items}, numbers


async def _create(request: WebRequest, actor: Actor) -> Standard:
    said, facts, numbers = await _facts(request, actor)
    with naming(lambda error: f"{AT.get(error.field, error.field)}_{numbers[error.index or 0]}"):
        return await rooms.create_standard(actor, NewStandard(**facts, school=said.school))


async def _update(request: WebRequest, actor: Actor, standard_id: int) -> Standard:
    _, facts, numbers = await _facts(request, actor)
    with naming(lambda error: f"{AT.get(error.field, error.field)}_{numbers[error.index or 0]}"):
        return await rooms.update_standard(actor, standard_id, StandardFacts(**facts))


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/function_rooms/standard.html",
        form=form.with_defaults(key=new_key()),
        standard=None,
        rows=rows_shown(form.values),
        schools=await school_codes(request, actor, EDIT_ROOM_STANDARDS),
        may_write=True,
        changes=[],
    )


async def _standard_page(
    request: WebRequest, actor: Actor, standard_id: int, form: Form | None = None
) -> Response[str]:
    found = await rooms.get_standard(actor, standard_id)
    given = form or Form(list_values(found))
    if given.status == 409:
        # Sent again, it is sent knowingly.
        given = given.with_values(revision=found.revision)
    return render(
        request,
        "inventory/function_rooms/standard.html",
        form=given,
        standard=found,
        rows=rows_shown(given.values),
        schools=[],
        may_write=actor.can_at(found.school_id, EDIT_ROOM_STANDARDS),
        changes=await row_names.history(
            language_of(request), "room_standard", standard_id, limit=CHANGES_SHOWN
        ),
    )
