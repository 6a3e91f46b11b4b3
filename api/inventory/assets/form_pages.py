"""Forms that write assets: a new one, a correction, a move of many."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import REFUSALS, Refusal, lay_out, removing, split_tags
from api.inventory.models import picking
from api.inventory.models.picking import convert_with_model
from api.inventory.options import chosen_model, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import as_typed, convert_form, read_form
from api.kit.rendering import render
from core.access import Actor
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id, Version
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import Asset, AssetChanges, Condition, LifecycleState, NewAsset


class EditForm(msgspec.Struct, frozen=True):
    """The whole of what can be corrected: a field left blank is emptied."""

    version: Version
    model_id: Id
    serial_number: str | None = None
    place_id: Id | None = None
    condition: Condition = Condition.unknown
    name: str = ""
    note: str = ""

    def changes(self) -> AssetChanges:
        return AssetChanges(**msgspec.structs.asdict(self))


class Start(msgspec.Struct, frozen=True):
    """What the link to a new asset knows already."""

    model_id: Id | None = None
    place_id: Id | None = None
    school: str | None = None
    serial_number: str | None = None
    name: str | None = None


class MoveForm(msgspec.Struct, frozen=True):
    """Which assets go where; tags apart by spaces, commas or lines, as a scanner types them."""

    tags: str
    place_id: Id


class StepsForm(msgspec.Struct, frozen=True):
    """Which assets go to which state, and why."""

    tags: str
    to_state: LifecycleState
    reason: Annotated[str, msgspec.Meta(max_length=400)] = ""


class Chosen(msgspec.Struct, frozen=True):
    """The rows ticked in a list."""

    tag: list[str] = []


class AssetFormPages(Controller):
    """/assets/new, /assets/…/edit, /assets/move"""

    include_in_schema = False

    @get("/assets/new", guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        form = {**msgspec.structs.asdict(start), "lifecycle": "in_service", "condition": "ok"}
        for _, title in await chosen_model(actor, start.model_id):
            form["model_title"] = title
        return await _new_page(request, actor, form)

    @post("/assets/new", guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        try:
            new, model = await convert_with_model(actor, await request.form(), NewAsset)
            asset = await assets.create_asset(actor, new, new_model=model)
        except Invalid as refused:
            return await _new_page(request, actor, await as_typed(request), refused.errors)
        return see_other(urls.asset(asset.tag), say("{tag} is added.", tag=asset.tag))

    @get("/assets/{tag:str}/edit", guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        asset = await _kept(actor, tag)
        form = {**msgspec.to_builtins(asset), "model_title": f"{asset.brand} {asset.model}".strip()}
        return await _edit_page(request, actor, asset, form)

    @post("/assets/{tag:str}/edit", guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        kept = await _kept(actor, tag)
        try:
            form, _ = await convert_with_model(
                actor, await request.form(), EditForm, current=kept.model_id
            )
            asset = await assets.edit_asset(actor, tag, form.changes())
        except (Invalid, Conflict) as refused:
            return await _edit_page(request, actor, kept, await as_typed(request), refused)
        return see_other(urls.asset(asset.tag), say("Saved."))

    @get(urls.move_assets(), guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_move(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _move_page(request, actor, {"tags": "\n".join(chosen.tag)})

    @post(urls.move_assets(), guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def move(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        typed = await as_typed(request)
        fewer = removing(typed)
        if fewer is not None:
            return await _move_page(request, actor, fewer)
        try:
            form = await read_form(request, MoveForm)
            moved = await assets.move_assets(actor, split_tags(form.tags), form.place_id)
        except REFUSALS as refused:
            return await _move_page(request, actor, typed, refused)
        target = urls.asset(moved[0].tag) if len(moved) == 1 else urls.assets(place=form.place_id)
        return see_other(target, say("Moved to {place}.", place=moved[0].place))


class AssetStepPages(Controller):
    """/assets/step"""

    path = urls.step_assets()
    include_in_schema = False

    @get(guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_steps(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _steps_page(request, actor, {"tags": "\n".join(chosen.tag)})

    @post(guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def take_steps(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        typed = await as_typed(request)
        fewer = removing(typed)
        if fewer is not None:
            return await _steps_page(request, actor, fewer)
        try:
            form = await read_form(request, StepsForm)
            taken = await assets.take_steps(
                actor, split_tags(form.tags), form.to_state, reason=form.reason
            )
        except REFUSALS as refused:
            return await _steps_page(request, actor, typed, refused)
        target = urls.asset(taken[0].tag) if len(taken) == 1 else urls.assets()
        return see_other(target, say("Changed: {count}.", count=len(taken)))


def errors_of(refused: Invalid | Conflict, field: str) -> tuple[FieldError, ...]:
    """A refusal as errors of a form; a conflict stands at ``field``."""
    if isinstance(refused, Invalid):
        return refused.errors
    return (FieldError(field, refused.message, refused.code),)


async def _kept(actor: Actor, tag: str) -> Asset:
    asset = await assets.get_asset(actor, tag)
    actor.require(asset.school_id, EDIT_EQUIPMENT)
    return asset


async def _new_page(
    request: WebRequest, actor: Actor, form: dict[str, Any], errors: tuple[FieldError, ...] = ()
) -> Response[str]:
    return render(
        request,
        "inventory/assets/new.html",
        status_code=422 if errors else 200,
        form=form,
        errors=list(errors),
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        **await picking.choices(actor, form, errors),
    )


async def _edit_page(
    request: WebRequest,
    actor: Actor,
    asset: Asset,
    form: dict[str, Any],
    refused: Invalid | Conflict | None = None,
) -> Response[str]:
    status = 409 if isinstance(refused, Conflict) else 422
    return render(
        request,
        "inventory/assets/edit.html",
        status_code=status if refused else 200,
        asset=asset,
        form=form,
        errors=list(errors_of(refused, "")) if refused else [],
        places=await place_options(actor, school_id=asset.school_id),
        **await picking.choices(actor, form, refused.errors if refused else ()),
    )


async def _move_page(
    request: WebRequest, actor: Actor, form: dict[str, Any], refused: Refusal | None = None
) -> Response[str]:
    place = form.get("place_id", "")
    place_id = int(place) if place.isdecimal() and len(place) < 16 else None
    desk = await lay_out(
        actor, form, lambda tags: assets.check_move(actor, tags, place_id), refused
    )
    return render(
        request,
        "inventory/assets/move.html",
        status_code=desk.status,
        form=form,
        errors=desk.errors,
        desk=desk,
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )


async def _steps_page(
    request: WebRequest, actor: Actor, form: dict[str, Any], refused: Refusal | None = None
) -> Response[str]:
    states = {state.value: state for state in LifecycleState}
    to_state = states.get(form.get("to_state", ""))
    desk = await lay_out(
        actor, form, lambda tags: assets.check_steps(actor, tags, to_state), refused
    )
    return render(
        request,
        "inventory/assets/steps.html",
        status_code=desk.status,
        form=form,
        errors=desk.errors,
        desk=desk,
        states=[state for state in states if state not in ("announced", "received", "in_repair")],
    )
