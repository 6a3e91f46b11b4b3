"""The mails themselves: written in their reader's language, sent at least once, never in a storm."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from core import clock, leases, mail
from core.database import execute, fetch
from core.errors import Message, Unavailable, say
from core.leases import Lease, Queue
from core.mail import Mail
from core.settings import MailSettings
from monitoring.alerting.alerts import AlertSeverity
from monitoring.notices.subscriptions import IS_THERE

log = structlog.get_logger(__name__)

# A killed sender's are taken over after the lease; a mail that nobody takes now waits ever longer.
QUEUE = Queue(
    table="alert_notice",
    until="due_at",
    waiting="sent_at IS NULL AND trouble IS NULL",
    lease=timedelta(minutes=2),
    renew_seconds=30.0,
    longest_wait=timedelta(hours=1),
)
MOST_AT_ONCE = 500
# As long as mail servers try it themselves (RFC 5321 §4.5.4.1). One that is away is no try.
TRIED_FOR = timedelta(days=5)
# More at once than anybody reads one by one come as one mail.
GATHERED_FROM = 4
MOST_IN_A_MAIL = 100


class Stationery(Protocol):
    """How mails are put into words: the languages and addresses of the face."""

    def words(self, locale: str, message: Message) -> str: ...

    def moment(self, locale: str, at: datetime, zone: ZoneInfo) -> str: ...

    def alert_link(self, alert_id: int) -> str:
        """Where the alert is read; "" when the installation does not know its own address."""
        ...

    def list_link(self) -> str:
        """Where all alerts are read; "" likewise."""
        ...


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One enqueued notice with all that its mail says."""

    id: int
    attempts: int
    created_at: datetime
    kind: str
    level: int
    email: str
    locale: str
    zone: str
    alert_id: int
    severity: AlertSeverity
    message: Message
    tag: str
    place: str
    raised_at: datetime
    cleared_at: datetime | None
    work_order_id: int | None


# Who has left since gets no mail.
WAITING = f"""
SELECT n.id, n.attempts, n.created_at, n.kind, n.level, s.email, p.locale, school.zone, l.id AS alert_id, l.severity,
       l.message, a.tag, coalesce(pp.path, '') AS place,
       l.raised_at, l.cleared_at, l.work_order AS work_order_id
  FROM alert_notice n
  JOIN alert l ON l.id = n.alert
  JOIN person p ON p.id = n.person
  JOIN alert_subscription s ON s.person = n.person AND s.school = l.school
  JOIN school ON school.id = l.school
  JOIN device d ON d.id = l.device
  JOIN asset a ON a.id = d.asset
  LEFT JOIN place_path pp ON pp.place = a.place
 WHERE n.id = any($1::bigint[]) AND {IS_THERE}
"""

SUBJECTS = {
    "raised": say("Alert: {fault}"),
    "escalated": say("Nobody has reacted: {fault}"),
    "cleared": say("Over: {fault}"),
}
SEVERITIES = {"warning": say("Warning"), "critical": say("Critical")}


async def send_notices(settings: MailSettings, stationery: Stationery) -> int:
    """Send what waits; how many mails were taken.

    A server that is away stops the round, and everything stays due. What it does not take for one
    reader now is put off. What it refuses for ever, or has not taken for days, is kept with its
    answer and not tried again. A process that dies after sending and before writing that down
    sends once more, under the same message id.
    """
    taken = 0
    while claims := await leases.claim(_Claim, QUEUE, most=MOST_AT_ONCE):
        async with leases.renewed(QUEUE, claims) as lease:
            sending = _Sending(lease, settings, stationery)
            await sending.send_all()
        taken += sending.taken
        if sending.is_away:
            break
    return taken


class _Claim(msgspec.Struct, frozen=True):
    id: int
    attempts: int


class _Sending:
    """Claimed notices on their way, one reader after the other."""

    def __init__(
        self, lease: Lease[_Claim], settings: MailSettings, stationery: Stationery
    ) -> None:
        self._lease, self._settings, self._stationery = lease, settings, stationery
        self.taken = 0
        self.is_away = False

    async def send_all(self) -> None:
        ids = [claim.id for claim in self._lease.claims]
        waiting = sorted(await fetch(Waiting, WAITING, ids), key=_reader)
        for _, notices in groupby(waiting, key=lambda one: (one.email, one.locale)):
            await self._send_to_reader(list(notices))
            if self.is_away or self._lease.is_over:
                break
        if self.is_away:
            await leases.release(QUEUE, self._lease.claims)
        else:
            # Of people who have left since; whoever comes back is told of what is still news.
            await leases.put_off(QUEUE, self._lease.claims)

    async def _send_to_reader(self, notices: list[Waiting]) -> None:
        for some in _parcels(notices):
            try:
                mail_out = written(some, notices[0].email, notices[0].locale, self._stationery)
                await mail.send(self._settings, mail_out)
            except mail.Postponed as error:
                log.warning("mail.postponed", trouble=str(error))
                await self._put_off([one for one in notices if self._is_held(one)], str(error))
                return
            except Unavailable as error:
                log.warning("mail.waits", trouble=str(error))
                self.is_away = True
                return
            except mail.Undeliverable as refused:
                await self._end(some, str(refused))
            except Exception as error:
                # One mail that cannot be written must not stop those behind it.
                log.exception("notice.failed", notices=[one.id for one in some])
                await self._put_off(some, f"{type(error).__name__}: {error}"[:1000])
            else:
                await self._end(some)
                self.taken += 1

    async def _put_off(self, some: Sequence[Waiting], trouble: str) -> None:
        too_old = clock.now() - TRIED_FOR
        await leases.put_off(QUEUE, [one for one in some if one.created_at > too_old])
        await self._end([one for one in some if one.created_at <= too_old], trouble)
        self._drop(some)

    async def _end(self, some: Sequence[Waiting], trouble: str | None = None) -> None:
        await execute(
            "UPDATE alert_notice SET sent_at = CASE WHEN $3::text IS NULL THEN $2::timestamptz END,"
            " trouble = $3 WHERE id IN (SELECT id FROM alert_notice WHERE id = any($1::bigint[])"
            " ORDER BY id FOR UPDATE)",
            [one.id for one in some],
            clock.now(),
            trouble,
        )
        self._drop(some)

    def _is_held(self, one: Waiting) -> bool:
        return any(claim.id == one.id for claim in self._lease.claims)

    def _drop(self, some: Sequence[Waiting]) -> None:
        done = {one.id for one in some}
        self._lease.claims = [claim for claim in self._lease.claims if claim.id not in done]


def written(some: Sequence[Waiting], email: str, locale: str, stationery: Stationery) -> Mail:
    """One mail about one notice, or about several at once."""
    ids = "-".join(str(one.id) for one in some)
    key = f"labshare-notice-{ids if len(some) == 1 else sha256(ids.encode()).hexdigest()[:32]}"
    if len(some) == 1:
        (one,) = some
        subject = Message(SUBJECTS[one.kind].template, {"fault": one.message})
        text = [*_paragraph(one, stationery), "", stationery.alert_link(one.alert_id)]
        return Mail(email, stationery.words(locale, subject), _text(text), key)
    subject = say("{count} messages about alerts", count=len(some))
    lines = []
    for one in some:
        headline = Message(SUBJECTS[one.kind].template, {"fault": one.message})
        lines += [stationery.words(locale, headline), *_paragraph(one, stationery)[1:], ""]
    return Mail(
        email, stationery.words(locale, subject), _text([*lines, stationery.list_link()]), key
    )


def _paragraph(one: Waiting, stationery: Stationery) -> list[str]:
    def line(message: Message) -> str:
        return stationery.words(one.locale, message)

    def moment(at: datetime) -> str:
        return stationery.moment(one.locale, at, ZoneInfo(one.zone))

    lines = [line(one.message)]
    lines.append(
        line(say("{severity}, asset {tag}", severity=SEVERITIES[one.severity], tag=one.tag))
    )
    if one.place:
        lines.append(line(say("Where: {place}", place=one.place)))
    lines.append(line(say("Since: {at}", at=moment(one.raised_at))))
    if one.cleared_at is not None:
        lines.append(line(say("Over since: {at}", at=moment(one.cleared_at))))
    if one.work_order_id is not None:
        lines.append(line(say("Work order: {number}", number=one.work_order_id)))
    return lines


def _reader(one: Waiting) -> tuple[str, str, int]:
    return (one.email, one.locale, one.id)


def _parcels(notices: list[Waiting]) -> list[list[Waiting]]:
    size = MOST_IN_A_MAIL if len(notices) >= GATHERED_FROM else 1
    return [notices[start : start + size] for start in range(0, len(notices), size)]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
