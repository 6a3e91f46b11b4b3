"""How a person wants to hear of a school's alerts: where to, how grave, at once or gathered."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core import clock, mail
from core.access import Actor
from core.database import execute, fetch, transaction
from core.errors import Forbidden, Invalid, say
from core.permissions import SUBSCRIBE_ALERTS
from monitoring.alerting.alerts import AlertSeverity

# For SQL: a valid membership `m` that makes somebody a keeper of equipment.
IS_KEEPER = "m.role IN ('admin','technician')"
# Of a subscription `s`: it is of somebody who keeps the school's equipment today.
IS_THERE = f"""
EXISTS (SELECT FROM valid_membership m JOIN person p ON p.id = m.person
         WHERE m.person = s.person AND m.school = s.school AND p.closed_at IS NULL
           AND {IS_KEEPER})
"""

Digest = Literal["none", "daily", "weekly"]


class NewSubscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person asks for at one school. ``digest_hour`` is of the school's clock."""

    email: Annotated[str, Meta(max_length=254, examples=["technician@school.example"])]
    least_severity: AlertSeverity = "warning"
    at_once: bool = False
    digest: Digest = "none"
    digest_hour: Annotated[int, Meta(ge=0, le=23)] = 7


class Subscription(msgspec.Struct, frozen=True):
    """What a person hears of one school; without an address nothing at all, not even escalations."""

    school_id: int
    email: str
    least_severity: AlertSeverity
    at_once: bool
    digest: Digest
    digest_hour: int


REFUSALS = {
    "alert_subscription_address_has_a_place": Invalid.of(
        "email", say("Write an address such as name@school.example"), code="email"
    ),
}


class Keeper(msgspec.Struct, frozen=True):
    """Somebody who keeps a school's equipment today, and so may be notified of its alerts."""

    id: int
    name: str


async def keepers_of(actor: Actor, school_id: int) -> list[Keeper]:
    """The admins and technicians of the school, by name, for one of them."""
    actor.require(school_id, SUBSCRIBE_ALERTS)
    return await fetch(
        Keeper,
        "SELECT DISTINCT p.id, p.name FROM valid_membership m JOIN person p ON p.id = m.person"
        f" WHERE m.school = $1 AND p.closed_at IS NULL AND {IS_KEEPER} ORDER BY p.name, p.id",
        school_id,
    )


async def list_subscriptions(actor: Actor) -> list[Subscription]:
    """The actor's own, one for each school where he keeps equipment and asked for mail."""
    return await fetch(
        Subscription,
        "SELECT school AS school_id, email, least_severity, at_once, digest, digest_hour"
        " FROM alert_subscription WHERE person = $1 AND school = any($2::bigint[]) ORDER BY school",
        actor.person_id,
        actor.school_ids_with(SUBSCRIBE_ALERTS),
    )


async def subscribe(actor: Actor, school_id: int, new: NewSubscription) -> Subscription:
    """Ask for mail about a school, or ask for it differently; for those who keep its equipment.

    Alerts that are open already are not sent again: the list shows them, and so does the digest.
    """
    actor.require(school_id, SUBSCRIBE_ALERTS)
    if actor.person_id is None:
        raise Forbidden(say("Mail is for people"))
    asked = msgspec.structs.replace(new, email=new.email.strip())
    if not mail.is_address(asked.email):
        raise REFUSALS["alert_subscription_address_has_a_place"]
    async with transaction(actor, REFUSALS):
        await execute(
            "INSERT INTO alert_subscription (person, school, email, least_severity, at_once,"
            " digest, digest_hour, created_at) VALUES (:person_id, :school_id, :email,"
            " :least_severity, :at_once, :digest, :digest_hour, :now)"
            " ON CONFLICT (person, school) DO UPDATE SET email = excluded.email,"
            " least_severity = excluded.least_severity, at_once = excluded.at_once,"
            " digest = excluded.digest, digest_hour = excluded.digest_hour",
            person_id=actor.person_id,
            school_id=school_id,
            email=asked.email,
            least_severity=asked.least_severity,
            at_once=asked.at_once,
            digest=asked.digest,
            digest_hour=asked.digest_hour,
            now=clock.now(),
        )
    return Subscription(
        school_id,
        asked.email,
        asked.least_severity,
        asked.at_once,
        asked.digest,
        asked.digest_hour,
    )


async def unsubscribe(actor: Actor, school_id: int) -> None:
    """No more mail about the school; what waits to be sent is dropped with it."""
    actor.require(school_id, SUBSCRIBE_ALERTS)
    async with transaction(actor):
        await execute(
            "DELETE FROM alert_subscription WHERE person = $1 AND school = $2",
            actor.person_id,
            school_id,
        )
        await execute(
            "DELETE FROM alert_notice n USING alert l WHERE l.id = n.alert AND n.person = $1"
            " AND l.school = $2 AND n.sent_at IS NULL",
            actor.person_id,
            school_id,
        )
