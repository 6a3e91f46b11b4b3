"""Pages of bookings: what can be booked, its week, the booking, mine, exams and stock-takes."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
from litestar import Response
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.options import school_codes
from api.kit.addresses import with_query
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.page_handlers import posted, shown
from api.kit.rendering import render
from core import clock, people
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.paging import Page
from core.permissions import BOOK_EQUIPMENT, EDIT_EQUIPMENT, MANAGE_BOOKINGS, READ_EQUIPMENT
from inventory import lots
from inventory.assets.references import resolve
from inventory.holds import lending, listing, weeks
from inventory.holds.lending import LendingFilters, LentModel, Room
from inventory.holds.listing import HoldFilters
from inventory.holds.things import Thing, Wanted, find_thing
from inventory.lots import LotFilters

NOTHING_TYPED = Form()
LOTS_SHOWN = 8


class Looked(LendingFilters, frozen=True):
    """What is looked for; ``direct``: if it is one thing only, its week is shown at once."""

    direct: bool = False


class OfDay(msgspec.Struct, frozen=True):
    """The day whose week is shown; at which school, and whose."""

    day: date | None = None
    school_id: Id | None = None
    person_id: Id | None = None


async def _book_page(
    request: WebRequest, actor: Actor, form: Form = NOTHING_TYPED
) -> Response[Any]:
    asked = read_list(request, Looked)
    query = asked.filters
    page = await lending.list_lent_models(actor, query, cursor=asked.cursor, limit=asked.limit)
    rooms = await lending.find_rooms(actor, query)
    things = await _assets_meant(actor, query.q)
    counted = await lots.list_lots(
        actor,
        LotFilters(query.q, there=True, school=_code_of(actor, query.school_id)),
        limit=LOTS_SHOWN,
    )
    if query.direct and not counted.items and (only := _only_one(page, rooms, things)):
        return Redirect(only, status_code=303)
    return render(
        request,
        "inventory/bookings/book.html",
        form=form,
        query=query,
        page=page,
        rooms=rooms,
        rooms_shown=lending.ROOMS_SHOWN,
        assets=things,
        lots=counted,
        schools=dict(await school_options(request, actor)),
        may_manage=actor.can(MANAGE_BOOKINGS),
    )


def _only_one(page: Page[LentModel], rooms: Sequence[Room], things: Sequence[Thing]) -> str | None:
    """The week of the only thing that was found; None of several or none."""
    weeks_of = [
        *(urls.model_calendar(one.school_id, one.model_id) for one in page.items),
        *(urls.room_calendar(one.place_id) for one in rooms),
        *(calendar_of(one) for one in things),
    ]
    return weeks_of[0] if len(weeks_of) == 1 else None


def _code_of(actor: Actor, school_id: int | None) -> str | None:
    """The code of one of the reader's schools, by its id."""
    codes = (one.school_code for one in actor.memberships if one.school_id == school_id)
    return next(codes, None)


async def _assets_meant(actor: Actor, text: str) -> list[Thing]:
    """The asset whose tag, label or number was typed."""
    if not text.strip():
        return []
    (meant,) = await resolve(actor, [text.strip()])
    return [await find_thing(actor, Wanted(tag=meant.tag))] if meant.tag else []


def calendar_of(thing: Thing) -> str:
    """The address of the week of a thing."""
    if thing.tag is not None:
        return urls.asset_calendar(thing.tag)
    if thing.place_id is not None:
        return urls.room_calendar(thing.place_id)
    return urls.model_calendar(thing.school_id, thing.model_id)


async def _asset_page(request: WebRequest, actor: Actor, tag: str) -> Response[str]:
    return await _calendar(request, actor, Wanted(tag=tag))


async def _room_page(request: WebRequest, actor: Actor, place_id: int) -> Response[str]:
    return await _calendar(request, actor, Wanted(place_id=place_id))


async def _model_page(
    request: WebRequest, actor: Actor, school_id: int, model_id: int
) -> Response[str]:
    return await _calendar(request, actor, Wanted(model_id=model_id, school_id=school_id))


async def _calendar(request: WebRequest, actor: Actor, wanted: Wanted) -> Response[str]:
    thing = await find_thing(actor, wanted)
    asked = convert_form(request.query_params, OfDay)
    day = asked.day or await weeks.next_day(thing.school_id)
    week = await weeks.week_of_thing(actor, thing, day)
    here = calendar_of(thing)
    schools = dict(await school_options(request, actor))
    return render(
        request,
        "inventory/bookings/calendar.html",
        thing=thing,
        week=week,
        chosen=day,
        link=_linking(here),
        lead=" · ".join(
            text
            for text in (thing.tag, schools[thing.school_id] if len(schools) > 1 else "")
            if text
        ),
        lends=thing.is_lent,
        may_book=actor.can_at(thing.school_id, BOOK_EQUIPMENT),
        may_manage=actor.can_at(thing.school_id, MANAGE_BOOKINGS),
    )


def _linking(here: str, **more: object) -> Callable[[date], str]:
    return lambda day: with_query(here, day=day, **more)


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = read_list(request, HoldFilters)
    return render(
        request,
        "inventory/bookings/list.html",
        query=asked.filters,
        page=await listing.list_holds(actor, asked.filters, cursor=asked.cursor, limit=asked.limit),
        today=clock.today(actor.zone),
        schools=await school_codes(request, actor),
        may_book=actor.can(BOOK_EQUIPMENT),
        may_keep=actor.can(EDIT_EQUIPMENT),
    )


async def _my_week_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = convert_form(request.query_params, OfDay)
    schools = await school_options(request, actor)
    school_id = asked.school_id or schools[0][0]
    person_id, name = actor.person_id, actor.name
    if asked.person_id not in (None, actor.person_id):
        actor.require(school_id, MANAGE_BOOKINGS)
        found = await people.get_person(actor, asked.person_id)
        person_id, name = found.id, found.name
    actor.require(school_id)
    day = asked.day or await weeks.next_day(school_id)
    week = await weeks.week_of_person(actor, person_id or 0, school_id, day)
    more = {"school_id": school_id if len(schools) > 1 else None, "person_id": asked.person_id}
    return render(
        request,
        "inventory/bookings/my_week.html",
        name=name,
        week=week,
        chosen=day,
        link=_linking(urls.my_week(), **more),
        schools=schools,
        tabs=[
            (text, urls.my_week(school_id=key, person_id=asked.person_id), key == school_id)
            for key, text in schools
        ],
    )


async def _lending_refused(
    request: WebRequest, actor: Actor, _model_id: int, form: Form
) -> Response[str]:
    return await _book_page(request, actor, form)


PAGES: list[ControllerRouterHandler] = [
    shown(urls.book, _book_page, READ_EQUIPMENT),
    shown(urls.asset_calendar, _asset_page, READ_EQUIPMENT),
    shown(urls.room_calendar, _room_page, READ_EQUIPMENT),
    shown(urls.model_calendar, _model_page, READ_EQUIPMENT),
    posted(
        urls.lend_model,
        lending.Lending,
        lending.set_lending,
        then=lambda done, *_: see_other(
            urls.model_calendar(done.school_id, done.model_id), say("Saved.")
        ),
        page=_lending_refused,
        allowed=MANAGE_BOOKINGS,
    ),
    shown(urls.bookings, _list_page, READ_EQUIPMENT),
    shown(urls.my_week, _my_week_page, READ_EQUIPMENT),
]
