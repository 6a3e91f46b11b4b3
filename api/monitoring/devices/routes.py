"""Monitored devices over JSON: register, look, visit; their readings."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import Limit, PathId
from api.monitoring.history.charts import known_metric
from api.wording.language import Language
from api.wording.reader import language_of
from core import clock
from core.access import Actor
from core.numbers import Version
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import devices, registration
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import State
from monitoring.devices import Device, DeviceFilter
from monitoring.devices.views import ORDERS
from monitoring.history import listing
from monitoring.registration.devices import NewDevice

Since = Annotated[datetime | None, QueryParameter(name="from")]
Until = Annotated[datetime | None, QueryParameter(name="to")]


class DeviceReading(msgspec.Struct, frozen=True):
    """One value; ``unit`` and ``state`` as the visit gave them, ``state`` null for older values."""

    metric: str
    instance: str
    value: int | float | str | None
    unit: str | None
    state: State | None
    at: datetime


class DeviceChange(NewDevice, frozen=True, forbid_unknown_fields=True):
    """A device as it shall be; ``version`` refuses the change when somebody came first."""

    version: Version | None = None


class DeviceRoutes(Controller):
    """/api/v1/devices"""

    path = "/devices"
    tags = ("devices",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="device_list",
        summary="Monitored devices, by tag",
        dependencies={"asked": asked_for(DeviceFilter, ORDERS)},
    )
    async def list_devices(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        asked: NamedDependency[ListQuery[DeviceFilter]],
    ) -> Page[Device]:
        """Everyone at the school sees its devices and whether they answer."""
        page = await devices.list_devices(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )
        speech = language_of(request)
        return Page([_told(one, speech) for one in page.items], page.next_cursor)

    @post(guards=[allow(EDIT_MONITORING)], operation_id="device_add", summary="Monitor an asset")
    async def add_device(
        self, request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[NewDevice]
    ) -> Device:
        """The worker visits it at once."""
        made = await registration.create_device(actor, data)
        return _told(made, language_of(request))

    @get(
        "/{device_id:int}",
        guards=[allow(READ_MONITORING)],
        operation_id="device_get",
        summary="One device",
    )
    async def get_device(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Device:
        return _told(await devices.get_device(actor, device_id), language_of(request))

    @put(
        "/{device_id:int}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_edit",
        summary="Change a device",
    )
    async def edit_device(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        device_id: PathId,
        data: JSONBody[DeviceChange],
    ) -> Device:
        changed = await registration.update_device(actor, device_id, data, version=data.version)
        return _told(changed, language_of(request))

    @delete(
        "/{device_id:int}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_remove",
        summary="Monitor an asset no longer",
    )
    async def remove_device(self, actor: NamedDependency[Actor], device_id: PathId) -> None:
        """Hours of use and past alerts are kept."""
        await registration.remove_device(actor, device_id)

    @post(
        "/{device_id:int}/poll",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_poll",
        summary="Let the worker visit a device now",
        status_code=202,
    )
    async def poll(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Device:
        return _told(await registration.poll_now(actor, device_id), language_of(request))

    @post(
        "/{device_id:int}/pause",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_pause",
        summary="Stop visiting a device for the time being",
        status_code=200,
    )
    async def pause(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Device:
        return _told(await registration.pause_device(actor, device_id), language_of(request))

    @post(
        "/{device_id:int}/resume",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_resume",
        summary="Visit a paused device again",
        status_code=200,
    )
    async def resume(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Device:
        return _told(await registration.resume_device(actor, device_id), language_of(request))

    @get(
        "/{device_id:int}/readings",
        guards=[allow(READ_MONITORING)],
        operation_id="device_readings",
        summary="The last visit's readings, or the kept values of one metric",
    )
    async def readings(
        self,
        actor: NamedDependency[Actor],
        device_id: PathId,
        metric: FromQuery[str | None] = None,
        instance: FromQuery[str | None] = None,
        since: Since = None,
        until: Until = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[DeviceReading]:
        """Without ``metric``: all of the last good visit. With it: its values between ``from`` and
        ``to`` (by default the last day), the newest first."""
        if metric is None:
            latest = await devices.latest_readings(actor, device_id)
            return Page([msgspec.convert(r, DeviceReading, from_attributes=True) for r in latest])
        await devices.get_device(actor, device_id)
        end = until or clock.now()
        page = await listing.list_samples(
            device_id,
            known_metric(metric),
            instance=instance,
            since=since or _day_before(end),
            until=end,
            limit=limit,
            cursor=cursor,
        )
        unit = METRICS[metric].unit
        return Page(
            [DeviceReading(s.metric, s.instance, s.value, unit, None, s.at) for s in page.items],
            page.next_cursor,
        )


def _day_before(end: datetime) -> datetime:
    try:
        return end - timedelta(days=1)
    except OverflowError:
        return end


def _told(device: Device, speech: Language) -> Device:
    """The device with its trouble in the reader's language."""
    trouble = speech.words(device.trouble) if device.trouble else None
    return msgspec.structs.replace(device, trouble=trouble)
