"""What can go wrong between us and PostgreSQL, as refusals that say what to do.

Lost connections, restarts and time-outs are answers of their own at each stage: while a connection
is made nothing has happened yet, during a statement the transaction is lost, and at COMMIT nobody
can know whether it was stored.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from core.disks import DISK_FULL
from core.errors import Invalid, NoRoom, OutcomeUnknown, Unavailable, say

DATABASE_AWAY = say("The database does not answer; try again in a minute")

DATABASE_BUSY = say(
    "The database has no memory left for this, so nothing was changed. Try again in a minute."
)

# A server that stops, starts, crashes or has no connection left, and asyncpg's own words for a connection
# that was lost in the middle of an answer.
_AWAY = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,
)
# Only with such a word has a statement of its own, outside of a transaction, changed anything.
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|MERGE)\b", re.IGNORECASE)


# InterfaceErrors that mean a lost connection; all others are mistakes of a caller. The last is what
# asyncpg says of a connection that was lost while it was borrowed and idle.
_LOST_WORDS = (
    "connection is closed",
    "pool is clos",
    "has been released back to the pool",
)


def is_away(error: BaseException) -> bool:
    """Whether this says that the connection, or the whole server, is gone."""
    if isinstance(error, _AWAY):
        return True
    return isinstance(error, asyncpg.InterfaceError) and any(
        words in str(error) for words in _LOST_WORDS
    )


def is_lost(error: BaseException) -> bool:
    """As `is_away`, and also what only a socket says: for connections that nobody waits for."""
    return is_away(error) or isinstance(error, OSError)


@contextmanager
def ignoring_losses() -> Iterator[None]:
    """What is let go of may be lost already; mistakes of ours are not passed over."""
    try:
        yield
    except Exception as error:
        if not is_lost(error):
            raise


@contextmanager
def while_connecting() -> Iterator[None]:
    """Nothing has been asked yet, so nothing has changed; it can be tried again."""
    try:
        yield
    except Exception as error:
        if not is_lost(error):
            raise
        raise _down() from error


@contextmanager
def while_asking(sql: str | None, *, seconds: float | None, in_transaction: bool) -> Iterator[None]:
    """A statement: ``sql`` None where its text is not known, as with COPY.

    In a transaction everything of it is undone. A single one that writes may have come through.
    """
    try:
        yield
    except TimeoutError as error:
        if not in_transaction and is_write(sql):
            raise _unknown() from error
        raise _slow(seconds) from error
    except asyncpg.QueryCanceledError as error:
        raise _slow(seconds) from error
    except Exception as error:
        if not is_away(error):
            raise
        if not in_transaction and is_write(sql):
            raise _unknown() from error
        raise _down() from error


@contextmanager
def while_committing() -> Iterator[None]:
    """COMMIT was sent: without its answer both are possible."""
    try:
        yield
    except Exception as error:
        if not is_lost(error):
            raise
        raise _unknown() from error


@contextmanager
def explaining_refusals() -> Iterator[None]:
    """The server goes on, and has refused this one statement, which changed nothing.

    A value that no column can hold (a NUL, half a surrogate, 10^30) is the sender's mistake. Of
    several that wait for each other in a ring PostgreSQL refuses one: it may simply try again.
    """
    try:
        yield
    except asyncpg.DiskFullError as error:
        raise NoRoom(DISK_FULL) from error
    except asyncpg.TooManyConnectionsError as error:
        # Of class 53 too, but for the sender it is the same as a server that is down.
        raise _down() from error
    except asyncpg.InsufficientResourcesError as error:
        # Memory or locks (class 53): others hold them, and give them back.
        raise Unavailable(DATABASE_BUSY, code="database_busy") from error
    except asyncpg.TransactionRollbackError as error:
        raise Unavailable(
            say("Others were changing the same things at this moment. Try again."), code="busy"
        ) from error
    except asyncpg.StringDataRightTruncationError as error:
        raise Invalid.of("", say("A text is too long"), code="too_long") from error
    except asyncpg.DataError as error:
        unfit_letter = isinstance(
            error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError
        )
        if unfit_letter or isinstance(error.__cause__, OverflowError | UnicodeEncodeError):
            raise Invalid.of(
                "",
                say("A number is too large, or a letter is one that cannot be stored"),
                code="unfit_value",
            ) from error
        raise


def no_connection_free(seconds: float) -> Unavailable:
    """Every connection of this process is in use, and stayed so for the whole time."""
    return Unavailable(
        say(
            "The database is too busy: within {seconds} seconds no connection came free."
            " Try again in a minute.",
            seconds=f"{seconds:g}",
        ),
        code="database_busy",
    )


def is_write(sql: str | None) -> bool:
    """Whether a statement may change something or lock a row; None is COPY or a cursor."""
    return sql is None or _WRITES.search(sql) is not None


def _down() -> Unavailable:
    return Unavailable(DATABASE_AWAY, code="database_down")


def _slow(seconds: float | None) -> Unavailable:
    if seconds is None:
        return Unavailable(say("The database stopped a statement"), code="database_slow")
    return Unavailable(
        say(
            "The database did not finish within {seconds} seconds, so the statement was stopped"
            " and nothing was changed",
            seconds=f"{seconds:g}",
        ),
        code="database_slow",
    )


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        say(
            "The connection to the database was lost while this was being stored: it may or may"
            " not have been stored. Look before you repeat it."
        )
    )
