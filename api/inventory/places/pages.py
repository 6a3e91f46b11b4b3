"""Places: the tree with its counts, and one building, room or cabinet."""

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.wording import row_names
from core import clock, places, schools
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_MONITORING, EDIT_PLACES
from core.places import HOLDERS, NewPlace, Place, PlaceKind
from inventory import lots
from inventory import places as contents
from inventory.lots import LotFilters
from monitoring.alerting.maintenance import in_force

LOTS_SHOWN = 8


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


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    only = convert_form(request.query_params, PlaceFilter)
    tree = await places.list_places(actor, school_id=only.school_id, with_retired=only.with_retired)
    return render(
        request,
        "inventory/places/list.html",
        places=tree,
        counts=await contents.count_assets(actor, school_id=only.school_id),
        schools=await schools.list_schools(actor),
        only=only,
        kept=actor.school_ids_with(EDIT_PLACES),
    )


async def _update(actor: Actor, place_id: int, facts: PlaceFacts) -> Place:
    return await places.update_place(actor, place_id, name=facts.name, parent_id=facts.parent_id)


def _kind_inside(kind: PlaceKind) -> PlaceKind:
    """What one most likely adds inside a place of this kind."""
    return PlaceKind.room if kind is PlaceKind.building else PlaceKind.cabinet


def _holders(tree: list[Place], kind: PlaceKind) -> list[tuple[int, str]]:
    """The places that may hold one of this kind, for a select."""
    return [(place.id, place.path) for place in tree if place.kind in HOLDERS[kind]]


async def _first(request: WebRequest, actor: Actor) -> Form:
    """A new place where the link that led here wants it."""
    start = convert_form(request.query_params, PlaceStart)
    if start.parent_id is None:
        return Form({"kind": PlaceKind.room, "parent_id": None, "school_id": start.school_id})
    around = await places.get_place(actor, start.parent_id)
    return Form(
        {
            "kind": _kind_inside(around.kind),
            "parent_id": start.parent_id,
            "school_id": around.school_id,
        }
    )


async def _new_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    kept = actor.school_ids_with(EDIT_PLACES)
    return render(
        request,
        "inventory/places/new.html",
        school_options=await school_options(request, actor, EDIT_PLACES),
        holders=await place_options(actor, school_ids=kept, without=PlaceKind.cabinet),
        form=form or await _first(request, actor),
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
        lots=await lots.list_lots(actor, LotFilters(place=place.id), limit=LOTS_SHOWN),
        may_keep=actor.can_at(place.school_id, EDIT_PLACES),
        may_plan=actor.can_at(place.school_id, EDIT_MONITORING),
        maintenance=await in_force.over_place(place_id, clock.now()),
        changes=await row_names.history(language_of(request), "place", place_id, limit=30),
        form=form or Form({"name": place.name, "parent_id": place.parent_id}),
    )


PAGES: list[ControllerRouterHandler] = [
    shown(urls.places, _list_page, in_person),
    shown(urls.new_place, _new_page, EDIT_PLACES),
    posted(
        urls.places,
        NewPlace,
        places.create_place,
        then=lambda made: see_other(urls.place(made.id), say("{place} is added.", place=made.name)),
        page=_new_page,
        allowed=EDIT_PLACES,
    ),
    shown(urls.place, _place_page, in_person),
    posted(
        urls.place,
        PlaceFacts,
        _update,
        then=to(urls.place, say("Saved.")),
        page=_place_page,
        allowed=EDIT_PLACES,
    ),
    button(
        urls.retire_place,
        contents.retire_place,
        then=to(urls.place, say("This place is out of use.")),
        allowed=EDIT_PLACES,
    ),
    button(
        urls.restore_place,
        places.restore_place,
        then=to(urls.place, say("This place is in use again.")),
        allowed=EDIT_PLACES,
    ),
]
