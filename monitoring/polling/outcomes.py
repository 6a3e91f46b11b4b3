"""What a visit means for what is kept of its device: pure, from the claim and from what happened."""

from datetime import UTC, datetime

import msgspec

from monitoring.alerting import parents
from monitoring.alerting.alerts.findings import DeviceChanges
from monitoring.alerting.parents import Parent
from monitoring.alerting.thresholds.effective import Settings
from monitoring.decoding.topology import Surroundings
from monitoring.devices.views import DeviceState
from monitoring.history import samples
from monitoring.history.samples import SampleRow
from monitoring.polling import due_times, power_sessions
from monitoring.polling.assessment import Assessment, Before, Pairs, assess
from monitoring.polling.claims import PING, Claim
from monitoring.polling.failures import (
    OUR_OWN_RULES,
    Circumstances,
    disproved_by,
    finding_after,
    state_after,
)
from monitoring.polling.power_sessions import WasOn
from monitoring.polling.uptimes import Followed
from monitoring.polling.visit import Visit
from monitoring.profiles import profile_named
from monitoring.snmp import SnmpError

_pairs = msgspec.json.Decoder(Pairs)
_places = msgspec.json.Decoder(list[tuple[str, str]])
_encode = msgspec.json.Encoder().encode


class Kept(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a good visit leaves behind; JSON as text, None where it stays as it was."""

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
    """One visit, ready to be kept. ``kept`` is None when the device gave nothing.

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
    kept: Kept | None = None
    is_there: bool = True
    unsure_parent: int | None = None


def of_visit(claim: Claim, visit: Visit, settings: Settings, now: datetime) -> Outcome:
    """The device is up: its readings, its uptime, its next turn, and what began and ended."""
    profile = settings.profile_for(
        claim.school_id, claim.device_id, profile_named(visit.profile) or claim.profile
    )
    places = _places.decode(claim.open_places_json)
    assessment = assess(
        profile, _before(claim, places), visit, device_name=claim.name(visit.identity)
    )
    ours = [(rule, "") for rule in OUR_OWN_RULES if (rule, "") in places]
    at = datetime.fromtimestamp(visit.at, UTC)
    interval = claim.chosen_interval_seconds or profile.interval_seconds
    return Outcome(
        device_id=claim.device_id,
        school_id=claim.school_id,
        version=claim.version_of_device,
        at=at,
        next_poll_at=due_times.next_due(claim.device_id, interval, now),
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
        kept=_kept(claim, visit, assessment, at),
    )


def of_failure(claim: Claim, error: SnmpError, now: datetime) -> Outcome:
    """The trouble, the state it means, the next turn, and the fault when it has lasted."""
    around = _circumstances(claim, now)
    finding = finding_after(claim.name(), error, around)
    places = _places.decode(claim.open_places_json)
    return Outcome(
        device_id=claim.device_id,
        school_id=claim.school_id,
        version=claim.version_of_device,
        at=now,
        next_poll_at=due_times.after_failure(
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
            cleared=[(rule, "") for rule in disproved_by(error, around) if (rule, "") in places],
        ),
        is_there=error.was_heard,
        unsure_parent=claim.parent_id if _wants_proof(around) else None,
    )


def _before(claim: Claim, places: list[tuple[str, str]]) -> Before:
    if claim.visited_at is None:
        return Before(uptime=claim.uptime, open_places=places)
    return Before(
        claim.uptime,
        claim.visited_at.timestamp(),
        _pairs.decode(claim.counts_json or "[]"),
        _pairs.decode(claim.pending_json or "[]"),
        places,
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


def _kept(claim: Claim, visit: Visit, assessment: Assessment, at: datetime) -> Kept:
    followed = assessment.followed
    fresh = [r for r in assessment.readings if (r.metric, r.instance) not in visit.carried]
    return Kept(
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
        return power_sessions.was_on(claim.device_id, followed, at)
    if claim.method == PING:
        return power_sessions.seen_by_ping(
            claim.device_id, claim.last_seen_at, at, interval_seconds=claim.interval_seconds
        )
    return None


def _text(kept: object) -> str:
    return _encode(kept).decode()
