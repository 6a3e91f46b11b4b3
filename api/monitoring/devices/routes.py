"""Monitored devices over JSON: register, look, visit; their readings."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import Limit, PathId
from api.monitoring.history.charts import known_metric
from api.wording.language import Language
from core import changes, clock
from core.access import Actor
from core.changes import Removal, RemovedFilters
from core.numbers import Version
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import devices, registration
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import State
from monitoring.devices import Device
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


@get(
    "/devices/{device_id:int}/readings",
    guards=[allow(READ_MONITORING)],
    operation_id="device_readings",
    summary="The last visit's readings, or the kept values of one metric",
    tags=("devices",),
)
async def list_readings(
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


def _localized(device: Device, speech: Language) -> Device:
    """The device with its trouble in the reader's language."""
    trouble = speech.words(device.trouble) if device.trouble else None
    return msgspec.structs.replace(device, trouble=trouble)


async def list_removed_devices(
    actor: Actor,
    filters: RemovedFilters,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Removal]:
    """Devices that are watched no longer."""
    return await changes.list_removed(actor, "device", filters, cursor=cursor, limit=limit)


_routes = NounRoutes(
    "/devices",
    "device",
    tags=("devices",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
    localize=_localized,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        devices.list_devices,
        "Monitored devices, by tag",
        "Everyone at the school sees its devices and whether they answer.",
        orders=ORDERS,
    ),
    _routes.create(
        registration.create_device,
        "Monitor an asset",
        "The worker visits it at once.",
        called="add",
    ),
    _routes.at(
        "GET /removed",
        list_removed_devices,
        "Devices that are monitored no longer",
        "In the order in which they were taken out, or went to another school with their asset.",
        operation="device_removed_list",
    ),
    _routes.get(devices.get_device, "One device"),
    _routes.update(registration.update_device, "Change a device", body=DeviceChange),
    _routes.delete(
        registration.remove_device,
        "Monitor an asset no longer",
        "Hours of use and past alerts are kept.",
        called="remove",
    ),
    _routes.step("poll", registration.poll_now, "Let the worker visit a device now", status=202),
    _routes.step("pause", registration.pause_device, "Stop visiting a device for the time being"),
    _routes.step("resume", registration.resume_device, "Visit a paused device again"),
    list_readings,
]
