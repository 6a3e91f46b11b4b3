"""Expected hours: the sets of a school, the form that makes one, and rooms that are given one."""

from datetime import time
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import as_typed, read_form
from api.kit.local_times import time_of
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.monitoring.alerts.words import week_in_words, weekday_choices
from core import places
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from monitoring.alerting import expected_hours
from monitoring.alerting.expected_hours import ExpectedHours, NewHours, Span, by_times

MOST_LINES = 7


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line of the form: days that share a time."""

    weekdays: list[int] = []
    starts: time | None = None
    ends: time | None = None


class HoursForm(msgspec.Struct, frozen=True):
    """The name; the lines are read beside it, since there may be any number of them."""

    name: str
    school_id: Id | None = None


class RoomForm(msgspec.Struct, frozen=True):
    """Which room gets the hours."""

    place_id: Id


class ExpectedHoursPages(Controller):
    """/expected-hours"""

    path = urls.expected_hours()
    include_in_schema = False

    @get(guards=[in_person])
    async def list_hours(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        speech = language_of(request)
        sets = await expected_hours.list_hours(actor)
        return render(
            request,
            "monitoring/expected_hours/list.html",
            sets=sets,
            weeks={hours.id: week_in_words(speech, hours.spans) for hours in sets},
            schools=dict(await school_options(request, actor)),
            kept=actor.school_ids_with(EDIT_MONITORING),
        )

    @get("/new", guards=[allow(EDIT_MONITORING, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        lines = [Line([1, 2, 3, 4, 5], time(8), time(17, 30))]
        return await _form_page(request, actor, None, {}, lines)

    @post(guards=[allow(EDIT_MONITORING, tokens=False)])
    async def add_hours(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str] | Redirect:
        lines: list[Line] = []
        try:
            form = await read_form(request, HoursForm)
            lines = await _read_lines(request)
            school_id = form.school_id or actor.school_ids_with(EDIT_MONITORING)[0]
            await expected_hours.add_hours(actor, school_id, NewHours(form.name, _spans(lines)))
        except Invalid as refused:
            typed = await as_typed(request)
            return await _form_page(request, actor, None, typed, lines, refused.errors)
        return see_other(urls.expected_hours(), say("Saved."))

    @get("/{hours_id:int}", guards=[in_person])
    async def show_hours(
        self, request: WebRequest, actor: NamedDependency[Actor], hours_id: PathId
    ) -> Response[str]:
        hours = await expected_hours.get_hours(actor, hours_id)
        lines = [Line(**line) for line in by_times(hours.spans)]
        return await _form_page(request, actor, hours, {"name": hours.name}, lines)

    @post("/{hours_id:int}", guards=[allow(EDIT_MONITORING, tokens=False)])
    async def edit_hours(
        self, request: WebRequest, actor: NamedDependency[Actor], hours_id: PathId
    ) -> Response[str] | Redirect:
        hours = await expected_hours.get_hours(actor, hours_id)
        lines: list[Line] = []
        try:
            form = await read_form(request, HoursForm)
            lines = await _read_lines(request)
            await expected_hours.edit_hours(actor, hours_id, NewHours(form.name, _spans(lines)))
        except Invalid as refused:
            typed = await as_typed(request)
            return await _form_page(request, actor, hours, typed, lines, refused.errors)
        return see_other(urls.expected_hours(), say("Saved."))

    @post("/{hours_id:int}/remove", guards=[allow(EDIT_MONITORING, tokens=False)])
    async def remove_hours(self, actor: NamedDependency[Actor], hours_id: PathId) -> Redirect:
        await expected_hours.remove_hours(actor, hours_id)
        return see_other(urls.expected_hours(), say("These expected hours are deleted."))

    @post("/{hours_id:int}/give", guards=[allow(EDIT_MONITORING, tokens=False)])
    async def give_to_room(
        self, request: WebRequest, actor: NamedDependency[Actor], hours_id: PathId
    ) -> Redirect:
        room = await read_form(request, RoomForm)
        count = await expected_hours.give_to_place(actor, room.place_id, hours_id)
        return see_other(
            urls.expected_hours_of(hours_id),
            say("Devices of the room that have these hours now: {count}.", count=count),
        )


async def _read_lines(request: WebRequest) -> list[Line]:
    """The lines in which a day is ticked; Invalid for a time that is none, or missing."""
    form = await request.form()
    lines: list[Line] = []
    errors: list[FieldError] = []
    for number in range(MOST_LINES):
        days = form.getall(f"weekdays_{number}", [])
        if not days:
            continue
        try:
            times = [
                time_of(str(form.get(f"{name}_{number}") or ""), f"{name}_{number}")
                for name in ("starts", "ends")
            ]
            lines.append(msgspec.convert([days, *times], Line, strict=False))
        except Invalid as refused:
            errors += refused.errors
        except msgspec.ValidationError:
            errors.append(FieldError(f"weekdays_{number}", say("Choose weekdays"), "weekday"))
        else:
            if None in times:
                words = say("Say from when to when")
                errors.append(FieldError(f"starts_{number}", words, "required"))
    if errors:
        raise Invalid(errors)
    return lines


def _spans(lines: list[Line]) -> list[Span]:
    return [
        Span(day, line.starts, line.ends)
        for line in lines
        for day in line.weekdays
        if line.starts is not None and line.ends is not None
    ]


async def _form_page(
    request: WebRequest,
    actor: Actor,
    hours: ExpectedHours | None,
    form: dict[str, Any],
    lines: list[Line],
    errors: tuple[FieldError, ...] = (),
) -> Response[str]:
    rooms = await places.find_places(actor, school_id=hours.school_id) if hours else []
    blank = [Line()] * (min(len(lines) + 1, MOST_LINES) - len(lines))
    return render(
        request,
        "monitoring/expected_hours/form.html",
        status_code=422 if errors else 200,
        hours=hours,
        lines=[*lines, *blank],
        weekdays=weekday_choices(language_of(request)),
        schools=await school_options(request, actor, EDIT_MONITORING),
        rooms=[(place.id, place.path) for place in rooms],
        may_keep=hours is None or actor.can_at(hours.school_id, EDIT_MONITORING),
        form=form,
        errors=list(errors),
    )
