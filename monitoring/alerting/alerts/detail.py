"""One alert's story: the values around it, earlier episodes, and what held it back."""

from datetime import datetime, timedelta

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch, fetch_one
from monitoring.alerting import parents
from monitoring.alerting.alerts.views import Alert, get_alert
from monitoring.alerting.maintenance import in_force
from monitoring.alerting.thresholds import settings_of
from monitoring.devices.views import DeviceState, profile_of
from monitoring.profiles import Rule

BEFORE = timedelta(hours=6)
AFTER = timedelta(hours=6)
FARTHER = timedelta(days=3)
EPISODES_SHOWN = 20
MOST_VALUES = 400


class Value(msgspec.Struct, frozen=True):
    """One value of the metric that the rule is about."""

    at: datetime
    value: float


class Episode(msgspec.Struct, frozen=True):
    """Another time that the same rule was broken by the same part."""

    id: int
    raised_at: datetime
    cleared_at: datetime | None
    episodes: int


class StateSpan(msgspec.Struct, frozen=True):
    """In which state the device was, from when to when."""

    state: DeviceState
    started_at: datetime
    ended_at: datetime | None


class HeldBack(msgspec.Struct, frozen=True):
    """A maintenance window in which the device was not to be reported, shortly before the alert."""

    window_id: int
    reason: str
    starts_at: datetime
    ends_at: datetime | None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known around an alert; ``behind`` devices hang on this one.

    ``raise_at`` and ``clear_at`` are the bounds of its rule as they hold now.
    """

    metric: str | None
    raise_at: float | None
    clear_at: float | None
    values: list[Value]
    states: list[StateSpan]
    earlier: list[Episode]
    held_back: list[HeldBack]
    behind: int
    parent: parents.LinkedDevice | None


class _Kind(msgspec.Struct, frozen=True):
    profile: str | None
    recognised: str | None


async def story_of(actor: Actor, alert_id: int) -> Story:
    """The story of an alert in the actor's sight."""
    alert = await get_alert(actor, alert_id)
    rule = await _rule(alert)
    bounds = rule.bounds if rule else None
    behind = await parents.count_behind([alert.device_id])
    return Story(
        metric=rule.metric if rule else None,
        raise_at=bounds[0] if bounds else None,
        clear_at=bounds[1] if bounds else None,
        values=await _values(alert, rule.metric) if rule else [],
        states=await _states(alert),
        earlier=await _earlier(alert),
        held_back=await _held_back(alert),
        behind=behind.get(alert.device_id, 0),
        parent=await parents.noted_parent(alert.device_id),
    )


async def _rule(alert: Alert) -> Rule | None:
    kind = await fetch_one(
        _Kind, "SELECT profile, recognised FROM device WHERE id = $1", alert.device_id
    )
    if kind is None:
        return None
    default = profile_of(kind.profile, kind.recognised)
    settings = await settings_of([alert.school_id])
    holding = settings.profile_for(alert.school_id, alert.device_id, default)
    # One that was switched off since had its bounds all the same.
    rules = [*holding.rule, *default.rule]
    return next((rule for rule in rules if rule.name == alert.rule), None)


def _until(alert: Alert) -> datetime:
    return min(alert.cleared_at or clock.now(), alert.raised_at + AFTER) + AFTER


async def _values(alert: Alert, metric: str) -> list[Value]:
    """The samples around its beginning; of long ago only the hours are left."""
    near = await _read(
        alert, metric, "sample", "at", "value", alert.raised_at - BEFORE, _until(alert)
    )
    if near:
        return near[:: len(near) // MOST_VALUES + 1]
    return await _read(
        alert,
        metric,
        "sample_hour",
        "hour",
        "mean",
        alert.raised_at - FARTHER,
        alert.raised_at + FARTHER,
    )


async def _read(
    alert: Alert, metric: str, table: str, at: str, value: str, since: datetime, until: datetime
) -> list[Value]:
    return await fetch(
        Value,
        f"SELECT {at} AS at, {value} AS value FROM {table} WHERE device = :device_id"
        f" AND metric = :metric AND instance = :instance AND {at} >= :since AND {at} < :until ORDER BY {at}",
        device_id=alert.device_id,
        metric=metric,
        instance=alert.instance,
        since=since,
        until=until,
    )


async def _states(alert: Alert) -> list[StateSpan]:
    return await fetch(
        StateSpan,
        "SELECT state, started_at, ended_at FROM state_span WHERE device = $1"
        " AND coalesce(ended_at > $2, true) AND started_at < $3 ORDER BY started_at DESC LIMIT $4",
        alert.device_id,
        alert.raised_at - BEFORE,
        _until(alert),
        EPISODES_SHOWN,
    )


async def _earlier(alert: Alert) -> list[Episode]:
    return await fetch(
        Episode,
        "SELECT id, raised_at, cleared_at, episodes FROM alert WHERE device = :device_id"
        " AND rule = :rule AND instance = :instance AND id <> :alert_id"
        " AND raised_at <= :raised_at ORDER BY raised_at DESC LIMIT :at_most",
        device_id=alert.device_id,
        rule=alert.rule,
        instance=alert.instance,
        alert_id=alert.id,
        raised_at=alert.raised_at,
        at_most=EPISODES_SHOWN,
    )


async def _held_back(alert: Alert) -> list[HeldBack]:
    since = alert.raised_at - BEFORE
    windows = await in_force.windows_over([alert.device_id], since, alert.raised_at)
    found = []
    for window in windows.get(alert.device_id, []):
        parts = window.spans_between(since, alert.raised_at)
        if parts:
            begin, end = parts[-1]
            found.append(HeldBack(window.id, window.reason, begin, end))
    return found
