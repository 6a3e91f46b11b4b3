"""Rows of the core that are over and only take up room."""

from datetime import timedelta

from core import changes, database, security_log
from core.clock import now
from core.jobs import Job
from core.outbox import Handler
from core.settings import Settings

# A phone that lost its connection repeats within minutes; a week covers a forgotten tab.
KEEP_IDEMPOTENCY_KEYS = timedelta(days=7)
KEEP_ENDED_SESSIONS = timedelta(days=90)
KEEP_ATTEMPTS = timedelta(days=1)
KEEP_KNOWN_BROWSERS = timedelta(days=400)
KEEP_SETUP_LINKS = timedelta(days=30)
KEEP_HEARTBEATS = timedelta(days=1)


async def remove_what_is_over(settings: Settings) -> None:
    """Delete old idempotency keys, ended sessions, attempts, browsers not seen and dead workers."""
    for sql, age in (
        ("DELETE FROM idempotency_key WHERE created_at < $1", KEEP_IDEMPOTENCY_KEYS),
        ("DELETE FROM sign_in WHERE least(expires_at, revoked_at) < $1", KEEP_ENDED_SESSIONS),
        ("DELETE FROM sign_in_attempt WHERE at < $1", KEEP_ATTEMPTS),
        ("DELETE FROM known_browser WHERE seen_at < $1", KEEP_KNOWN_BROWSERS),
        ("DELETE FROM setup_link WHERE expires_at < $1", KEEP_SETUP_LINKS),
        ("DELETE FROM heartbeat WHERE seen_at < $1", KEEP_HEARTBEATS),
    ):
        await database.execute(sql, now() - age)
    await security_log.delete_old(settings.keep_security_days)


async def remove_replaced_changes(_settings: Settings) -> None:
    """Leave of the changes of a row only the latest (docs/api.md)."""
    await changes.remove_replaced()


JOBS = (
    Job("core.remove_what_is_over", 3600, remove_what_is_over),
    Job("core.remove_replaced_changes", 86400, remove_replaced_changes),
)
HANDLERS: dict[str, Handler] = {}
