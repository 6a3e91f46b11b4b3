"""The pages of one function room: what it should hold and lacks, and the plan that closes the gap."""

from collections import defaultdict
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import SeeOther, see_other
from api.kit.forms import LONG_FORM_BYTES, Form
from api.kit.numbers import PathId
from api.kit.page_handlers import button
from api.kit.rendering import render
from api.kit.repeats import new_key
from api.kit.submission import Once, submit
from core import places
from core.access import Actor
from core.errors import say
from core.paging import MAX_LIMIT
from core.permissions import EDIT_EQUIPMENT, EDIT_PLACES
from inventory import rooms
from inventory.rooms import NewPlan, Plan, RoomNeed, RoomSetting, StandardFilters
from inventory.transfers import Sending
from monitoring.usage.room_candidates import SpareThing, WhySpare, find_room_candidates

ARRANGES = allow(EDIT_PLACES, tokens=False)
KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class PlanForm(msgspec.Struct, frozen=True):
    """What was ticked, and whether what comes from other schools goes back."""

    tags: list[str]
    kind: Sending = Sending.gift
    due_on: date | None = None
    reason: str = ""


class FunctionRoomPages(Controller):
    """/function-rooms/…"""

    include_in_schema = False

    @get(urls.function_room, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[str]:
        return await _room_page(request, actor, place_id)

    @post(urls.function_room, guards=[ARRANGES])
    async def set_up(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            RoomSetting,
            lambda setting: rooms.set_function_room(actor, place_id, setting),
            then=lambda room: see_other(urls.function_room(room.place_id), say("Saved.")),
            page=lambda form: _room_page(request, actor, place_id, form),
        )

    @get(urls.plan_function_room, guards=[KEEPS])
    async def show_plan(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[str]:
        return await _plan_page(request, actor, place_id)

    @post(urls.plan_function_room, guards=[KEEPS], request_max_body_size=LONG_FORM_BYTES)
    async def plan(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            PlanForm,
            lambda form: rooms.plan_room(actor, place_id, NewPlan(**msgspec.structs.asdict(form))),
            then=_planned,
            page=lambda form: _plan_page(request, actor, place_id, form),
            once=Once(actor, Plan),
        )


CLEAR = button(
    urls.clear_function_room,
    rooms.clear_function_room,
    then=lambda _, place_id: see_other(
        urls.place(place_id), say("This room follows no list any more.")
    ),
    allowed=EDIT_PLACES,
)


def _planned(plan: Plan) -> SeeOther:
    lines = sum(one.lines for one in plan.transfers)
    done = say(
        "Moved here: {moved}. Put aside at other schools: {lines}; look at the drafts, then send them.",
        moved=plan.moved,
        lines=lines,
    )
    if not lines:
        done = say("Moved here: {moved}.", moved=plan.moved)
    if len(plan.transfers) == 1 and not plan.moved:
        return see_other(urls.transfer(plan.transfers[0].id), done)
    return see_other(urls.function_room(plan.place_id), done)


async def _room_page(
    request: WebRequest, actor: Actor, place_id: int, form: Form | None = None
) -> Response[str]:
    place = await places.get_place(actor, place_id)
    room = await rooms.find_function_room(actor, place_id)
    may_arrange = actor.can_at(place.school_id, EDIT_PLACES)
    standards = await rooms.list_standards(actor, StandardFilters(), limit=MAX_LIMIT)
    begun = {"standard_id": room.standard_id, "seats": room.seats} if room else {}
    return render(
        request,
        "inventory/function_rooms/room.html",
        place=place,
        room=room,
        form=form or Form(begun),
        standards=[
            (one.id, one.title) for one in standards.items if one.school_id == place.school_id
        ],
        may_arrange=may_arrange,
        may_plan=actor.can_at(place.school_id, EDIT_EQUIPMENT),
    )


async def _plan_page(
    request: WebRequest, actor: Actor, place_id: int, form: Form | None = None
) -> Response[str]:
    room = await rooms.get_function_room(actor, place_id)
    actor.require(room.school_id, EDIT_EQUIPMENT)
    offered: dict[int, list[SpareThing]] = defaultdict(list)
    for one in await find_room_candidates(actor, place_id):
        offered[one.item_id].append(one)
    lines = [(need, offered[need.item_id]) for need in room.needs if need.to_find]
    proposed = [tag for need, found in lines for tag in _proposed(need, found)]
    given = (form or Form({"tags": proposed})).with_defaults(
        key=new_key(), tags=[], kind=Sending.gift
    )
    return render(
        request,
        "inventory/function_rooms/plan.html",
        room=room,
        lines=lines,
        form=given,
        # What somebody else was faster with stands here no more, and yet was ticked.
        gone=[
            tag
            for tag in given.values["tags"]
            if tag not in {one.tag for found in offered.values() for one in found}
        ],
        with_others=any(one.school_id != room.school_id for _, found in lines for one in found),
    )


def _proposed(need: RoomNeed, found: list[SpareThing]) -> list[str]:
    """As many as are missing, of what is known to be spare."""
    return [one.tag for one in found if one.why is not WhySpare.not_taken][: need.to_find]
