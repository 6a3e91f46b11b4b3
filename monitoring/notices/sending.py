"""The mails themselves: written in their reader's language, sent at least once, never in a storm."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from core import clock, mail
from core.database import execute, fetch
from core.errors import Message, Unavailable, say
from core.mail import Mail
from core.settings import MailSettings
from monitoring.alerting.alerts import AlertSeverity
from monitoring.notices.subscriptions import IS_THERE

log = structlog.get_logger(__name__)

MOST_A_ROUND = 500
# One mailbox that takes nothing now must not use up the round of all others.
MOST_A_READER = 100
# More at once than anybody reads one by one come as one mail.
GATHERED_FROM = 4


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
SELECT * FROM (
SELECT n.id, n.kind, n.level, s.email, p.locale, school.zone, l.id AS alert_id, l.severity,
       l.message, a.tag, coalesce(pp.path, '') AS place,
       l.raised_at, l.cleared_at, l.work_order AS work_order_id,
       row_number() OVER (PARTITION BY s.email ORDER BY n.id) AS turn
  FROM alert_notice n
  JOIN alert l ON l.id = n.alert
  JOIN person p ON p.id = n.person
  JOIN alert_subscription s ON s.person = n.person AND s.school = l.school
  JOIN school ON school.id = l.school
  JOIN device d ON d.id = l.device
  JOIN asset a ON a.id = d.asset
  LEFT JOIN place_path pp ON pp.place = a.place
 WHERE n.sent_at IS NULL AND n.trouble IS NULL AND {IS_THERE}) waiting
 WHERE turn <= {MOST_A_READER} ORDER BY turn, id LIMIT {MOST_A_ROUND}
"""

SUBJECTS = {
    "raised": say("Alert: {fault}"),
    "escalated": say("Nobody has reacted: {fault}"),
    "cleared": say("Over: {fault}"),
}
SEVERITIES = {"warning": say("Warning"), "critical": say("Critical")}


async def send_notices(settings: MailSettings, stationery: Stationery) -> int:
    """Send what waits; how many mails were taken.

    A server that is away stops the round: everything stays enqueued, as does what it does not take
    for one reader now. What it refuses for ever is
    kept with its answer and not tried again. A process that dies after sending and before writing
    that down sends once more, under the same message id.
    """
    taken = 0
    waiting = sorted(await fetch(Waiting, WAITING), key=_reader)
    postponed = set()
    for (email, locale), notices in groupby(waiting, key=lambda one: (one.email, one.locale)):
        for some in _parcels(list(notices)):
            if email in postponed:
                continue
            try:
                await mail.send(settings, written(some, email, locale, stationery))
            except mail.Postponed as error:
                log.warning("mail.postponed", trouble=str(error))
                postponed.add(email)
                continue
            except Unavailable as error:
                log.warning("mail.waits", trouble=str(error))
                return taken
            except mail.Undeliverable as refused:
                await _note([one.id for one in some], str(refused))
                continue
            await _note([one.id for one in some])
            taken += 1
    return taken


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
    if len(notices) >= GATHERED_FROM:
        return [notices]
    return [[one] for one in notices]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


async def _note(notice_ids: list[int], trouble: str | None = None) -> None:
    await execute(
        "UPDATE alert_notice SET sent_at = CASE WHEN $3::text IS NULL THEN $2::timestamptz END,"
        " trouble = $3 WHERE id IN (SELECT id FROM alert_notice WHERE id = any($1::bigint[])"
        " ORDER BY id FOR UPDATE)",
        notice_ids,
        clock.now(),
        trouble,
    )
