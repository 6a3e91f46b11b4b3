"""Places: the tree with its counts, and one building, room or cabinet."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.wording import row_names
from core import clock, places, schools
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_MONITORING, EDIT_PLACES
from core.places import HOLDERS, NewPlace, Place, PlaceKind
from inventory import places as contents
from monitoring.alerting.maintenance import in_force


class PlaceFilter(msgspec.Struct, frozen=True):
    """The filters of the tree, as they stand in its address."""

    school_id: Id | None = None
    with_retired: bool = False


class PlaceStart(msgspec.Struct, frozen=True):
    """Where a new place is wanted, from the link that led here."""

    school_id: Id | None = None
    parent_id: Id | None = None


class PlaceFacts(msgspec.Struct, frozen=True):
    """What the form of a place asks."""

    name: str
    parent_id: Id | None = None


class PlacePages(Controller):
    """/places"""

    include_in_schema = False

    @get(urls.places, guards=[in_person])
    async def list_places(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        only = convert_form(request.query_params, PlaceFilter)
        tree = await places.list_places(
            actor, school_id=only.school_id, with_retired=only.with_retired
        )
        return render(
            request,
            "inventory/places/list.html",
            places=tree,
            counts=await contents.count_assets(actor, school_id=only.school_id),
            schools=await schools.list_schools(actor),
            only=only,
            kept=actor.school_ids_with(EDIT_PLACES),
        )

    @get(urls.new_place, guards=[allow(EDIT_PLACES, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, PlaceStart)
        form: dict[str, Any] = {"kind": PlaceKind.room, "parent_id": start.parent_id}
        if start.parent_id is not None:
            around = await places.get_place(actor, start.parent_id)
            form["school_id"] = around.school_id
            form["kind"] = _kind_inside(around.kind)
        else:
            form["school_id"] = start.school_id
        return await _new_page(request, actor, Form(form))

    @post(urls.places, guards=[allow(EDIT_PLACES, tokens=False)])
    async def create_place(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit(
            request,
            NewPlace,
            lambda form: places.create_place(actor, form),
            then=lambda made: see_other(
                urls.place(made.id), say("{place} is added.", place=made.name)
            ),
            page=lambda form: _new_page(request, actor, form),
        )

    @get(urls.place, guards=[in_person])
    async def show_place(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[str]:
        return await _place_page(request, actor, place_id)

    @post(urls.place, guards=[allow(EDIT_PLACES, tokens=False)])
    async def edit_place(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            PlaceFacts,
            lambda form: places.update_place(
                actor, place_id, name=form.name, parent_id=form.parent_id
            ),
            then=lambda _: see_other(urls.place(place_id), say("Saved.")),
            page=lambda form: _place_page(request, actor, place_id, form),
        )

    @post(urls.retire_place, guards=[allow(EDIT_PLACES, tokens=False)])
    async def retire_place(self, actor: NamedDependency[Actor], place_id: PathId) -> Redirect:
        await contents.retire_place(actor, place_id)
        return see_other(urls.place(place_id), say("This place is out of use."))

    @post(urls.restore_place, guards=[allow(EDIT_PLACES, tokens=False)])
    async def restore_place(self, actor: NamedDependency[Actor], place_id: PathId) -> Redirect:
        await places.restore_place(actor, place_id)
        return see_other(urls.place(place_id), say("This place is in use again."))


def _kind_inside(kind: PlaceKind) -> PlaceKind:
    """What one most likely adds inside a place of this kind."""
    return PlaceKind.room if kind is PlaceKind.building else PlaceKind.cabinet


def _holders(tree: list[Place], kind: PlaceKind) -> list[tuple[int, str]]:
    """The places that may hold one of this kind, for a select."""
    return [(place.id, place.path) for place in tree if place.kind in HOLDERS[kind]]


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    kept = actor.school_ids_with(EDIT_PLACES)
    return render(
        request,
        "inventory/places/new.html",
        school_options=await school_options(request, actor, EDIT_PLACES),
        holders=await place_options(actor, school_ids=kept, without=PlaceKind.cabinet),
        form=form,
    )


async def _place_page(
    request: WebRequest, actor: Actor, place_id: int, form: Form | None = None
) -> Response[str]:
    place = await places.get_place(actor, place_id)
    tree = await places.list_places(actor, school_id=place.school_id)
    return render(
        request,
        "inventory/places/place.html",
        place=place,
        inside=[p for p in tree if p.parent_id == place.id],
        counts=await contents.count_assets(actor, school_id=place.school_id),
        holders=_holders(tree, place.kind),
        stands_alone=None in HOLDERS[place.kind],
        may_keep=actor.can_at(place.school_id, EDIT_PLACES),
        may_plan=actor.can_at(place.school_id, EDIT_MONITORING),
        maintenance=await in_force.over_place(place_id, clock.now()),
        changes=await row_names.history(language_of(request), "place", place_id, limit=30),
        form=form or Form({"name": place.name, "parent_id": place.parent_id}),
    )
