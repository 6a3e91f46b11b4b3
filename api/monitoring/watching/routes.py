"""How a device is watched, over JSON: what it hangs on, its hours, its rules, what is foretold."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from api.monitoring.expected_hours.bodies import Given
from core.access import Actor
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import devices
from monitoring.alerting import expected_hours, forecasts, parents, thresholds
from monitoring.alerting.expected_hours import ExpectedHours
from monitoring.alerting.parents import LinkedDevice
from monitoring.alerting.thresholds import HeldRule


class Surroundings(msgspec.Struct, frozen=True):
    """What a device hangs on, what hangs on it, and when it ought to be on."""

    parent: LinkedDevice | None
    children: list[LinkedDevice]
    hours: ExpectedHours | None


class NewParent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The device it hangs on; null: none that is monitored."""

    parent_id: Id | None


class Rules(msgspec.Struct, frozen=True):
    """Every rule, as it holds."""

    items: list[HeldRule]


class Foretold(msgspec.Struct, frozen=True):
    """A part that will be empty (a supply) or full (a disk) in so many days."""

    metric: str
    instance: str
    days: float


class Forecasts(msgspec.Struct, frozen=True):
    """What is in sight within three months, the soonest first."""

    items: list[Foretold]


async def find_surroundings(actor: Actor, device_id: int) -> Surroundings:
    """What is around a device, by the links that people made."""
    return Surroundings(
        parent=await parents.parent_of(actor, device_id),
        children=await parents.children_of(actor, device_id),
        hours=await expected_hours.hours_of(actor, device_id),
    )


async def set_parent(actor: Actor, device_id: int, parent_id: int | None) -> Surroundings:
    """Link a device to the one that it hangs on."""
    await parents.set_parent(actor, device_id, parent_id)
    return await find_surroundings(actor, device_id)


async def set_hours(actor: Actor, device_id: int, hours_id: int | None) -> Surroundings:
    """Give a device expected hours of its own."""
    await expected_hours.give_to_device(actor, device_id, hours_id)
    return await find_surroundings(actor, device_id)


async def list_forecasts(actor: Actor, device_id: int) -> Forecasts:
    """What of a device is in sight to end."""
    device = await devices.get_device(actor, device_id)
    found = await forecasts.of_device(device.id)
    return Forecasts([Foretold(one.metric, one.instance, round(one.days, 1)) for one in found])


_device = NounRoutes(
    "/devices/{device_id:int}",
    "device",
    tags=("devices",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
)
_kind = NounRoutes(
    "/schools/{school_id:int}/profiles/{profile:str}/rules",
    "profile",
    tags=("devices",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
)
ROUTES: list[ControllerRouterHandler] = [
    _device.at(
        "GET /surroundings",
        find_surroundings,
        "What a device hangs on, and when it ought to be on",
        operation="device_surroundings",
    ),
    _device.at(
        "PUT /parent",
        set_parent,
        "Say what a device hangs on",
        "While the parent is down, its children are unknown and raise no alert.",
        operation="device_parent_set",
        body=NewParent,
    ),
    _device.at(
        "PUT /hours",
        set_hours,
        "Say when a device ought to be on",
        operation="device_hours_set",
        body=Given,
    ),
    _device.at(
        "GET /rules",
        thresholds.rules_of_device,
        "The rules that hold for a device",
        operation="device_rules",
        gives=Rules,
    ),
    _device.at(
        "PUT /rules/{rule:str}",
        thresholds.set_for_device,
        "Set or switch off a rule for a device",
        "It holds from the next visit on; the gap between the bounds is the hysteresis.",
        operation="device_rule_set",
        gives=Rules,
    ),
    _device.at(
        "DELETE /rules/{rule:str}",
        thresholds.put_back_for_device,
        "Forget what was set for a device's rule",
        operation="device_rule_put_back",
        gives=Rules,
        status=200,
    ),
    _device.at(
        "GET /forecasts",
        list_forecasts,
        "What of a device will be empty or full soon",
        "From a robust line through the days since the last refill; nothing if that says nothing.",
        operation="device_forecasts",
    ),
    _kind.at(
        "GET",
        thresholds.rules_of_profile,
        "The rules that hold for a kind of device at a school",
        operation="profile_rules",
        gives=Rules,
    ),
    _kind.at(
        "PUT /{rule:str}",
        thresholds.set_for_profile,
        "Set or switch off a rule for a kind of device",
        "What was set for a single device goes before this.",
        operation="profile_rule_set",
        gives=Rules,
    ),
    _kind.at(
        "DELETE /{rule:str}",
        thresholds.put_back_for_profile,
        "Forget what was set for a kind of device",
        operation="profile_rule_put_back",
        gives=Rules,
        status=200,
    ),
]
