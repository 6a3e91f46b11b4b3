"""What concerns security, as events: who came in, who was refused, who may do what from now on.

An event is a row that nobody changes, and a line in the log of the process. It holds no password,
no token and no name that somebody typed: a mistyped sign-in name is often a password.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
import structlog

from core import clock, database
from core.access import Actor
from core.errors import Unavailable
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from core.permissions import READ_SECURITY_LOG
from core.query import Key, Order, Where, list_page

log = structlog.get_logger(__name__)

# Of what strangers can cause, at most so many of one kind from one address are stored in a minute.
MOST_A_MINUTE = 20
MOST_CHARACTERS = 200
# Younger ones cannot be removed at all, whatever the setting says (trigger security_event_kept).
LEAST_KEPT_DAYS = 30
MOST_EXPORTED = 10_000


class Kind(StrEnum):
    """What happened."""

    signed_in = "signed_in"
    sign_in_failed = "sign_in_failed"
    sign_in_throttled = "sign_in_throttled"
    password_check_failed = "password_check_failed"  # noqa: S105 (a kind)
    password_check_throttled = "password_check_throttled"  # noqa: S105 (a kind)
    session_ended = "session_ended"
    code_failed = "code_failed"
    code_throttled = "code_throttled"
    recovery_code_used = "recovery_code_used"
    access_refused = "access_refused"
    cross_site_refused = "cross_site_refused"
    role_given = "role_given"
    role_ended = "role_ended"
    account_opened = "account_opened"
    account_closed = "account_closed"
    account_reopened = "account_reopened"
    password_changed = "password_changed"  # noqa: S105 (a kind)
    password_reset = "password_reset"  # noqa: S105 (a kind)
    token_made = "token_made"  # noqa: S105 (a kind)
    token_revoked = "token_revoked"  # noqa: S105 (a kind)
    second_factor_set_up = "second_factor_set_up"
    second_factor_removed = "second_factor_removed"
    second_factor_reset = "second_factor_reset"
    second_factor_rule = "second_factor_rule"
    export = "export"
    key_rotated = "key_rotated"


# What somebody can cause as often as they like, without an account or with another's password.
OF_STRANGERS = frozenset(
    {
        Kind.sign_in_failed,
        Kind.sign_in_throttled,
        Kind.password_check_failed,
        Kind.password_check_throttled,
        Kind.code_failed,
        Kind.code_throttled,
        Kind.access_refused,
        Kind.cross_site_refused,
    }
)


class SecurityEvent(msgspec.Struct, frozen=True):
    """One event; ``person`` is whose account it concerns, ``actor`` who did it."""

    id: int
    at: datetime
    kind: Kind
    person_id: int | None
    person_name: str | None
    actor_name: str | None
    school_id: int | None
    address: str
    detail: str


class SecurityFilter(msgspec.Struct, frozen=True):
    """Which events a list shows; ``day`` is a calendar day in ``zone``."""

    kind: Kind | None = None
    person_id: Id | None = None
    day: date | None = None
    zone: str = "Asia/Shanghai"


async def record(
    kind: Kind,
    *,
    actor: Actor | None = None,
    person_id: int | None = None,
    login: str = "",
    school_id: int | None = None,
    address: str = "",
    detail: str = "",
) -> None:
    """Store an event and log it; joins the caller's transaction, if there is one.

    Whose account: ``person_id``, else the one with the sign-in name ``login``, else nobody's.
    """
    address = (address or (actor.address if actor else ""))[:64]
    detail = _in_print(detail)
    now = clock.now()
    stored = await database.fetch_value(
        "INSERT INTO security_event"
        " (at, kind, person_id, actor_id, actor_name, school_id, address, detail)"
        " SELECT :now, :kind::text, coalesce(:person_id, (SELECT id FROM person WHERE"
        " login = :login)), :actor_id, :actor_name, :school_id, :address::text, :detail"
        " WHERE :most = 0 OR (SELECT count(*) FROM (SELECT 1 FROM security_event"
        "   WHERE kind = :kind::text AND address = :address::text AND at > :a_minute_ago"
        "   LIMIT :most) AS lately) < :most"
        " RETURNING id",
        now=now,
        kind=kind,
        person_id=person_id,
        login=login[:64],
        actor_id=actor.person_id if actor else None,
        actor_name=actor.name[:120] if actor else None,
        school_id=school_id,
        address=address,
        detail=detail,
        most=MOST_A_MINUTE if kind in OF_STRANGERS else 0,
        a_minute_ago=now - timedelta(minutes=1),
    )
    # A command of the command line configures no log, and prints what it was asked for alone.
    if stored is not None and structlog.is_configured():
        log.info(
            f"security.{kind}",
            person_id=person_id,
            actor_id=actor.person_id if actor else None,
            address=address,
            detail=detail,
        )


async def record_each(
    kind: Kind, person_ids: Sequence[int], *, actor_id: int | None, school_id: int, detail: str
) -> None:
    """An event for each of these accounts, in the caller's transaction and one statement.

    For what a worker does that somebody asked for; its process logs the whole.
    """
    await database.execute(
        "INSERT INTO security_event"
        " (at, kind, person_id, actor_id, actor_name, school_id, address, detail)"
        " SELECT :now, :kind::text, u.person, :actor_id,"
        " (SELECT name FROM person WHERE id = :actor_id), :school_id, '', :detail"
        " FROM unnest(:people::bigint[]) AS u (person)",
        now=clock.now(),
        kind=kind,
        people=list(person_ids),
        actor_id=actor_id,
        school_id=school_id,
        detail=_in_print(detail),
    )


async def record_refusal(kind: Kind, actor: Actor | None, *, address: str, detail: str) -> None:
    """:func:`record` for a request that was refused: it stays refused if nothing can be stored."""
    try:
        await record(
            kind,
            actor=actor,
            person_id=actor.person_id if actor else None,
            address=address,
            detail=detail,
        )
    except Unavailable:
        log.warning(f"security.{kind}", address=address, detail=_in_print(detail))


def _in_print(text: str) -> str:
    """Bounded, and without letters that cannot be stored (NUL) or that rearrange a line."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:MOST_CHARACTERS])


# Events of a school are its admins'. Those of an account without a school are seen where its
# owner was at work at that time, and, if that was nowhere, where they ever were; those of nobody
# (an unknown name, the key) by every admin.
_AT_WORK = """
    SELECT FROM membership m WHERE m.person = e.person_id AND m.valid_from <= e.at
       AND (m.valid_until IS NULL OR m.valid_until > e.at)
"""
IN_SIGHT = f"""
    (e.school_id = any(:schools::bigint[]) OR (e.school_id IS NULL AND (e.person_id IS NULL
        OR EXISTS ({_AT_WORK} AND m.school = any(:schools::bigint[]))
        OR (NOT EXISTS ({_AT_WORK}) AND e.person_id IN
            (SELECT m.person FROM membership m WHERE m.school = any(:schools::bigint[]))))))
"""


EVENTS = """
SELECT e.id, e.at, e.kind, e.person_id, p.name AS person_name, e.actor_name, e.school_id,
       e.address, e.detail FROM security_event e LEFT JOIN person p ON p.id = e.person_id
"""
NEWEST_FIRST = Order(Key("e.id", int, "id"), descending=True)


async def list_events(
    actor: Actor,
    only: SecurityFilter,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    most: int | None = None,
) -> Page[SecurityEvent]:
    """The newest events first, at the schools where the actor is an admin.

    ``most`` takes the place of ``limit`` for a file.
    """
    where = Where(IN_SIGHT, schools=actor.school_ids_with(READ_SECURITY_LOG))
    where.add_given("e.kind = :kind", kind=only.kind)
    where.add_given("e.person_id = :person_id", person_id=only.person_id)
    if only.day is not None:
        since, until = clock.bounds_of(only.day, only.zone)
        where.add("e.at >= :since AND e.at < :until", since=since, until=until)
    return await list_page(
        SecurityEvent,
        EVENTS,
        where,
        NEWEST_FIRST,
        cursor=cursor,
        limit=most or limit,
        most=most or MAX_LIMIT,
    )


async def delete_old(keep_days: int) -> int:
    """Remove what is older than ``keep_days``, 30 at least; how many there were."""
    return await database.execute(
        "DELETE FROM security_event WHERE at < $1",
        clock.now() - timedelta(days=max(keep_days, LEAST_KEPT_DAYS), hours=1),
    )
