"""Devices live in their school's networks, which do not overlap and stay within what a school was given."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:03:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "networks of schools, and what they were given"

FORWARDS = """
ALTER TABLE network ADD CONSTRAINT network_cidr_is_plain
    CHECK (family(cidr::cidr) = 6 OR cidr::cidr::text = cidr);
ALTER TABLE network ADD CONSTRAINT network_is_not_too_large_to_search
    CHECK (scan_every_hours IS NULL
        OR masklen(cidr::inet) >= CASE family(cidr::inet) WHEN 4 THEN 16 ELSE 112 END);
ALTER TABLE network ADD CONSTRAINT network_never_overlaps EXCLUDE USING gist (
    int8range(school, school, '[]') WITH &&, (cidr::inet) inet_ops WITH &&);

CREATE FUNCTION device_address_is_in_a_network() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock keeps the network as it is until this device is seen by whoever wants to change it.
    PERFORM FROM network WHERE school = NEW.school AND NEW.address::inet <<= cidr::inet
        FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the address is in no network of the school'
            USING ERRCODE = 'check_violation', TABLE = 'device',
                CONSTRAINT = 'device_address_is_in_a_network';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER address_is_in_a_network BEFORE INSERT OR UPDATE OF address, school, removed_at
    ON device FOR EACH ROW WHEN (NEW.removed_at IS NULL)
    EXECUTE FUNCTION device_address_is_in_a_network();

CREATE FUNCTION network_keeps_its_devices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM device d
         WHERE d.school = OLD.school AND d.removed_at IS NULL
           AND d.address::inet <<= OLD.cidr::inet
           AND NOT EXISTS (SELECT FROM network n
                            WHERE n.school = d.school AND d.address::inet <<= n.cidr::inet)) THEN
        RAISE EXCEPTION 'devices are in this network'
            USING ERRCODE = 'check_violation', TABLE = 'network',
                CONSTRAINT = 'network_keeps_its_devices';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keeps_its_devices AFTER DELETE OR UPDATE OF cidr, school ON network
    FOR EACH ROW EXECUTE FUNCTION network_keeps_its_devices();

ALTER TABLE network_grant ADD CONSTRAINT network_grant_cidr_is_plain
    CHECK (family(cidr::cidr) = 6 OR cidr::cidr::text = cidr);
ALTER TABLE network_grant ADD CONSTRAINT network_grant_is_of_one_school
    EXCLUDE USING gist ((cidr::inet) inet_ops WITH &&) WHERE (NOT is_shared);

CREATE FUNCTION network_is_granted(to_school bigint, addresses text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM network_grant)
        OR EXISTS (SELECT FROM network_grant g
                    WHERE g.school = to_school AND addresses::inet <<= g.cidr::inet)
$$;
COMMENT ON FUNCTION network_is_granted(bigint, text) IS
    'Whether a school may use a network or an address; with no grant at all every school may';

CREATE FUNCTION refuse_what_is_not_granted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- The network's cidr or the device's address, as the trigger says.
    addresses text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF NOT network_is_granted(NEW.school, addresses) THEN
        RAISE EXCEPTION 'the school was not given these addresses'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
                CONSTRAINT = TG_TABLE_NAME || '_is_granted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_granted BEFORE INSERT ON network
    FOR EACH ROW EXECUTE FUNCTION refuse_what_is_not_granted('cidr');
CREATE TRIGGER stays_granted BEFORE UPDATE OF cidr, school ON network
    FOR EACH ROW WHEN ((OLD.cidr, OLD.school) IS DISTINCT FROM (NEW.cidr, NEW.school))
    EXECUTE FUNCTION refuse_what_is_not_granted('cidr');
CREATE TRIGGER is_granted BEFORE INSERT ON device
    FOR EACH ROW WHEN (NEW.removed_at IS NULL)
    EXECUTE FUNCTION refuse_what_is_not_granted('address');
CREATE TRIGGER stays_granted BEFORE UPDATE OF address, school, removed_at ON device
    FOR EACH ROW WHEN (NEW.removed_at IS NULL AND (OLD.address, OLD.school, OLD.removed_at)
        IS DISTINCT FROM (NEW.address, NEW.school, NEW.removed_at))
    EXECUTE FUNCTION refuse_what_is_not_granted('address');
"""

BACKWARDS = """
DROP TRIGGER stays_granted ON device;
DROP TRIGGER is_granted ON device;
DROP TRIGGER stays_granted ON network;
DROP TRIGGER is_granted ON network;
DROP FUNCTION refuse_what_is_not_granted();
DROP FUNCTION network_is_granted(bigint, text);
ALTER TABLE network_grant DROP CONSTRAINT network_grant_is_of_one_school;
ALTER TABLE network_grant DROP CONSTRAINT network_grant_cidr_is_plain;
DROP TRIGGER keeps_its_devices ON network;
DROP FUNCTION network_keeps_its_devices();
DROP TRIGGER address_is_in_a_network ON device;
DROP FUNCTION device_address_is_in_a_network();
ALTER TABLE network DROP CONSTRAINT network_never_overlaps;
ALTER TABLE network DROP CONSTRAINT network_is_not_too_large_to_search;
ALTER TABLE network DROP CONSTRAINT network_cidr_is_plain;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
