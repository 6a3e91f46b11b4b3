"""Which mails are due: decided in the database, so that each is enqueued once and none is lost."""

from datetime import timedelta

from core import clock
from core.database import execute, transaction
from monitoring.notices.subscriptions import IS_KEEPER, IS_THERE

# What clears by itself within moments is not mailed.
DELAY = timedelta(seconds=30)
# A worker that comes back after days reports what is new, not everything.
NEWS = timedelta(days=1)
# The end of trouble that is long over is no news either.
END_IS_NEWS = timedelta(days=7)
REMEMBERED = timedelta(days=90)

GRAVE_ENOUGH = "(l.severity = 'critical' OR {0}.least_severity = 'warning')"

RAISED = f"""
INSERT INTO alert_notice (alert, person, kind, created_at)
SELECT l.id, s.person, 'raised', $1
  FROM alert l JOIN alert_subscription s ON s.school = l.school AND s.at_once
 WHERE l.cleared_at IS NULL AND l.acknowledged_at IS NULL AND l.quiet_at IS NULL
   AND l.raised_at BETWEEN greatest($2::timestamptz, s.created_at) AND $3::timestamptz
   AND {GRAVE_ENOUGH.format("s")} AND {IS_THERE}
ON CONFLICT ON CONSTRAINT alert_notice_once DO NOTHING
"""

# Rows that a visit is changing right now are left for the next round: no waiting, no deadlock.
ESCALATED = f"""
WITH late AS (
    SELECT l.id, l.school FROM alert l
     WHERE l.cleared_at IS NULL AND l.acknowledged_at IS NULL AND l.quiet_at IS NULL
       AND EXISTS (SELECT FROM escalation_step e WHERE e.school = l.school
             AND e.level > l.escalated_to AND {GRAVE_ENOUGH.format("e")}
             AND l.raised_at <= $1::timestamptz - make_interval(mins => e.after_minutes))
     ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED
), due AS (
    SELECT l.id, e.level, e.role, e.person, e.school
      FROM late JOIN alert l ON l.id = late.id JOIN escalation_step e ON e.school = l.school
     WHERE e.level > l.escalated_to AND {GRAVE_ENOUGH.format("e")}
       AND l.raised_at <= $1::timestamptz - make_interval(mins => e.after_minutes)
), told AS (
    INSERT INTO alert_notice (alert, person, kind, level, created_at)
    SELECT DISTINCT due.id, s.person, 'escalated', due.level, $1::timestamptz
      FROM due JOIN alert_subscription s ON s.school = due.school
      JOIN valid_membership m ON m.person = s.person AND m.school = s.school
      JOIN person p ON p.id = s.person
     WHERE p.closed_at IS NULL AND {IS_KEEPER} AND (m.role = due.role OR m.person = due.person)
    ON CONFLICT ON CONSTRAINT alert_notice_once DO NOTHING
)
UPDATE alert l SET escalated_to = reached.level
  FROM (SELECT id, max(level) AS level FROM due GROUP BY id) reached WHERE l.id = reached.id
"""

# Only those who were notified of the trouble are notified of its end.
CLEARED = f"""
WITH ended AS MATERIALIZED (SELECT id, school FROM alert WHERE cleared_at > $2::timestamptz)
INSERT INTO alert_notice (alert, person, kind, created_at)
SELECT DISTINCT n.alert, n.person, 'cleared', $1::timestamptz
  FROM ended l JOIN alert_notice n ON n.alert = l.id
  JOIN alert_subscription s ON s.person = n.person AND s.school = l.school
 WHERE n.kind IN ('raised','escalated') AND n.sent_at IS NOT NULL
   AND n.trouble IS NULL AND {IS_THERE}
   AND NOT EXISTS (SELECT FROM alert_notice told WHERE told.alert = n.alert
                      AND told.person = n.person AND told.kind = 'cleared')
ON CONFLICT ON CONSTRAINT alert_notice_once DO NOTHING
"""

# Trouble that is over before its mail has left needs no mail at all.
OVER = """
DELETE FROM alert_notice WHERE id IN (
    SELECT n.id FROM alert_notice n JOIN alert l ON l.id = n.alert
     WHERE l.cleared_at IS NOT NULL AND n.kind IN ('raised','escalated') AND n.sent_at IS NULL
     ORDER BY n.id FOR UPDATE OF n)
"""


async def enqueue_notices() -> None:
    """Enqueue every mail that is due by now; doing so twice changes nothing."""
    now = clock.now()
    async with transaction():
        await execute("DELETE FROM alert_notice WHERE created_at < $1", now - REMEMBERED)
        await execute(OVER)
        await execute(RAISED, now, now - NEWS, now - DELAY)
        await execute(ESCALATED, now)
        await execute(CLEARED, now, now - END_IS_NEWS)
