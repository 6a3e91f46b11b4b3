"""Expected hours: the sets of a school, the form that makes one, and rooms that are given one."""

from datetime import time
from typing import Any

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.local_times import time_of
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
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


# The name, and the lines of days that share a time: weekdays_0, starts_0, ends_0 and so on.
HoursForm = msgspec.defstruct(
    "HoursForm",
    [
        ("name", str),
        ("school_id", Id | None, None),
        *((f"weekdays_{number}", list[int], []) for number in range(MOST_LINES)),
        *((f"starts_{number}", str, "") for number in range(MOST_LINES)),
        *((f"ends_{number}", str, "") for number in range(MOST_LINES)),
    ],
    frozen=True,
)


class RoomForm(msgspec.Struct, frozen=True):
    """Which room gets the hours."""

    place_id: Id


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
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


async def _add(actor: Actor, form: Any) -> ExpectedHours:
    school_id = form.school_id or actor.school_ids_with(EDIT_MONITORING)[0]
    hours = NewHours(form.name, _spans(form))
    return await expected_hours.create_hours(actor, school_id, hours)


async def _edit(actor: Actor, hours_id: int, form: Any) -> ExpectedHours:
    return await expected_hours.update_hours(actor, hours_id, NewHours(form.name, _spans(form)))


async def _give(actor: Actor, hours_id: int, room: RoomForm) -> int:
    return await expected_hours.give_to_place(actor, room.place_id, hours_id)


def _spans(form: Any) -> list[Span]:
    """The lines in which a day is ticked; Invalid for a time that is none, or missing."""
    spans: list[Span] = []
    errors: list[FieldError] = []
    for number in range(MOST_LINES):
        if not (days := getattr(form, f"weekdays_{number}")):
            continue
        starts, ends = (_time(form, f"{end}_{number}", errors) for end in ("starts", "ends"))
        if starts is not None and ends is not None:
            spans += [Span(day, starts, ends) for day in days]
    if errors:
        raise Invalid(errors)
    return spans


def _time(form: Any, field: str, errors: list[FieldError]) -> time | None:
    """The time of that field, or None and one more error."""
    if not (text := getattr(form, field)):
        errors.append(FieldError(field, say("Say from when to when"), "required"))
        return None
    try:
        return time_of(text, field)
    except Invalid as wrong:
        errors += wrong.errors
        return None


def _as_form(name: str, spans: list[Span]) -> Form:
    values: dict[str, object] = {"name": name}
    for number, line in enumerate(by_times(spans)):
        values[f"weekdays_{number}"] = line["weekdays"]
        values |= {f"{end}_{number}": f"{line[end]:%H:%M}" for end in ("starts", "ends")}
    return Form(values)


USUAL = _as_form("", [Span(day, time(8), time(17, 30)) for day in range(1, 6)])


def _lines_shown(form: Form) -> int:
    """The lines with anything in them, and a blank one where there is room."""
    filled = [name for name, value in form.values.items() if value and name[-1].isdecimal()]
    count = 1 + max((int(name.rpartition("_")[2]) for name in filled), default=-1)
    return max(count, min(count + 1, MOST_LINES))


async def _page(
    request: WebRequest, actor: Actor, hours_id: int, form: Form | None = None
) -> Response[str]:
    """A set of hours; of the form for a room the other fields are as they are."""
    hours = await expected_hours.get_hours(actor, hours_id)
    kept = _as_form(hours.name, hours.spans)
    is_of_room = form is not None and "name" not in form.values
    shown_form = form.with_defaults(**kept.values) if form and is_of_room else form or kept
    return await _form_page(request, actor, shown_form, hours)


async def _form_page(
    request: WebRequest,
    actor: Actor,
    form: Form = USUAL,
    hours: ExpectedHours | None = None,
) -> Response[str]:
    rooms = await places.list_places(actor, school_id=hours.school_id) if hours else []
    return render(
        request,
        "monitoring/expected_hours/form.html",
        hours=hours,
        lines=_lines_shown(form),
        weekdays=weekday_choices(language_of(request)),
        schools=await school_options(request, actor, EDIT_MONITORING),
        rooms=[(place.id, place.path) for place in rooms],
        may_keep=hours is None or actor.can_at(hours.school_id, EDIT_MONITORING),
        form=form,
    )


PAGES: list[ControllerRouterHandler] = [
    shown(urls.expected_hours, _list_page, in_person),
    shown(urls.new_expected_hours, _form_page, EDIT_MONITORING),
    posted(
        urls.expected_hours,
        HoursForm,
        _add,
        then=to(urls.expected_hours, say("Saved.")),
        page=_form_page,
        allowed=EDIT_MONITORING,
    ),
    shown(urls.expected_hours_of, _page, in_person),
    posted(
        urls.expected_hours_of,
        HoursForm,
        _edit,
        then=to(urls.expected_hours, say("Saved.")),
        page=_page,
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.remove_expected_hours,
        expected_hours.delete_hours,
        then=to(urls.expected_hours, say("These expected hours are deleted.")),
        allowed=EDIT_MONITORING,
    ),
    posted(
        urls.give_expected_hours,
        RoomForm,
        _give,
        then=lambda count, hours_id: see_other(
            urls.expected_hours_of(hours_id),
            say("Devices of the room that have these hours now: {count}.", count=count),
        ),
        page=_page,
        allowed=EDIT_MONITORING,
        fields={"": "place_id"},
    ),
]
