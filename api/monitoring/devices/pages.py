"""Monitored devices: the list with live states, one device with readings and charts, its form."""

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.inventory.options import by_school
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.monitoring.devices.reading_words import charted, grouped
from api.monitoring.devices.table import FILES, TABLE
from api.monitoring.ports.words import PORT_METRICS, has_ports
from api.wording import row_names
from core import clock
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP
from core.query import OfSchool
from monitoring import devices, registration, topology
from monitoring.alerting import alerts, forecasts, parents
from monitoring.alerting.alerts import AlertFilter
from monitoring.alerting.maintenance import in_force
from monitoring.devices import Device, DeviceFilter, credentials
from monitoring.history import time_on
from monitoring.history.spans import Span
from monitoring.profiles import all_profiles
from monitoring.registration.devices import NewDevice

USE_DAYS = 14
ALERTS_SHOWN = 10


class Start(msgspec.Struct, frozen=True):
    """The asset that a new device is wanted for, from the link that led here."""

    tag: str = ""


class ChartsQuery(msgspec.Struct, frozen=True):
    """How far back the charts look."""

    span: Span = "day"


class DeviceForm(msgspec.Struct, frozen=True):
    """What the form of a device asks; ``sleeps`` blank follows the profile."""

    asset_tag: str
    address: str
    credential_id: Id | None = None
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 161
    profile: str | None = None
    interval_seconds: Annotated[int, msgspec.Meta(ge=10, le=3600)] | None = None
    sleeps: Literal["yes", "no"] | None = None
    mac: str | None = None
    any_source: bool = False
    version: Version | None = None

    def device(self) -> NewDevice:
        return NewDevice(
            self.asset_tag,
            self.address,
            self.credential_id,
            self.port,
            self.profile,
            self.interval_seconds,
            None if self.sleeps is None else self.sleeps == "yes",
            self.mac,
            self.any_source,
        )


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = read_list(request, DeviceFilter)
    query = asked.filters
    page = await devices.list_devices(
        actor, query, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
    )
    return render(
        request,
        "monitoring/devices/list.html",
        page=page,
        shown=TABLE.shown(asked, language_of(request)),
        query=query,
        q=query.q,
        schools=await school_options(request, actor),
        profiles=_profile_codes(),
        may_keep=actor.can(EDIT_MONITORING),
    )


async def _new_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    start = convert_form(request.query_params, Start)
    return await _form_page(request, actor, form or Form({"asset_tag": start.tag, "port": 161}))


async def _add(actor: Actor, form: DeviceForm) -> Device:
    return await registration.create_device(actor, form.device())


async def _page(request: WebRequest, actor: Actor, device_id: int) -> Response[str]:
    device = await devices.get_device(actor, device_id)
    readings = await devices.latest_readings(actor, device_id)
    charts = convert_form(request.query_params, ChartsQuery)
    found = await alerts.list_alerts(actor, AlertFilter(device_id=device_id), limit=ALERTS_SHOWN)
    return render(
        request,
        "monitoring/devices/device.html",
        device=device,
        groups=grouped(
            readings,
            language_of(request),
            without=PORT_METRICS if has_ports(readings) else (),
        ),
        read_at=readings[0].at if readings else None,
        is_stale=bool(readings) and readings[0].is_stale,
        charts_of=charted(readings, language_of(request)),
        span=charts.span,
        alerts=found.items,
        parent=await parents.parent_of(actor, device_id),
        maintenance=await in_force.over_device(device_id, clock.now()),
        forecasts=await forecasts.of_device(device_id),
        use=await _use(actor, device, request),
        has_ports=has_ports(readings),
        uplink=await topology.suggest_parent(actor, device_id),
        changes=await row_names.history(language_of(request), "device", device_id, limit=20),
        may_keep=device.school_id in actor.school_ids_with(EDIT_MONITORING),
    )


async def _edit_page(
    request: WebRequest, actor: Actor, device_id: int, form: Form | None = None
) -> Response[str]:
    device = await devices.get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    form = (form or _as_form(device)).with_version(device.version)
    return await _form_page(request, actor, form, device)


async def _edit(actor: Actor, device_id: int, form: DeviceForm) -> Device:
    return await registration.update_device(actor, device_id, form.device(), version=form.version)


async def _remove(actor: Actor, device_id: int) -> Device:
    device = await devices.get_device(actor, device_id)
    await registration.remove_device(actor, device_id)
    return device


def _profile_codes() -> list[str]:
    return [profile.name for profile in all_profiles()]


def _as_form(device: Device) -> Form:
    sleeps = {True: "yes", False: "no", None: ""}[device.chosen_may_sleep]
    return Form(msgspec.structs.asdict(device)).with_values(
        profile=device.chosen_profile,
        interval_seconds=device.chosen_interval_seconds,
        sleeps=sleeps,
    )


async def _form_page(
    request: WebRequest, actor: Actor, form: Form, device: Device | None = None
) -> Response[str]:
    of_school = OfSchool(device.school_id if device else None)
    known = await credentials.list_credentials(actor, of_school)
    return render(
        request,
        "monitoring/devices/form.html",
        device=device,
        credentials=by_school(actor, [(one.id, one.name, one.school_id) for one in known.items]),
        profiles=_profile_codes(),
        may_add_credential=actor.can(EDIT_MONITORING_SETUP),
        form=form,
    )


async def _use(actor: Actor, device: Device, request: WebRequest) -> dict[str, Any] | None:
    """Hours on per day of the last fortnight, for a chart; None when it was never on."""
    today = clock.today(actor.zone)
    first = today - timedelta(days=USE_DAYS - 1)
    days = await time_on.hours_per_day(
        actor, since=first, until=today + timedelta(days=1), asset_id=device.asset_id
    )
    if not days:
        return None
    hours = {one.day: one.hours for one in days}
    calendar = [first + timedelta(days=n) for n in range(USE_DAYS)]
    speech = language_of(request)
    return {
        "kind": "bars",
        "time": False,
        "unit": speech.words(say("h")),
        "x": [f"{day.month}/{day.day}" for day in calendar],
        "series": [
            {
                "label": speech.words(say("Hours on")),
                "values": [round(hours.get(day, 0), 1) for day in calendar],
            }
        ],
    }


PAGES: list[ControllerRouterHandler] = [
    *FILES,
    shown(urls.devices, _list_page, in_person),
    shown(urls.new_device, _new_page, EDIT_MONITORING),
    posted(
        urls.devices,
        DeviceForm,
        _add,
        then=lambda made: see_other(
            urls.device(made.id),
            say("{tag} is monitored now; its first readings come in a moment.", tag=made.asset_tag),
        ),
        page=_new_page,
        allowed=EDIT_MONITORING,
    ),
    shown(urls.device, _page, in_person),
    shown(urls.edit_device, _edit_page, EDIT_MONITORING),
    posted(
        urls.device,
        DeviceForm,
        _edit,
        then=to(urls.device, say("Saved.")),
        page=_edit_page,
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.poll_device,
        registration.poll_now,
        then=to(urls.device, say("The device is visited in a moment.")),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.pause_device,
        registration.pause_device,
        then=to(urls.device, say("Monitoring is paused.")),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.resume_device,
        registration.resume_device,
        then=to(urls.device, say("Monitoring goes on.")),
        allowed=EDIT_MONITORING,
    ),
    button(
        urls.remove_device,
        _remove,
        then=lambda gone, _: see_other(
            urls.devices(), say("{tag} is monitored no longer.", tag=gone.asset_tag)
        ),
        allowed=EDIT_MONITORING,
    ),
]
