"""Forms that write assets: a new one, a correction, a move of many."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.custom_fields.asking import asked_of, asked_of_new, asked_too
from api.inventory.models import picking
from api.inventory.models.picking import submit_with_model
from api.inventory.options import chosen_model, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import (
    Asset,
    AssetChanges,
    AssetRow,
    BookFacts,
    Condition,
    LifecycleState,
    NewAsset,
)
from inventory.class_codes import CLASS_EDITIONS
from inventory.models import ModelFacts


class NewForm(BookFacts, frozen=True, kw_only=True):
    """A new asset; the school's own numbers one a line."""

    school: str
    model_id: Id
    tag: str | None = None
    serial_number: str | None = None
    place_id: Id | None = None
    lifecycle: LifecycleState = LifecycleState.in_service
    condition: Condition = Condition.unknown
    name: str = ""
    note: str = ""
    numbers: str = ""

    def new(self, fields: dict[str, str | None]) -> NewAsset:
        return NewAsset(**_with_numbers(self), fields=fields)


class EditForm(BookFacts, frozen=True, kw_only=True):
    """The whole of what can be corrected: a field left blank is emptied."""

    version: Version
    model_id: Id
    serial_number: str | None = None
    place_id: Id | None = None
    condition: Condition = Condition.unknown
    name: str = ""
    note: str = ""
    numbers: str = ""

    def changes(self, fields: dict[str, str | None]) -> AssetChanges:
        return AssetChanges(**_with_numbers(self), fields=fields)


def _with_numbers(form: NewForm | EditForm) -> dict[str, Any]:
    return {**msgspec.structs.asdict(form), "numbers": tuple(form.numbers.splitlines())}


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


class Moved(msgspec.Struct, frozen=True):
    """What was moved, and where to."""

    assets: list[AssetRow]
    place_id: int

    def onward(self) -> Redirect:
        """To the asset if it was one, else to all that is there now."""
        first, place = self.assets[0], self.place_id
        target = urls.asset(first.tag) if len(self.assets) == 1 else urls.assets(place=place)
        return see_other(target, say("Moved to {place}.", place=first.place))


class AssetFormPages(Controller):
    """/assets/new, /assets/…/edit, /assets/move"""

    include_in_schema = False

    @get(urls.new_asset, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        form = {**msgspec.structs.asdict(start), "lifecycle": "in_service", "condition": "ok"}
        for _, title in await chosen_model(actor, start.model_id):
            form["model_title"] = title
        return await _new_page(request, actor, Form(form))

    @post(urls.new_asset, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        asked = await asked_of_new(actor)

        async def add(form: NewForm, model: ModelFacts | None) -> Asset:
            fields = await asked.read(request, form.school)
            return await assets.create_asset(actor, form.new(fields), new_model=model)

        return await submit_with_model(
            request,
            actor,
            NewForm,
            add,
            then=lambda asset: see_other(
                urls.asset(asset.tag), say("{tag} is added.", tag=asset.tag)
            ),
            page=lambda form: _new_page(request, actor, form),
            fields=asked.inputs,
        )

    @get(urls.edit_asset, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[str]:
        asset = await _kept(actor, tag)
        form = {
            **msgspec.to_builtins(asset),
            "model_title": f"{asset.brand} {asset.model}".strip(),
            "numbers": "\n".join(asset.numbers),
            **(await asked_of(asset)).values_of(asset),
        }
        return await _edit_page(request, actor, asset, Form(form))

    @post(urls.edit_asset, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], tag: FromPath[str]
    ) -> Response[Any]:
        kept = await _kept(actor, tag)
        asked = await asked_of(kept)

        async def correct(form: EditForm, _: ModelFacts | None) -> Asset:
            fields = await asked.read(request, kept.school)
            if form.model_id != kept.model_id:
                fields = await asked_too(actor, kept, form.model_id, fields)
            return await assets.update_asset(actor, tag, form.changes(fields))

        return await submit_with_model(
            request,
            actor,
            EditForm,
            correct,
            then=lambda asset: see_other(urls.asset(asset.tag), say("Saved.")),
            page=lambda form: _edit_page(request, actor, kept, form.with_version(kept.version)),
            current=kept.model_id,
            fields=asked.inputs,
        )

    @get(urls.move_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_move(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _move_page(request, actor, await chosen.form(actor, urls.move_assets()))

    @post(urls.move_assets, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def move(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            MoveForm,
            lambda form: _move(actor, form),
            then=lambda moved: moved.onward(),
            page=lambda form: _move_page(request, actor, form),
            once=Once(actor, Moved),
        )


async def _move(actor: Actor, form: MoveForm) -> Moved:
    moved = await assets.move_assets(actor, split_tags(form.tags), form.place_id)
    return Moved(moved, form.place_id)


async def _kept(actor: Actor, tag: str) -> Asset:
    asset = await assets.get_asset(actor, tag)
    actor.require(asset.school_id, EDIT_EQUIPMENT)
    return asset


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/assets/new.html",
        form=form,
        schools=await school_codes(request, actor, EDIT_EQUIPMENT),
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
        editions=[(edition, edition) for edition in CLASS_EDITIONS],
        asked=await asked_of_new(actor),
        **await picking.choices(actor, form),
    )


async def _edit_page(request: WebRequest, actor: Actor, asset: Asset, form: Form) -> Response[str]:
    return render(
        request,
        "inventory/assets/edit.html",
        asset=asset,
        form=form,
        places=await place_options(actor, school_id=asset.school_id),
        editions=[(edition, edition) for edition in CLASS_EDITIONS],
        asked=await asked_of(asset),
        **await picking.choices(actor, form),
    )


async def _move_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    place = form.values.get("place_id", "")
    place_id = int(place) if place.isdecimal() and len(place) < 16 else None
    desk = await lay_out(actor, form, lambda tags: assets.check_move(actor, tags, place_id))
    return render(
        request,
        "inventory/assets/move.html",
        form=desk.form,
        desk=desk,
        keeps_several=len(actor.school_ids_with(EDIT_EQUIPMENT)) > 1,
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )
