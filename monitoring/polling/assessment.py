"""What a good visit means, given the one before it: pure, and the heart of every visit."""

import msgspec

from monitoring.alerting import rules
from monitoring.alerting.alerts.findings import Finding
from monitoring.alerting.rule_findings import finding_of
from monitoring.decoding.readings import Reading
from monitoring.polling import rates, uptimes
from monitoring.polling.uptimes import Followed, Known
from monitoring.polling.visit import Visit
from monitoring.profiles import Profile, profile_named

Pairs = list[tuple[str, str, int]]  # (metric or rule, instance, number), as JSON keeps them


class Before(msgspec.Struct, frozen=True):
    """What is remembered of the device."""

    uptime: Known | None = None
    at: float = 0.0
    counts: Pairs = []
    pending: Pairs = []
    open_places: list[tuple[str, str]] = []


class Assessment(msgspec.Struct, frozen=True):
    """What is to be kept of the visit, and which episodes begin and end."""

    readings: list[Reading]
    counts: Pairs
    pending: Pairs
    followed: Followed | None
    raised: list[Finding]
    cleared: list[tuple[str, str]]


def assess(profile: Profile, before: Before, visit: Visit, *, device_name: str) -> Assessment:
    """Follow the uptime, turn counters into rates, hold what was read now against the rules.

    ``profile`` is the one the visit was read with, as its school has set it.
    """
    fresh = [r for r in visit.readings if (r.metric, r.instance) not in visit.carried]
    followed = uptimes.follow(before.uptime, visit.uptime, visit.at) if visit.uptime else None
    grown = rates.rates(
        {(metric, instance): count for metric, instance, count in before.counts},
        fresh,
        elapsed=visit.at - before.at,
        rebooted=followed.rebooted if followed else False,
    )
    rated = rules.with_states(profile, grown)
    default = profile_named(visit.profile) or profile
    stated = visit.readings
    if profile is not default:
        stated = rules.with_states_of(profile, stated, instead_of=default)
    readings = [*stated, *rated]
    if followed:
        readings = [_with_long_uptime(reading, followed) for reading in readings]
    judgement = rules.judge(
        profile,
        [*fresh, *rated],
        open_places=set(before.open_places),
        pending={(rule, instance): count for rule, instance, count in before.pending},
        switched_off={rule.name for rule in default.rule} - {rule.name for rule in profile.rule},
    )
    return Assessment(
        readings=readings,
        counts=[(*place, count) for place, count in rates.counts_of(fresh).items()],
        pending=[
            *((*place, count) for place, count in judgement.pending.items()),
            *_not_judged_now(profile, before, visit),
        ],
        followed=followed,
        raised=[finding_of(*found, device_name) for found in judgement.raised.values()],
        cleared=sorted(judgement.cleared),
    )


def _not_judged_now(profile: Profile, before: Before, visit: Visit) -> Pairs:
    """What was counted of readings that are carried over: they wait until they are read again."""
    metrics = {rule.name: rule.metric for rule in profile.rule}
    return [
        pending
        for pending in before.pending
        if (metrics.get(pending[0], ""), pending[1]) in visit.carried
    ]


def _with_long_uptime(reading: Reading, followed: Followed) -> Reading:
    if reading.metric != "uptime":
        return reading
    return msgspec.structs.replace(reading, value=int(followed.known.seconds))
