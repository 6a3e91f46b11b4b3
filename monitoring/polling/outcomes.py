"""What a good visit means, given the one before it, and what is stored of any: pure."""

from datetime import UTC, datetime

import msgspec

from monitoring.alerting import parents, rules
from monitoring.alerting.alerts.findings import DeviceChanges, Finding
from monitoring.alerting.parents import Parent
from monitoring.alerting.rule_findings import finding_of
from monitoring.alerting.thresholds.effective import Settings
from monitoring.decoding.readings import Reading
from monitoring.decoding.topology import Surroundings
from monitoring.devices.views import DeviceState
from monitoring.history import samples
from monitoring.history.samples import SampleRow
from monitoring.polling import counters, scheduler
from monitoring.polling.claims import PING, Claim
from monitoring.polling.counters import Followed, Known, WasOn
from monitoring.polling.failures import (
    OUR_OWN_RULES,
    Circumstances,
    disproved_by,
    finding_after,
    state_after,
)
from monitoring.polling.visit import Visit
from monitoring.profiles import Profile, profile_named
from monitoring.snmp import SnmpError

Pairs = list[tuple[str, str, int]]  # (metric or rule, instance, number), as they are stored in JSON


class Before(msgspec.Struct, frozen=True):
    """What is remembered of the device."""

    uptime: Known | None = None
    at: float = 0.0
    counts: Pairs = []
    pending: Pairs = []
    open_keys: list[tuple[str, str]] = []


class Assessment(msgspec.Struct, frozen=True):
    """What is to be stored of the visit, and which episodes begin and end."""

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
    followed = counters.follow(before.uptime, visit.uptime, visit.at) if visit.uptime else None
    grown = counters.rates(
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
        open_keys=set(before.open_keys),
        pending={(rule, instance): count for rule, instance, count in before.pending},
        switched_off={rule.name for rule in default.rule} - {rule.name for rule in profile.rule},
    )
    return Assessment(
        readings=readings,
        counts=[(*place, count) for place, count in counters.counts_of(fresh).items()],
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


_pairs = msgspec.json.Decoder(Pairs)
_keys = msgspec.json.Decoder(list[tuple[str, str]])
_encode = msgspec.json.Encoder().encode


class VisitResult(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What of a good visit is stored; JSON as text, None where it stays as it was."""

    recognised: str
    identity: str | None
    uptime: str | None
    readings: str
    counts: str
    pending: str
    plan: str | None
    samples: list[SampleRow]
    was_on: WasOn | None
    surroundings: Surroundings


class Outcome(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One visit, ready to be stored. ``result`` is None when the device gave nothing.

    ``is_there``: somebody answered, if only to refuse us, so that the way there is whole.
    ``unsure_parent``: to be looked at soon, since its child cannot tell whose fault the silence is.
    """

    device_id: int
    school_id: int
    version: int
    at: datetime
    next_poll_at: datetime
    before: DeviceState
    after: DeviceState
    failures: int
    trouble: str | None
    changes: DeviceChanges
    result: VisitResult | None = None
    is_there: bool = True
    unsure_parent: int | None = None


def of_visit(claim: Claim, visit: Visit, settings: Settings, now: datetime) -> Outcome:
    """The device is up: its readings, its uptime, when it is due next, and what began and ended."""
    profile = settings.profile_for(
        claim.school_id, claim.device_id, profile_named(visit.profile) or claim.profile
    )
    keys = _keys.decode(claim.open_keys_json)
    assessment = assess(
        profile, _before(claim, keys), visit, device_name=claim.name(visit.identity)
    )
    ours = [(rule, "") for rule in OUR_OWN_RULES if (rule, "") in keys]
    at = datetime.fromtimestamp(visit.at, UTC)
    interval = claim.chosen_interval_seconds or profile.interval_seconds
    return Outcome(
        device_id=claim.device_id,
        school_id=claim.school_id,
        version=claim.version_of_device,
        at=at,
        next_poll_at=scheduler.next_due(claim.device_id, interval, now),
        before=claim.state,
        after=DeviceState.up,
        failures=0,
        trouble=None,
        changes=DeviceChanges(
            claim.device_id,
            claim.school_id,
            raised=assessment.raised,
            cleared=[*ours, *assessment.cleared],
        ),
        result=_result(claim, visit, assessment, at),
    )


def of_failure(claim: Claim, error: SnmpError, now: datetime) -> Outcome:
    """The trouble, the state it means, when it is due next, and the fault when it has lasted."""
    around = _circumstances(claim, now)
    finding = finding_after(claim.name(), error, around)
    keys = _keys.decode(claim.open_keys_json)
    return Outcome(
        device_id=claim.device_id,
        school_id=claim.school_id,
        version=claim.version_of_device,
        at=now,
        next_poll_at=scheduler.after_failure(
            claim.device_id, around.failures, claim.interval_seconds, now
        ),
        before=claim.state,
        after=state_after(claim.state, error, around),
        failures=around.failures,
        trouble=_text(error.message),
        changes=DeviceChanges(
            claim.device_id,
            claim.school_id,
            raised=[finding] if finding else [],
            cleared=[(rule, "") for rule in disproved_by(error, around) if (rule, "") in keys],
        ),
        is_there=error.was_heard,
        unsure_parent=claim.parent_id if _wants_proof(around) else None,
    )


def _before(claim: Claim, keys: list[tuple[str, str]]) -> Before:
    if claim.visited_at is None:
        return Before(uptime=claim.uptime, open_keys=keys)
    return Before(
        claim.uptime,
        claim.visited_at.timestamp(),
        _pairs.decode(claim.counts_json or "[]"),
        _pairs.decode(claim.pending_json or "[]"),
        keys,
    )


def _circumstances(claim: Claim, now: datetime) -> Circumstances:
    return Circumstances(
        failures=claim.failures + 1,
        may_sleep=claim.may_sleep,
        is_expected=claim.is_expected(now),
        # Silent for sure since the visit before this one, if that found nobody either.
        parent=parents.standing_of(claim.parent, claim.last_polled_at if claim.failures else None),
    )


def _wants_proof(around: Circumstances) -> bool:
    """Whether its parent is to be asked now: the proof must be newer than the silence."""
    is_hanging = around.parent in (Parent.up, Parent.unsure)
    return around.parent is Parent.unsure or (is_hanging and not around.has_lasted)


def _result(claim: Claim, visit: Visit, assessment: Assessment, at: datetime) -> VisitResult:
    followed = assessment.followed
    fresh = [r for r in assessment.readings if (r.metric, r.instance) not in visit.carried]
    return VisitResult(
        recognised=visit.profile,
        identity=_text(visit.identity) if visit.identity else None,
        uptime=_text(followed.known) if followed else None,
        readings=_text(assessment.readings),
        counts=_text(assessment.counts),
        pending=_text(assessment.pending),
        plan=_text(visit.plan) if visit.plan else None,
        samples=samples.rows_of(claim.device_id, at, fresh),
        was_on=_was_on(claim, followed, at),
        surroundings=visit.surroundings,
    )


def _was_on(claim: Claim, followed: Followed | None, at: datetime) -> WasOn | None:
    """By its own uptime, or between two answered pings."""
    if followed is not None:
        return counters.was_on(claim.device_id, followed, at)
    if claim.method == PING:
        return counters.seen_by_ping(
            claim.device_id, claim.last_seen_at, at, interval_seconds=claim.interval_seconds
        )
    return None


def _text(result: object) -> str:
    return _encode(result).decode()
