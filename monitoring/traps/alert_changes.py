"""What follows from a trap: its alert begins or ends as after a visit, and a visit comes at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_one, transaction
from core.errors import Message
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.alerting import alerts
from monitoring.alerting.alerts import AlertSeverity, DeviceChanges, Finding
from monitoring.alerting.thresholds.effective import settings_of
from monitoring.decoding.readings import State
from monitoring.decoding.value_words import VALUE_WORDS
from monitoring.profiles import Rule, all_profiles, profile_named
from monitoring.profiles.alert_messages import RULE_SENTENCES

TOPIC = "monitoring.trap"
# However often a device sends traps, it is not visited more often than this.
LEAST_BETWEEN_VISITS = timedelta(seconds=10)


class Raise(msgspec.Struct, frozen=True):
    """A fault that a trap tells of; ``value`` is a word for the rule's sentence."""

    rule: str
    part: str
    value: str = ""


class Effect(msgspec.Struct, frozen=True):
    """What the traps of one device add up to, as the outbox stores it."""

    device_id: int
    at: datetime
    raised: list[Raise] = []
    cleared: list[tuple[str, str]] = []


class _Locked(msgspec.Struct, frozen=True):
    school_id: int
    name: str
    profile: str | None


class _Since(msgspec.Struct, frozen=True):
    rule: str
    instance: str
    is_open: bool


async def act(payload: Mapping[str, Any]) -> None:
    """Do what was enqueued with the trap; a second time changes nothing."""
    effect = msgspec.convert(payload, Effect)
    async with transaction(Actor.system("monitoring", [])):
        locked = await _lock(effect.device_id)
        if locked is None:
            return
        changes = await _changes(effect, locked)
        await alerts.apply_changes(Actor.system("monitoring", [locked.school_id]), [changes])
        await _link(effect, changes)
        await _visit_soon(effect.device_id)


async def _lock(device_id: int) -> _Locked | None:
    """Lock the device; None for one that nobody watches now."""
    return await fetch_one(
        _Locked,
        "SELECT d.school AS school_id, device_name_or_tag(a.name, d.identity, a.tag) AS name,"
        " coalesce(d.profile, d.recognised) AS profile"
        " FROM device d JOIN asset a ON a.id = d.asset WHERE d.id = $1 AND d.removed_at IS NULL"
        " AND d.paused_at IS NULL AND a.lifecycle <> ALL ($2::text[])"
        # No stronger: traps that come in meanwhile point to the device.
        " FOR NO KEY UPDATE OF d",
        device_id,
        list(NO_LONGER_USED),
    )


async def _changes(effect: Effect, locked: _Locked) -> DeviceChanges:
    """What still holds: a rule may be switched off, and a visit may know better by now."""
    profile = profile_named(locked.profile) if locked.profile else None
    if profile is not None:
        settings = await settings_of([locked.school_id])
        profile = settings.profile_for(locked.school_id, effect.device_id, profile)
    since = await _changed_since(effect)
    in_force = {rule.name: rule for rule in profile.rule} if profile else {}
    raised = [
        _finding(one, locked.name, in_force[one.rule])
        for one in effect.raised
        if one.rule in in_force and since.get((one.rule, one.part)) is not False
    ]
    cleared = [place for place in effect.cleared if since.get(place) is not True]
    return DeviceChanges(effect.device_id, locked.school_id, raised, cleared)


async def _changed_since(effect: Effect) -> dict[tuple[str, str], bool]:
    """Alerts that began (True) or ended (False) after the trap came in."""
    rows = await fetch(
        _Since,
        "SELECT rule, instance, cleared_at IS NULL AS is_open FROM alert WHERE device = $1"
        " AND (raised_at > $2 OR cleared_at > $2) ORDER BY id",
        effect.device_id,
        effect.at,
    )
    return {(row.rule, row.instance): row.is_open for row in rows}


def _finding(one: Raise, device_name: str, rule: Rule) -> Finding:
    """The finding of a visit that had seen the same: as grave as the rule says."""
    sentence = RULE_SENTENCES[one.rule].template
    params: dict[str, object] = {
        "device": device_name,
        "instance": one.part or device_name,
        "value": VALUE_WORDS.get(one.value, one.value),
    }
    used = {name: value for name, value in params.items() if f"{{{name}}}" in sentence}
    severity: AlertSeverity = "critical" if rule.severity is State.critical else "warning"
    message = Message(sentence, used)
    return Finding(one.rule, one.part, severity, message, rule.keeps_in_service)


async def _link(effect: Effect, changes: DeviceChanges) -> None:
    """The traps that reported it point to the alert."""
    for finding in changes.raised:
        await execute(
            "UPDATE trap t SET alert = l.id FROM alert l, (SELECT id FROM trap"
            "  WHERE device = :device_id AND alert IS NULL AND name = any(:names::text[]) AND last_at >= :since"
            # As they are written (store.py).
            '  ORDER BY source COLLATE "C", trap_oid COLLATE "C", minute FOR NO KEY UPDATE) told'
            " WHERE t.id = told.id AND l.device = :device_id"
            "  AND l.rule = :rule AND l.instance = :instance"
            " AND l.cleared_at IS NULL",
            device_id=effect.device_id,
            rule=finding.rule,
            instance=finding.instance,
            names=sorted(_names_that_raise(finding.rule)),
            since=effect.at - timedelta(minutes=1),
        )


def _names_that_raise(rule: str) -> set[str]:
    return {trap.name for p in all_profiles() for trap in p.trap if trap.raises == rule}


async def _visit_soon(device_id: int) -> None:
    await execute(
        "UPDATE device SET next_poll_at = least(next_poll_at,"
        " greatest($2::timestamptz, last_polled_at + $3::interval)) WHERE id = $1",
        device_id,
        clock.now(),
        LEAST_BETWEEN_VISITS,
    )
