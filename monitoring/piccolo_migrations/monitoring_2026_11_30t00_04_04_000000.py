"""Samples by day, roll-ups of them by hour and day, seconds on by day, and how far each has come."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:04:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "samples, roll-ups, days of power sessions"

# Where a day of the reports begins (docs/usage.md), whatever the school's own clock says.
TODAY = "date_trunc('day', now(), 'Asia/Shanghai')"

FORWARDS = f"""
CREATE TABLE sample (
    device bigint NOT NULL,
    metric text NOT NULL,
    instance text NOT NULL,
    at timestamptz NOT NULL,
    value double precision NOT NULL
) PARTITION BY RANGE (at);
-- Nothing looks a sample up by its key: charts filter a device's visits, which lie side by side.
CREATE INDEX sample_of_device ON sample (device, at);
-- Samples come in the order of time: an hour is found by its blocks, in an index of a few pages.
CREATE INDEX sample_by_time ON sample USING brin (at) WITH (pages_per_range = 32,
    autosummarize = on);

-- "first", "last" and grown only where the metric is a meter, of which growth is what matters.
CREATE TABLE sample_hour (
    hour timestamptz NOT NULL,
    device bigint NOT NULL,
    low double precision NOT NULL,
    mean double precision NOT NULL,
    high double precision NOT NULL,
    "first" double precision,
    "last" double precision,
    grown double precision,
    count integer NOT NULL,
    metric text NOT NULL,
    instance text NOT NULL,
    PRIMARY KEY (device, metric, instance, hour)
) PARTITION BY RANGE (hour);
CREATE INDEX sample_hour_by_time ON sample_hour USING brin (hour) WITH (pages_per_range = 32,
    autosummarize = on);

CREATE TABLE sample_day (
    day date NOT NULL,
    count integer NOT NULL,
    device bigint NOT NULL,
    low double precision NOT NULL,
    mean double precision NOT NULL,
    high double precision NOT NULL,
    "first" double precision,
    "last" double precision,
    grown double precision,
    metric text NOT NULL,
    instance text NOT NULL,
    PRIMARY KEY (device, metric, instance, day)
) PARTITION BY RANGE (day);

CREATE TABLE rolled (
    name text PRIMARY KEY,
    until timestamptz NOT NULL
);

-- No foreign key to the sessions: these are sums over all devices that an asset ever had.
CREATE TABLE power_day (
    asset bigint NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    day date NOT NULL,
    microseconds bigint NOT NULL,
    first_on timestamptz NOT NULL,
    PRIMARY KEY (asset, day),
    CONSTRAINT power_day_is_no_longer_than_a_day CHECK (microseconds BETWEEN 1 AND 90000000000)
);
CREATE INDEX power_day_by_day ON power_day (day, asset) INCLUDE (microseconds);

-- An uptime tells of days that nobody watched, so days long over may change. What was changed is
-- written down in the same transaction, and reports read its sessions until it is rolled up anew.
-- No foreign key here: a visit would wait for whoever has the asset in hand.
CREATE TABLE power_day_due (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asset bigint NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX power_day_due_of_asset ON power_day_due (asset);

CREATE FUNCTION power_session_of_past_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO power_day_due (asset, since) VALUES (OLD.asset, OLD.started_at);
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO power_day_due (asset, since) VALUES (NEW.asset, NEW.started_at);
    ELSIF OLD.asset <> NEW.asset THEN
        INSERT INTO power_day_due (asset, since)
        VALUES (OLD.asset, OLD.started_at), (NEW.asset, NEW.started_at);
    ELSE
        INSERT INTO power_day_due (asset, since)
        VALUES (NEW.asset, CASE WHEN OLD.started_at = NEW.started_at
            THEN least(OLD.ended_at, NEW.ended_at) ELSE least(OLD.started_at, NEW.started_at) END);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER past_days_begin AFTER INSERT ON power_session
    FOR EACH ROW WHEN (NEW.started_at < {TODAY})
    EXECUTE FUNCTION power_session_of_past_days();
CREATE TRIGGER past_days_change AFTER UPDATE ON power_session
    FOR EACH ROW WHEN (least(OLD.ended_at, NEW.ended_at) < {TODAY}
        OR (OLD.started_at, OLD.asset) IS DISTINCT FROM (NEW.started_at, NEW.asset))
    EXECUTE FUNCTION power_session_of_past_days();
CREATE TRIGGER past_days_end AFTER DELETE ON power_session
    FOR EACH ROW WHEN (OLD.started_at < {TODAY})
    EXECUTE FUNCTION power_session_of_past_days();
"""

BACKWARDS = """
DROP TRIGGER past_days_end ON power_session;
DROP TRIGGER past_days_change ON power_session;
DROP TRIGGER past_days_begin ON power_session;
DROP FUNCTION power_session_of_past_days();
DROP TABLE power_day_due;
DROP TABLE power_day;
DROP TABLE rolled;
DROP TABLE sample_day;
DROP TABLE sample_hour;
DROP TABLE sample;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
