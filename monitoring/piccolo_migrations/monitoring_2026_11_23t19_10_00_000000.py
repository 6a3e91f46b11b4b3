"""Devices live in their school's networks, which do not overlap and cannot be taken from under them."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "addresses of devices are limited to the networks of their school"

FORWARDS = """
ALTER TABLE network ADD CONSTRAINT network_cidr_is_plain
    CHECK (family(cidr::cidr) = 6 OR cidr::cidr::text = cidr);
ALTER TABLE network ADD CONSTRAINT network_is_not_too_large_to_search
    CHECK (scan_every_hours IS NULL
        OR masklen(cidr::inet) >= CASE family(cidr::inet) WHEN 4 THEN 16 ELSE 112 END);
ALTER TABLE network ADD CONSTRAINT network_never_overlaps EXCLUDE USING gist (
    int8range(school, school, '[]') WITH &&, (cidr::inet) inet_ops WITH &&);

-- The devices that are there already keep a network around them.
INSERT INTO network (school, name, cidr, created_at)
    SELECT school, around, around, now() FROM (
        SELECT DISTINCT school, network(set_masklen(address::inet, CASE
            WHEN address::inet <<= '127.0.0.0/8' THEN 8
            WHEN family(address::inet) = 4 THEN 24
            WHEN address::inet = '::1' THEN 128
            ELSE 64 END))::text AS around
          FROM device WHERE removed_at IS NULL) AS found;

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
"""

BACKWARDS = """
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
