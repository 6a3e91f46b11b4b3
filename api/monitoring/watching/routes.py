"""How a device is watched, over JSON: what it hangs on, its hours, its rules, what is foretold."""

import msgspec
from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.http.access import allow
from api.kit.numbers import PathId
from api.monitoring.expected_hours.bodies import Given
from core.access import Actor
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring import devices
from monitoring.alerting import expected_hours, forecasts, parents, thresholds
from monitoring.alerting.expected_hours import ExpectedHours
from monitoring.alerting.parents import LinkedDevice
from monitoring.alerting.thresholds import HeldRule, RuleChange


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


class WatchingRoutes(Controller):
    """/api/v1/devices/{id}/…"""

    path = "/devices/{device_id:int}"
    tags = ("devices",)

    @get(
        "/surroundings",
        guards=[allow(READ_MONITORING)],
        operation_id="device_surroundings",
        summary="What a device hangs on, and when it ought to be on",
    )
    async def surroundings(self, actor: NamedDependency[Actor], device_id: PathId) -> Surroundings:
        return await _surroundings(actor, device_id)

    @put(
        "/parent",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_parent_set",
        summary="Say what a device hangs on",
    )
    async def set_parent(
        self,
        actor: NamedDependency[Actor],
        device_id: PathId,
        data: JSONBody[NewParent],
    ) -> Surroundings:
        """While the parent is down, its children are unknown and raise no alert."""
        await parents.set_parent(actor, device_id, data.parent_id)
        return await _surroundings(actor, device_id)

    @put(
        "/hours",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_hours_set",
        summary="Say when a device ought to be on",
    )
    async def set_hours(
        self, actor: NamedDependency[Actor], device_id: PathId, data: JSONBody[Given]
    ) -> Surroundings:
        await expected_hours.give_to_device(actor, device_id, data.hours_id)
        return await _surroundings(actor, device_id)

    @get(
        "/rules",
        guards=[allow(READ_MONITORING)],
        operation_id="device_rules",
        summary="The rules that hold for a device",
    )
    async def list_rules(self, actor: NamedDependency[Actor], device_id: PathId) -> Rules:
        return Rules(await thresholds.rules_of_device(actor, device_id))

    @put(
        "/rules/{rule:str}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_rule_set",
        summary="Set or switch off a rule for a device",
    )
    async def set_rule(
        self,
        actor: NamedDependency[Actor],
        device_id: PathId,
        rule: FromPath[str],
        data: JSONBody[RuleChange],
    ) -> Rules:
        """It holds from the next visit on; the gap between the bounds is the hysteresis."""
        return Rules(await thresholds.set_for_device(actor, device_id, rule, data))

    @delete(
        "/rules/{rule:str}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="device_rule_put_back",
        summary="Forget what was set for a device's rule",
        status_code=200,
    )
    async def put_back(
        self, actor: NamedDependency[Actor], device_id: PathId, rule: FromPath[str]
    ) -> Rules:
        return Rules(await thresholds.put_back_for_device(actor, device_id, rule))

    @get(
        "/forecasts",
        guards=[allow(READ_MONITORING)],
        operation_id="device_forecasts",
        summary="What of a device will be empty or full soon",
    )
    async def list_forecasts(self, actor: NamedDependency[Actor], device_id: PathId) -> Forecasts:
        """From a robust line through the days since the last refill; nothing if that says nothing."""
        device = await devices.get_device(actor, device_id)
        found = await forecasts.of_device(device.id)
        return Forecasts([Foretold(one.metric, one.instance, round(one.days, 1)) for one in found])


class ProfileRuleRoutes(Controller):
    """/api/v1/schools/{id}/profiles/{profile}/rules"""

    path = "/schools/{school_id:int}/profiles/{profile:str}/rules"
    tags = ("devices",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="profile_rules",
        summary="The rules that hold for a kind of device at a school",
    )
    async def list_rules(
        self, actor: NamedDependency[Actor], school_id: PathId, profile: FromPath[str]
    ) -> Rules:
        return Rules(await thresholds.rules_of_profile(actor, school_id, profile))

    @put(
        "/{rule:str}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="profile_rule_set",
        summary="Set or switch off a rule for a kind of device",
    )
    async def set_rule(
        self,
        actor: NamedDependency[Actor],
        school_id: PathId,
        profile: FromPath[str],
        rule: FromPath[str],
        data: JSONBody[RuleChange],
    ) -> Rules:
        """What was set for a single device goes before this."""
        return Rules(await thresholds.set_for_profile(actor, school_id, profile, rule, data))

    @delete(
        "/{rule:str}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="profile_rule_put_back",
        summary="Forget what was set for a kind of device",
        status_code=200,
    )
    async def put_back(
        self,
        actor: NamedDependency[Actor],
        school_id: PathId,
        profile: FromPath[str],
        rule: FromPath[str],
    ) -> Rules:
        return Rules(await thresholds.put_back_for_profile(actor, school_id, profile, rule))


async def _surroundings(actor: Actor, device_id: int) -> Surroundings:
    return Surroundings(
        parent=await parents.parent_of(actor, device_id),
        children=await parents.children_of(actor, device_id),
        hours=await expected_hours.hours_of(actor, device_id),
    )
