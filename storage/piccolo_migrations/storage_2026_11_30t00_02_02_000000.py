"""An upload that would take its school beyond its quota is refused when it is opened."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:02:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "uploads stay within the quota of their school"

# The row of the quota is the queue: each upload that is opened sees all those before it.
FORWARDS = """
CREATE INDEX revision_of_school ON revision (school, blob);

CREATE FUNCTION stored_bytes_of_school(of_school bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT (coalesce((SELECT sum(b.size_bytes) FROM blob b WHERE b.id IN (
                SELECT v.blob FROM revision v WHERE v.school = of_school
                UNION ALL
                SELECT u.blob FROM upload u
                 WHERE u.school = of_school AND u.state IN ('ready', 'duplicate'))), 0)
          + coalesce((SELECT sum(u.size_bytes) FROM upload u WHERE u.school = of_school
                AND u.state IN ('initiated', 'receiving', 'completing', 'verifying')), 0))::bigint
$$;
COMMENT ON FUNCTION stored_bytes_of_school(bigint) IS
    'Each content of a school once, and the announced sizes of its unfinished uploads';

CREATE FUNCTION upload_fits_the_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed bigint;
    used bigint;
BEGIN
    SELECT bytes_allowed INTO allowed FROM storage_quota WHERE school = NEW.school FOR UPDATE;
    IF allowed IS NULL THEN
        RETURN NEW;
    END IF;
    used := stored_bytes_of_school(NEW.school);
    IF used + NEW.size_bytes > allowed THEN
        RAISE EXCEPTION 'the school has no room for this upload'
            USING ERRCODE = 'check_violation', TABLE = 'upload',
                CONSTRAINT = 'upload_fits_the_quota', DETAIL = used || ' ' || allowed;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fits_the_quota BEFORE INSERT ON upload
    FOR EACH ROW EXECUTE FUNCTION upload_fits_the_quota();
"""

BACKWARDS = """
DROP TRIGGER fits_the_quota ON upload;
DROP FUNCTION upload_fits_the_quota();
DROP FUNCTION stored_bytes_of_school(bigint);
DROP INDEX revision_of_school;
"""


async def forwards():
    return sql_migration("storage", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
