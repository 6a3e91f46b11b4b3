"""Browsers in which somebody has signed in before: each has a few tries of its own.

The browser holds a random token in a cookie, we hold its hash beside each person who has signed
in there. It opens nothing: it only tells the owner's browser from a stranger's.
"""

import secrets

from core import database
from core.clock import now
from core.hashing import hash_token

# Enough for all the school's computers that one person uses; beyond it the longest unused go.
MOST_OF_A_PERSON = 100
# After so many wrong tries in a row, however far apart, the browser counts as unknown to that person
# until they sign in there again: a cookie copied from a shared computer gives no more tries.
MOST_FAILURES = 5


async def use_try(login: str, token: str) -> int | None:
    """Count a try of this browser's own for the account; the browser, or None if it is unknown.

    Counted by the person and not by the token: others who sign in there exchange the token.
    """
    if not token:
        return None
    return await database.fetch_value(  # type: ignore[no-any-return]
        "UPDATE known_browser SET failures = failures + 1 FROM person p"
        " WHERE p.id = person AND p.login = $1 AND token_hash = $2 AND failures < $3"
        " RETURNING known_browser.id",
        login,
        hash_token(token),
        MOST_FAILURES,
    )


async def give_back_try(browser_id: int | None) -> None:
    """The try was right, or was never judged."""
    await database.execute(
        "UPDATE known_browser SET failures = greatest(failures - 1, 0) WHERE id = $1", browser_id
    )


async def store_browser(person_id: int, token: str) -> str:
    """Know this browser after a good sign-in, all its steps done; its fresh token.

    Always a fresh one, for all who have signed in there: a token that somebody planted in the
    browser, to fill its counter from elsewhere, is worth nothing afterwards.
    """
    fresh = secrets.token_urlsafe(32)
    async with database.transaction():
        await database.execute(
            "UPDATE known_browser SET token_hash = $2 WHERE token_hash = $1",
            hash_token(token),
            hash_token(fresh),
        )
        await database.execute(
            "INSERT INTO known_browser (person, token_hash, seen_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (person, token_hash)"
            " DO UPDATE SET seen_at = excluded.seen_at, failures = 0",
            person_id,
            hash_token(fresh),
            now(),
        )
        await database.execute(
            "DELETE FROM known_browser WHERE person = $1 AND id NOT IN (SELECT id"
            " FROM known_browser WHERE person = $1 ORDER BY seen_at DESC, id DESC LIMIT $2)",
            person_id,
            MOST_OF_A_PERSON,
        )
    return fresh


async def delete_all(person_id: int) -> None:
    """No browser is this person's any more: the password was lost, or given to somebody."""
    await database.execute("DELETE FROM known_browser WHERE person = $1", person_id)
