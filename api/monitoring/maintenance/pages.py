"""Maintenance windows: what is in force, what is planned, and the form that plans one."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.options import place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.local_times import moment_of, time_of
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.page_handlers import posted, shown
from api.kit.rendering import language_of, render
from api.monitoring.alerts.words import days_in_words, times_in_words, weekday_choices
from core import clock, schools
from core.access import Actor
from core.errors import Invalid, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING
from monitoring import devices
from monitoring.alerting.maintenance import windows
from monitoring.alerting.maintenance.windows import MaintenanceWindow, NewWindow, WindowFilters
from monitoring.alerting.parents import device_with_tag


class Start(msgspec.Struct, frozen=True):
    """What a new window is wanted for, from the link that led here."""

    device_id: Id | None = None
    place_id: Id | None = None


class WindowForm(msgspec.Struct, frozen=True):
    """A window as the form asks for it; times are by the school's clock."""

    school_id: Id
    reason: str
    kind: Literal["once", "weekly"] = "once"
    place_id: Id | None = None
    device_tag: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    weekdays: list[int] = []
    from_time: str | None = None
    to_time: str | None = None

    async def window(self, actor: Actor) -> NewWindow:
        zone = await _zone(actor, self.school_id)
        device_id = None
        if self.device_tag:
            device_id = await device_with_tag(actor, self.school_id, self.device_tag)
        is_weekly = self.kind == "weekly"
        if is_weekly and not self.weekdays:
            raise Invalid.of("weekdays", say("Choose at least one day"), code="required")
        return NewWindow(
            school_id=self.school_id,
            reason=self.reason,
            place_id=self.place_id,
            device_id=device_id,
            starts_at=moment_of(self.starts_at, "starts_at", zone),
            ends_at=moment_of(self.ends_at, "ends_at", zone),
            weekdays=self.weekdays if is_weekly else None,
            from_time=time_of(self.from_time, "from_time") if is_weekly else None,
            to_time=time_of(self.to_time, "to_time") if is_weekly else None,
        )


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = read_list(request, WindowFilters)
    page = await windows.list_windows(actor, asked.filters, cursor=asked.cursor, limit=asked.limit)
    return render(
        request,
        "monitoring/maintenance/list.html",
        page=page,
        query=asked.filters,
        when={window.id: _when(request, window) for window in page.items},
        kept=actor.school_ids_with(EDIT_MONITORING),
    )


async def _add(actor: Actor, form: WindowForm) -> MaintenanceWindow:
    return await windows.create_window(actor, await form.window(actor))


@post(urls.end_maintenance, guards=[allow(EDIT_MONITORING, tokens=False)], include_in_schema=False)
async def end_window(
    request: WebRequest, actor: NamedDependency[Actor], window_id: PathId
) -> Redirect:
    await windows.end_window(actor, window_id)
    back = urls.local((await request.form()).get("back"), urls.maintenance())
    return see_other(back, say("The maintenance window is over."))


def _when(request: WebRequest, window: MaintenanceWindow) -> str:
    """When it is in force, in one line."""
    speech = language_of(request)
    zone = ZoneInfo(window.zone)
    begin = speech.moment(window.starts_at, zone)
    end = speech.moment(window.ends_at, zone) if window.ends_at else ""
    if window.weekdays is None or window.from_time is None or window.to_time is None:
        return f"{begin} – {end}"
    week = (
        f"{days_in_words(speech, window.weekdays)} "
        f"{times_in_words(speech, window.from_time, window.to_time)}"
    )
    if end:
        return speech.words(say("{week}, until {end}", week=week, end=end))
    return speech.words(say("every week {week}", week=week))


async def _zone(actor: Actor, school_id: int) -> ZoneInfo:
    actor.require(school_id, EDIT_MONITORING)
    seen = await schools.list_schools(actor)
    return ZoneInfo(next(school.zone for school in seen if school.id == school_id))


async def _first(request: WebRequest, actor: Actor) -> Form:
    """A window for what the link that led here names."""
    start = convert_form(request.query_params, Start)
    form: dict[str, Any] = {"kind": "once", "place_id": start.place_id}
    if start.device_id is not None:
        device = await devices.get_device(actor, start.device_id)
        form |= {"device_tag": device.asset_tag, "school_id": device.school_id}
    return Form(form)


async def _form_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    form = form or await _first(request, actor)
    options = await school_options(request, actor, EDIT_MONITORING)
    kept = [school_id for school_id, _ in options]
    zone = await _zone(actor, options[0][0])
    now = clock.now().astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    return render(
        request,
        "monitoring/maintenance/form.html",
        schools=options,
        places=await place_options(actor, school_ids=kept),
        weekdays=weekday_choices(language_of(request)),
        form=form.with_defaults(starts_at=now, school_id=options[0][0]),
    )


PAGES: list[ControllerRouterHandler] = [
    shown(urls.maintenance, _list_page, in_person),
    shown(urls.new_maintenance, _form_page, EDIT_MONITORING),
    posted(
        urls.maintenance,
        WindowForm,
        _add,
        then=lambda window: see_other(
            urls.maintenance(),
            say("The maintenance window is in force.")
            if window.phase == "now"
            else say("The maintenance window is planned."),
        ),
        page=_form_page,
        allowed=EDIT_MONITORING,
        fields={"parent_tag": "device_tag"},
    ),
    end_window,
]
