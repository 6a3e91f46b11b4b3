"""Guessing is slow: failed sign-ins are counted by account and by address."""

from datetime import timedelta

from core import database
from core.clock import now
from core.errors import TooMany, say

WINDOW = timedelta(minutes=15)
# A whole class behind one router mistypes too, so an address may fail more often than an account.
MOST_FAILURES_OF_A_LOGIN = 10
MOST_FAILURES_OF_AN_ADDRESS = 100


async def begin(login: str, address: str) -> None:
    """Count a try before it is judged, or raise TooMany if there were too many failed ones.

    Counted first and one at a time for an account, so that a thousand guesses sent at once are
    a thousand guesses; a right one takes its count back with :func:`forget`.
    """
    async with database.transaction():
        await database.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", login[:64])
        await _check(login, address)
        await database.execute(
            "INSERT INTO sign_in_attempt (login, address, at) VALUES ($1, $2, $3)",
            login[:64],
            address[:64],
            now(),
        )


async def _check(login: str, address: str) -> None:
    since = now() - WINDOW
    oldest = await database.fetch_value(
        "SELECT min(at) FROM ("
        " (SELECT at FROM sign_in_attempt WHERE login = $1 AND at > $3"
        "   ORDER BY at DESC OFFSET $4 LIMIT 1)"
        " UNION ALL"
        " (SELECT at FROM sign_in_attempt WHERE address = $2 AND at > $3"
        "   ORDER BY at DESC OFFSET $5 LIMIT 1)) AS the_one_too_many",
        login[:64],
        address[:64],
        since,
        MOST_FAILURES_OF_A_LOGIN - 1,
        MOST_FAILURES_OF_AN_ADDRESS - 1,
    )
    if oldest is not None:
        wait = max(1, int((oldest + WINDOW - now()).total_seconds()))
        raise TooMany(
            say("Too many failed tries. Wait {minutes} minutes.", minutes=-(-wait // 60)),
            retry_after_seconds=wait,
        )


async def forget(login: str) -> None:
    """After a success the account starts afresh; its address does not."""
    await database.execute("DELETE FROM sign_in_attempt WHERE login = $1", login[:64])
