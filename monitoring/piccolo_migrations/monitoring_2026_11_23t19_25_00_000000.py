"""One row of traps for each school and device at an address; our own engine, and the senders' clocks."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "traps apart by school and device, our engine for informs, the senders' clocks"

FORWARDS = """
-- Two schools may use the same private address, and one address may have several agents.
ALTER TABLE trap DROP CONSTRAINT trap_once_a_minute;
ALTER TABLE trap ADD CONSTRAINT trap_once_a_minute
    UNIQUE NULLS NOT DISTINCT (school, device, source, trap_oid, minute);

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
CREATE INDEX device_by_address ON device (address) WHERE removed_at IS NULL;
"""

BACKWARDS = """
DROP INDEX device_by_address;
DROP TABLE trap_clock;
DROP TABLE trap_engine;
ALTER TABLE trap DROP CONSTRAINT trap_once_a_minute;
DELETE FROM trap t USING trap o WHERE o.source = t.source AND o.trap_oid = t.trap_oid
    AND o.minute = t.minute AND o.id < t.id;
ALTER TABLE trap ADD CONSTRAINT trap_once_a_minute UNIQUE (source, trap_oid, minute);
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
