"""Where the operator has given schools their networks, nobody names, watches or searches others."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "networks and devices stay within what a school was given"

FORWARDS = """
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
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
