"""Monitored devices: the list with live states, one device with readings and charts, its form."""

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.options import by_school
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.monitoring.devices.reading_words import charted, grouped
from api.monitoring.devices.table import TABLE
from api.monitoring.ports.words import PORT_METRICS, has_ports
from api.wording import row_names
from core import clock
from core.access import Actor
from core.errors import say
from core.numbers import Id, Version
from core.permissions import EDIT_MONITORING, EDIT_MONITORING_SETUP
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
ZONE = "Asia/Shanghai"
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


class DevicePages(Controller):
    """/devices"""

    include_in_schema = False

    @get(urls.devices, guards=[in_person])
    async def list_devices(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
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

    @get(urls.new_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        return await _form_page(request, actor, None, Form({"asset_tag": start.tag, "port": 161}))

    @post(urls.devices, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def add_device(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            DeviceForm,
            lambda form: registration.create_device(actor, form.device()),
            then=lambda made: see_other(
                urls.device(made.id),
                say(
                    "{tag} is monitored now; its first readings come in a moment.",
                    tag=made.asset_tag,
                ),
            ),
            page=lambda form: _form_page(request, actor, None, form),
        )

    @get(urls.device, guards=[in_person])
    async def show_device(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        device = await devices.get_device(actor, device_id)
        readings = await devices.latest_readings(actor, device_id)
        charts = convert_form(request.query_params, ChartsQuery)
        found = await alerts.list_alerts(
            actor, AlertFilter(device_id=device_id), limit=ALERTS_SHOWN
        )
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

    @get(urls.edit_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        device = await devices.get_device(actor, device_id)
        actor.require(device.school_id, EDIT_MONITORING)
        return await _form_page(request, actor, device, _as_form(device))

    @post(urls.device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def edit_device(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[Any]:
        device = await devices.get_device(actor, device_id)
        return await submit(
            request,
            DeviceForm,
            lambda form: registration.update_device(
                actor, device_id, form.device(), version=form.version
            ),
            then=lambda _: see_other(urls.device(device_id), say("Saved.")),
            page=lambda form: _form_page(request, actor, device, form.with_version(device.version)),
        )

    @post(urls.poll_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def poll(self, actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
        await registration.poll_now(actor, device_id)
        return see_other(urls.device(device_id), say("The device is visited in a moment."))

    @post(urls.pause_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def pause(self, actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
        await registration.pause_device(actor, device_id)
        return see_other(urls.device(device_id), say("Monitoring is paused."))

    @post(urls.resume_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def resume(self, actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
        await registration.resume_device(actor, device_id)
        return see_other(urls.device(device_id), say("Monitoring goes on."))

    @post(urls.remove_device, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def remove(self, actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
        device = await devices.get_device(actor, device_id)
        await registration.remove_device(actor, device_id)
        return see_other(urls.devices(), say("{tag} is monitored no longer.", tag=device.asset_tag))


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
    request: WebRequest, actor: Actor, device: Device | None, form: Form
) -> Response[str]:
    known = await credentials.list_credentials(
        actor, school_id=device.school_id if device else None
    )
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
    today = clock.today(ZONE)
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
