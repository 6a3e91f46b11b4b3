"""Alerts gathered: one mail a day or a week, at the hour that the reader chose."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog

from core import clock, mail
from core.database import execute, fetch
from core.errors import Message, Unavailable, say
from core.mail import Mail
from core.schools import name_in
from core.settings import MailSettings
from core.weekly_times import EVERY_DAY, last_time
from monitoring.notices.sending import SEVERITIES, Stationery
from monitoring.notices.subscriptions import IS_KEEPER, Digest

log = structlog.get_logger(__name__)

MOST_LINES = 40
MONDAY = 1
DAYS = {"daily": EVERY_DAY, "weekly": {MONDAY}}
LENGTHS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants digests, and when he got the last one."""

    id: int
    email: str
    locale: str
    school_id: int
    name_zh: str
    name_en: str
    zone: str
    digest: Digest
    digest_hour: int
    least_severity: str
    last_digest_at: datetime | None
    created_at: datetime


class Line(msgspec.Struct, frozen=True):
    """One alert of a digest."""

    severity: str
    message: Message
    tag: str
    raised_at: datetime
    cleared_at: datetime | None
    is_acknowledged: bool
    comes_and_goes: bool


SUBSCRIBERS = f"""
SELECT s.id, s.email, p.locale, s.school AS school_id, school.name_zh, school.name_en,
       school.zone, s.digest, s.digest_hour, s.least_severity, s.last_digest_at, s.created_at
  FROM alert_subscription s JOIN person p ON p.id = s.person JOIN school ON school.id = s.school
 WHERE s.digest <> 'none' AND p.closed_at IS NULL
   AND coalesce(s.last_digest_at, '-infinity') < $1::timestamptz - interval '1 hour'
   AND EXISTS (SELECT FROM valid_membership m WHERE m.person = s.person AND m.school = s.school
               AND {IS_KEEPER})
 ORDER BY s.id
"""
LINES = """
SELECT l.severity, l.message, a.tag, l.raised_at, l.cleared_at,
       l.acknowledged_at IS NOT NULL AS is_acknowledged,
       l.flapping_at IS NOT NULL AS comes_and_goes
  FROM alert l JOIN device d ON d.id = l.device JOIN asset a ON a.id = d.asset
 WHERE l.school = $1 AND (l.severity = 'critical' OR $3 = 'warning')
   AND (l.cleared_at IS NULL OR l.cleared_at >= $2)
 ORDER BY l.cleared_at IS NOT NULL, l.severity = 'warning', l.raised_at DESC
"""


def due_at(digest: Digest, hour: int, now: datetime, zone: ZoneInfo) -> datetime:
    """When the newest digest should have gone out: today or earlier, a weekly one on a Monday."""
    return last_time(DAYS[digest], time(hour), now, zone)


async def send_digests(settings: MailSettings, stationery: Stationery) -> int:
    """Send the digests that are due; how many mails were taken.

    One that was missed while nothing ran goes out late, once. A day without anything to tell
    sends nothing; a week always does, so that silence means that mail is broken.
    """
    now = clock.now()
    taken = 0
    for subscriber in await fetch(Subscriber, SUBSCRIBERS, now):
        try:
            taken += await _send_if_due(settings, stationery, subscriber, now)
        except mail.Postponed as error:
            log.warning("mail.postponed", trouble=str(error))
        except Unavailable as error:
            log.warning("mail.waits", trouble=str(error))
            return taken
        except Exception:
            # One that cannot be written must not stop those behind it; it stays due.
            log.exception("digest.failed", subscription=subscriber.id)
    return taken


async def _send_if_due(
    settings: MailSettings, stationery: Stationery, subscriber: Subscriber, now: datetime
) -> bool:
    """Whether the server took a mail; one that it refuses for ever is over as well."""
    due = due_at(subscriber.digest, subscriber.digest_hour, now, ZoneInfo(subscriber.zone))
    last = subscriber.last_digest_at or subscriber.created_at
    if last >= due:
        return False
    taken = False
    lines = await _lines(subscriber, due)
    if lines or subscriber.digest == "weekly":
        try:
            await mail.send(settings, written(subscriber, lines, due, stationery))
            taken = True
        except mail.Undeliverable as refused:
            log.warning("digest.refused", subscription=subscriber.id, answer=str(refused))
    await execute(
        "UPDATE alert_subscription SET last_digest_at = $2 WHERE id = $1", subscriber.id, now
    )
    return taken


def written(
    subscriber: Subscriber, lines: list[Line], due: datetime, stationery: Stationery
) -> Mail:
    """The digest: what is open, the gravest first, then what is over."""

    def words(message: Message) -> str:
        return stationery.words(subscriber.locale, message)

    school = name_in(subscriber.locale, subscriber.name_zh, subscriber.name_en)
    still = [line for line in lines if line.cleared_at is None]
    over = [line for line in lines if line.cleared_at is not None]
    subject = say(
        "{school}: {open} open alerts, {over} over", school=school, open=len(still), over=len(over)
    )
    text = []
    for title, group in ((say("Open:"), still), (say("Over:"), over)):
        if group:
            text += [
                words(title),
                *(_line(one, subscriber, stationery) for one in group[:MOST_LINES]),
            ]
            if len(group) > MOST_LINES:
                text.append(words(say("and {count} more", count=len(group) - MOST_LINES)))
            text.append("")
    if not lines:
        text += [words(say("There is nothing to tell: no alert is open, and none was.")), ""]
    text.append(stationery.list_link())
    key = f"labshare-digest-{subscriber.id}-{due:%Y%m%d%H}"
    return Mail(subscriber.email, words(subject), "\n".join(text).rstrip("\n") + "\n", key)


async def _lines(subscriber: Subscriber, due: datetime) -> list[Line]:
    since = subscriber.last_digest_at or due - LENGTHS[subscriber.digest]
    return await fetch(Line, LINES, subscriber.school_id, since, subscriber.least_severity)


def _line(line: Line, subscriber: Subscriber, stationery: Stationery) -> str:
    def words(message: Message) -> str:
        return stationery.words(subscriber.locale, message)

    zone = ZoneInfo(subscriber.zone)
    parts = [words(SEVERITIES[line.severity]), words(line.message), line.tag]
    parts.append(stationery.moment(subscriber.locale, line.raised_at, zone))
    if line.cleared_at is not None:
        parts.append(stationery.moment(subscriber.locale, line.cleared_at, zone))
    if line.comes_and_goes:
        parts.append(words(say("comes and goes")))
    elif line.cleared_at is None and line.is_acknowledged:
        parts.append(words(say("somebody takes care")))
    return "- " + " · ".join(parts)
