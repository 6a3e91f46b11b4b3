"""Setting a rule otherwise than its profile has it, switching it off, putting it back."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import execute, fetch, transaction
from core.errors import FieldError, Invalid, NotFound, say
from core.permissions import EDIT_MONITORING
from monitoring.alerting.thresholds.effective import Setting, with_setting
from monitoring.decoding.readings import State
from monitoring.devices.views import get_device
from monitoring.profiles import Profile, Rule, profile_named

MOST = 1e12


class HeldRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it holds: its bounds now and by default, and who set them otherwise.

    Bounds are None for a rule about a state, which can only be switched off.
    """

    rule: str
    metric: str
    severity: State
    is_upward: bool
    after: int
    within: int
    raise_at: float | None
    clear_at: float | None
    default_raise_at: float | None
    default_clear_at: float | None
    is_off: bool
    set_by: Literal["default", "profile", "device"]


class RuleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall hold: off, or other bounds with a gap between them."""

    is_off: bool = False
    raise_at: Annotated[float, Meta(examples=[5.0])] | None = None
    clear_at: Annotated[float, Meta(examples=[8.0])] | None = None


async def rules_of_device(actor: Actor, device_id: int) -> list[HeldRule]:
    """Every rule that holds for the device, as it holds."""
    device = await get_device(actor, device_id)
    profile = _profile(device.profile)
    for_all = await _settings(device.school_id, None, profile.name)
    own = await _settings(device.school_id, device_id, None)
    return [_effective(rule, for_all.get(rule.name), own.get(rule.name)) for rule in profile.rule]


async def rules_of_profile(actor: Actor, school_id: int, profile_name: str) -> list[HeldRule]:
    """Every rule of a profile as it holds for all devices of the school, but for their own."""
    actor.require(school_id)
    profile = _profile(profile_name)
    settings = await _settings(school_id, None, profile.name)
    return [_effective(rule, settings.get(rule.name), None) for rule in profile.rule]


async def set_for_device(
    actor: Actor, device_id: int, rule_name: str, change: RuleChange
) -> list[HeldRule]:
    """Set a rule for one device; it holds from the next visit on."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    _check(_rule(_profile(device.profile), rule_name), change)
    await _save(actor, device.school_id, device_id, None, rule_name, change)
    return await rules_of_device(actor, device_id)


async def set_for_profile(
    actor: Actor, school_id: int, profile_name: str, rule_name: str, change: RuleChange
) -> list[HeldRule]:
    """Set a rule for all devices of a profile at the school."""
    actor.require(school_id, EDIT_MONITORING)
    profile = _profile(profile_name)
    _check(_rule(profile, rule_name), change)
    await _save(actor, school_id, None, profile.name, rule_name, change)
    return await rules_of_profile(actor, school_id, profile_name)


async def put_back_for_device(actor: Actor, device_id: int, rule_name: str) -> list[HeldRule]:
    """Delete what was set for the device; what holds for its kind holds for it again."""
    device = await get_device(actor, device_id)
    actor.require(device.school_id, EDIT_MONITORING)
    async with transaction(actor):
        await execute(
            "DELETE FROM rule_setting WHERE device = $1 AND rule = $2", device_id, rule_name
        )
    return await rules_of_device(actor, device_id)


async def put_back_for_profile(
    actor: Actor, school_id: int, profile_name: str, rule_name: str
) -> list[HeldRule]:
    """Delete what the school has set for a profile."""
    actor.require(school_id, EDIT_MONITORING)
    profile = _profile(profile_name)
    async with transaction(actor):
        await execute(
            "DELETE FROM rule_setting WHERE school = $1 AND profile = $2 AND rule = $3",
            school_id,
            profile.name,
            rule_name,
        )
    return await rules_of_profile(actor, school_id, profile_name)


async def _settings(
    school_id: int, device_id: int | None, profile: str | None
) -> dict[str, Setting]:
    rows = await fetch(
        Setting,
        "SELECT school AS school_id, device AS device_id, profile, rule, is_off, raise_at,"
        " clear_at FROM rule_setting WHERE school = $1 AND (device = $2 OR profile = $3)",
        school_id,
        device_id,
        profile,
    )
    return {row.rule: row for row in rows}


async def _save(
    actor: Actor,
    school_id: int,
    device_id: int | None,
    profile: str | None,
    rule: str,
    change: RuleChange,
) -> None:
    async with transaction(actor):
        await execute(
            "INSERT INTO rule_setting (school, device, profile, rule, is_off, raise_at, clear_at,"
            " created_at) VALUES (:school_id, :device_id, :profile, :rule, :is_off, :raise_at,"
            " :clear_at, :now)"
            " ON CONFLICT ON CONSTRAINT rule_setting_once_a_rule DO UPDATE"
            " SET is_off = excluded.is_off, raise_at = excluded.raise_at,"
            " clear_at = excluded.clear_at",
            school_id=school_id,
            device_id=device_id,
            profile=profile,
            rule=rule,
            is_off=change.is_off,
            raise_at=change.raise_at,
            clear_at=change.clear_at,
            now=clock.now(),
        )


def _effective(rule: Rule, for_all: Setting | None, own: Setting | None) -> HeldRule:
    setting = own or for_all
    now = with_setting(rule, setting).bounds if setting else rule.bounds
    default = rule.bounds
    return HeldRule(
        rule=rule.name,
        metric=rule.metric,
        severity=rule.severity,
        is_upward=rule.is_upward,
        after=rule.after,
        within=rule.within,
        raise_at=now[0] if now else None,
        clear_at=now[1] if now else None,
        default_raise_at=default[0] if default else None,
        default_clear_at=default[1] if default else None,
        is_off=setting.is_off if setting else False,
        set_by="device" if own else "profile" if for_all else "default",
    )


def _profile(name: str) -> Profile:
    found = profile_named(name)
    if found is None:
        raise NotFound(say("There is no such profile"))
    return found


def _rule(profile: Profile, name: str) -> Rule:
    for rule in profile.rule:
        if rule.name == name:
            return rule
    raise NotFound(say("Devices of this kind have no such rule"))


def _check(rule: Rule, change: RuleChange) -> None:
    """Off, or both bounds on their right sides."""
    if change.is_off and change.raise_at is None and change.clear_at is None:
        return
    if rule.bounds is None:
        raise Invalid.of(
            "is_off", say("This rule has no bounds: it can only be switched off"), code="no_bounds"
        )
    errors = [
        FieldError(name, say("Give a number"), "required")
        for name, value in (("raise_at", change.raise_at), ("clear_at", change.clear_at))
        if value is None or not -MOST <= value <= MOST
    ]
    if errors:
        raise Invalid(errors)
    assert change.raise_at is not None
    assert change.clear_at is not None
    gap = change.raise_at - change.clear_at
    if (gap if rule.is_upward else -gap) <= 0:
        words = (
            say("It must be less than where the alert is raised")
            if rule.is_upward
            else say("It must be more than where the alert is raised")
        )
        raise Invalid.of("clear_at", words, code="no_gap")
