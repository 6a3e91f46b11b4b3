"""Who is notified, after how long, when nobody has acknowledged an alert."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.access import Actor
from core.database import execute, execute_many, fetch, transaction
from core.errors import FieldError, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP
from monitoring.alerting.alerts import AlertSeverity
from monitoring.notices.subscriptions import IS_KEEPER, keepers_of

MOST_STEPS = 5

NotifiedRole = Literal["admin", "technician"]


class NewStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After so many minutes those with the role are notified, or in their place the one person."""

    after_minutes: Annotated[int, Meta(ge=1, le=10_080)]
    least_severity: AlertSeverity = "critical"
    role: NotifiedRole = "technician"
    person_id: Id | None = None

    @property
    def notified_role(self) -> NotifiedRole | None:
        return self.role if self.person_id is None else None


class EscalationStep(msgspec.Struct, frozen=True):
    """One step, and how many of those whom it notifies have given an address."""

    level: int
    after_minutes: int
    least_severity: AlertSeverity
    role: NotifiedRole | None
    person_id: int | None
    person_name: str | None
    people: int
    reachable: int


async def list_steps(actor: Actor, school_id: int) -> list[EscalationStep]:
    """The school's steps in order, for those who keep its equipment."""
    actor.require(school_id, READ_MONITORING_SETUP)
    return await fetch(
        EscalationStep,
        f"""
        SELECT e.level, e.after_minutes, e.least_severity, e.role, e.person AS person_id,
               p.name AS person_name, told.people, told.reachable
          FROM escalation_step e LEFT JOIN person p ON p.id = e.person
         CROSS JOIN LATERAL (
               SELECT count(DISTINCT m.person) AS people, count(DISTINCT s.person) AS reachable
                 FROM valid_membership m JOIN person one ON one.id = m.person
                 LEFT JOIN alert_subscription s ON s.person = m.person AND s.school = m.school
                WHERE m.school = e.school AND one.closed_at IS NULL
                  AND (m.role = e.role
                       OR m.person = e.person AND {IS_KEEPER})) told
         WHERE e.school = $1 ORDER BY e.level
        """,
        school_id,
    )


async def set_steps(actor: Actor, school_id: int, steps: Sequence[NewStep]) -> list[EscalationStep]:
    """Put these steps in place of the school's, the first to be notified first; for its admins."""
    actor.require(school_id, EDIT_MONITORING_SETUP)
    await _check(actor, school_id, steps)
    async with transaction(actor):
        # Two admins at once: the second one's steps stand, whole.
        await execute("SELECT pg_advisory_xact_lock(hashtextextended('escalation', $1))", school_id)
        await execute("DELETE FROM escalation_step WHERE school = $1", school_id)
        await execute_many(
            "INSERT INTO escalation_step (school, level, after_minutes, least_severity, role,"
            " person) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                (school_id, level, s.after_minutes, s.least_severity, s.notified_role, s.person_id)
                for level, s in enumerate(steps, start=1)
            ],
        )
    return await list_steps(actor, school_id)


async def _check(actor: Actor, school_id: int, steps: Sequence[NewStep]) -> None:
    errors = []
    if len(steps) > MOST_STEPS:
        most = say("At most {most} steps, please", most=MOST_STEPS)
        errors.append(FieldError("steps", most, "length"))
    keepers = {one.id for one in await keepers_of(actor, school_id)}
    for number, step in enumerate(steps):
        if step.person_id is not None and step.person_id not in keepers:
            unknown = say("Choose somebody who keeps equipment at this school")
            errors.append(FieldError(f"steps.{number}.person_id", unknown, "person"))
        if number and step.after_minutes <= steps[number - 1].after_minutes:
            later = say("Each step comes later than the one before")
            errors.append(FieldError(f"steps.{number}.after_minutes", later, "order"))
    if errors:
        raise Invalid(errors)
