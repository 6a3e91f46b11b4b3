"""Loans between schools that are overdue: those who keep the borrower's equipment are told once."""

import msgspec

from core import clock, outbox
from core.database import fetch, transaction
from core.permissions import EDIT_EQUIPMENT

TOPIC = "transfer_overdue"
# Each loan once for a day that was agreed, and once more for a later one.
OVERDUE = """
WITH due AS (
    UPDATE transfer t SET reminded_of = t.due_on FROM school s
     WHERE s.id = t.to_school AND t.kind = 'loan' AND t.state IN ('received', 'disputed')
       AND t.due_on < (:now::timestamptz AT TIME ZONE s.zone)::date
       AND t.reminded_of IS DISTINCT FROM t.due_on
 RETURNING t.id, t.to_school)
SELECT DISTINCT due.id AS transfer_id, p.id AS person_id
  FROM due JOIN membership m ON m.school = due.to_school AND m.role = any(:roles)
   AND m.valid_from <= :now AND (m.valid_until IS NULL OR m.valid_until > :now)
  JOIN person p ON p.id = m.person AND p.closed_at IS NULL AND p.reminder_email <> ''
 ORDER BY 1, 2
"""


class OverdueLoan(msgspec.Struct, frozen=True):
    """A loan of another school, and one person who is told that it is overdue."""

    transfer_id: int
    person_id: int


async def enqueue_overdue() -> int:
    """Enqueue what is to be told by now; twice at once, or twice in a row, tells nothing twice."""
    async with transaction():
        found = await fetch(
            OverdueLoan,
            OVERDUE,
            now=clock.now(),
            roles=[str(role) for role in EDIT_EQUIPMENT.roles],
        )
        for one in found:
            await outbox.enqueue(TOPIC, msgspec.to_builtins(one))
    return len(found)
