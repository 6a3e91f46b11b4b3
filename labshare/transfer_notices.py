"""Mails about things that another school has lent and that are overdue."""

from datetime import date
from typing import Any

import msgspec
import structlog

from core import mail
from core.database import fetch_one
from core.errors import say
from core.mail import Mail
from core.outbox import Handler
from core.schools import name_in
from core.settings import Settings
from inventory.transfers.reminding import TOPIC, OverdueLoan
from labshare.stationery import FaceStationery

log = structlog.get_logger(__name__)


class _Loan(msgspec.Struct):
    """What the mail says of a loan, and to whom it goes."""

    number: str
    due_on: date
    name_zh: str
    name_en: str
    count: int
    email: str
    locale: str


# What has come back meanwhile, or was lent longer, is told to nobody.
LOAN = """
SELECT t.number, t.due_on, lender.name_zh, lender.name_en,
       (SELECT count(*) FROM transfer_line l WHERE l.transfer = t.id
           AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL) AS count,
       p.reminder_email AS email, p.locale
  FROM transfer t JOIN school lender ON lender.id = t.school JOIN school s ON s.id = t.to_school
 CROSS JOIN person p
 WHERE t.id = $1 AND p.id = $2 AND t.state IN ('received', 'disputed')
   AND t.due_on < (now() AT TIME ZONE s.zone)::date AND p.closed_at IS NULL
   AND p.reminder_email <> ''
"""


def sending_handlers(settings: Settings) -> dict[str, Handler]:
    """What becomes of it: a mail to whoever has an address, else nothing more."""

    async def act(payload: dict[str, Any]) -> None:
        overdue = msgspec.convert(payload, OverdueLoan)
        loan = await fetch_one(_Loan, LOAN, overdue.transfer_id, overdue.person_id)
        if settings.mail is None or loan is None:
            return
        try:
            await mail.send(settings.mail, _written(settings, overdue, loan))
        except mail.Undeliverable as refused:
            log.warning("transfer.refused", person=overdue.person_id, answer=str(refused))

    return {TOPIC: act}


def _written(settings: Settings, overdue: OverdueLoan, loan: _Loan) -> Mail:
    face = FaceStationery(settings.base_url)
    subject = face.words(
        loan.locale,
        say(
            "Overdue: {count} things lent by {school}, due back on {day} ({number})",
            count=loan.count,
            school=name_in(loan.locale, loan.name_zh, loan.name_en),
            day=loan.due_on,
            number=loan.number,
        ),
    )
    link = face.transfer_link(overdue.transfer_id)
    key = f"transfer-{overdue.transfer_id}-{overdue.person_id}-{loan.due_on}"
    return Mail(loan.email, subject, "\n\n".join(part for part in (subject, link) if part), key)
