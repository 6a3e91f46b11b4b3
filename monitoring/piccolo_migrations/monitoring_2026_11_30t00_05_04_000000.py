"""Our own engine for informs, and the clocks of those who send signed traps."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:05:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "our engine for informs, the senders' clocks"

FORWARDS = """
-- What a sender of informs knows us by; boots count up whenever another process takes the port.
CREATE TABLE trap_engine (
    id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT trap_engine_is_one CHECK (id = 1),
    engine_id bytea NOT NULL,
    boots integer NOT NULL CONSTRAINT trap_engine_boots_are_counted CHECK (boots >= 1),
    holder varchar(80) NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    figures jsonb NOT NULL DEFAULT '{}'
);
-- How far each sender of signed traps has come, so that an old one can't be played back.
CREATE TABLE trap_clock (
    source varchar(45) NOT NULL,
    engine_id bytea NOT NULL,
    boots integer NOT NULL,
    engine_time integer NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (source, engine_id)
);
CREATE INDEX trap_clock_by_age ON trap_clock (heard_at);
"""

BACKWARDS = """
DROP TABLE trap_clock;
DROP TABLE trap_engine;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
