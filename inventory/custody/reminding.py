"""Reminders of what is due soon or overdue: one mail to who holds it, each decided once."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Literal, Protocol

import msgspec
import structlog

from core import clock, mail, outbox
from core.database import fetch, transaction
from core.errors import Message, say
from core.mail import Mail
from core.settings import MailSettings

log = structlog.get_logger(__name__)

TOPIC = "custody.remind"
REMIND_BEFORE_DUE = timedelta(days=1)
# A service that was away for long, or a first address, brings no heap of old reminders.
OVERDUE_IS_NEWS = timedelta(days=30)
Kind = Literal["soon", "overdue"]


class Reminder(msgspec.Struct, frozen=True):
    """One mail: to whom, of which custodies and loans of lots; ``first_id``, the first that was
    written down of the former, or else of the latter, makes a second delivery the same."""

    person_id: int
    kind: Kind
    custody_ids: list[int]
    first_id: int
    lot_loan_ids: list[int] = []


class Stationery(Protocol):
    """How mails are put into words: the languages and addresses of the face."""

    def words(self, locale: str, message: Message) -> str: ...

    def own_custody_link(self) -> str:
        """Where people see what they hold; "" when the installation does not know its address."""
        ...


class _Due(msgspec.Struct):
    id: int
    loan_id: int
    person_id: int
    kind: Kind


class _Line(msgspec.Struct):
    email: str
    locale: str
    title: str
    due_on: date
    due_lesson: str | None


# What was lent for less than that needs no mail the moment it is handed out.
_DUE = """
WITH due AS (
    SELECT c.id, c.holder, c.due_at,
           CASE WHEN c.due_at < :now THEN 'overdue' ELSE 'soon' END AS kind
      FROM {loans} c JOIN person p ON p.id = c.holder
     WHERE c.ended_at IS NULL AND p.reminder_email <> '' AND p.closed_at IS NULL
       AND c.due_at BETWEEN :now - :news::interval AND :now + :before::interval
       AND (c.due_at < :now OR c.due_at - c.started_at > :before)
), new AS (
    INSERT INTO {loans}_reminder ({loan}, kind, due_at, enqueued_at)
    SELECT id, kind, due_at, :now FROM due ORDER BY id
    ON CONFLICT ON CONSTRAINT {loans}_reminder_once DO NOTHING
    RETURNING id, {loan} AS loan_id, kind
)
SELECT new.id, new.loan_id, due.holder AS person_id, new.kind
  FROM new JOIN due ON due.id = new.loan_id ORDER BY new.id
"""
DUE = _DUE.format(loans="custody", loan="custody")
LOTS_DUE = _DUE.format(loans="lot_loan", loan="loan")
_STILL = """c.holder = :person AND c.ended_at IS NULL AND c.due_at IS NOT NULL
   AND (c.due_at < now()) = :overdue AND p.reminder_email <> '' AND p.closed_at IS NULL"""
_OF_LINE = """p.reminder_email AS email, p.locale,
       (c.due_at AT TIME ZONE s.zone)::date AS due_on, c.due_lesson, c.due_at"""
LINES = f"""
SELECT {_OF_LINE}, a.tag || ' ' || asset_title(a.name, m.brand, m.name) AS title
  FROM custody c JOIN person p ON p.id = c.holder JOIN school s ON s.id = c.school
  JOIN asset a ON a.id = c.asset JOIN asset_model m ON m.id = a.model
 WHERE c.id = any(:ids) AND {_STILL}
 UNION ALL
SELECT {_OF_LINE}, c.outstanding || ' × ' || model_title(m.brand, m.name)
  FROM lot_loan c JOIN person p ON p.id = c.holder JOIN school s ON s.id = c.school
  JOIN lot l ON l.id = c.lot JOIN asset_model m ON m.id = l.model
 WHERE c.id = any(:lot_loan_ids) AND {_STILL}
 ORDER BY due_at, title
"""
SUBJECTS: dict[Kind, Message] = {
    "soon": say("Equipment due back soon: {count}"),
    "overdue": say("Overdue equipment: {count}"),
}


async def enqueue_reminders() -> int:
    """Enqueue every reminder that is due by now, one mail a person; doing so twice changes nothing.

    What is renewed is reminded of anew.
    """
    when = {"now": clock.now(), "before": REMIND_BEFORE_DUE, "news": OVERDUE_IS_NEWS}
    mails: dict[tuple[int, Kind], tuple[list[_Due], list[_Due]]] = defaultdict(lambda: ([], []))
    async with transaction():
        for place, statement in enumerate((DUE, LOTS_DUE)):
            for one in await fetch(_Due, statement, **when):
                mails[one.person_id, one.kind][place].append(one)
        for (person_id, kind), (assets, of_lots) in mails.items():
            first = (assets or of_lots)[0]
            reminder = Reminder(
                person_id,
                kind,
                [one.loan_id for one in assets],
                first.id,
                [one.loan_id for one in of_lots],
            )
            await outbox.enqueue(TOPIC, msgspec.to_builtins(reminder))
    return len(mails)


async def send_reminder(
    settings: MailSettings, stationery: Stationery, payload: dict[str, object]
) -> None:
    """Send one; what has come back or was renewed meanwhile is left out, and an empty one unsent."""
    reminder = msgspec.convert(payload, Reminder)
    lines = await fetch(
        _Line,
        LINES,
        ids=reminder.custody_ids,
        lot_loan_ids=reminder.lot_loan_ids,
        person=reminder.person_id,
        overdue=reminder.kind == "overdue",
    )
    if not lines:
        return
    try:
        await mail.send(settings, written(reminder, lines, stationery))
    except mail.Undeliverable as refused:
        # It would be refused again; the person sees what is due on the pages.
        log.warning("reminder.refused", person=reminder.person_id, answer=str(refused))


def written(reminder: Reminder, lines: list[_Line], stationery: Stationery) -> Mail:
    """The mail in its reader's language."""

    def words(message: Message) -> str:
        return stationery.words(lines[0].locale, message)

    subject = Message(SUBJECTS[reminder.kind].template, {"count": len(lines)})
    text = [f"- {line.title} · {words(_due(line))}" for line in lines]
    text += ["", stationery.own_custody_link()]
    of = "custody" if reminder.custody_ids else "lots"
    key = f"labshare-{of}-{reminder.kind}-{reminder.first_id}"
    return Mail(lines[0].email, words(subject), "\n".join(text).rstrip("\n") + "\n", key)


def _due(line: _Line) -> Message:
    if line.due_lesson is None:
        return say("due {day}", day=line.due_on)
    return say("due {day}, end of {lesson}", day=line.due_on, lesson=line.due_lesson)
