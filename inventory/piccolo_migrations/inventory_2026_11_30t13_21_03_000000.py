"""The rules of due moments, hand-overs, signatures and renewals that only the database can hold."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T13:21:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys, triggers and indexes of hand-overs, renewals and shortages; due days as moments"

# A day meant its end by the school's clock. A signature's strokes and list are no facts to be
# repeated in the history, and who signed may be a guest, whose name is erased one day.
FORWARDS = """
ALTER TABLE custody DISABLE TRIGGER USER;
UPDATE custody c SET due_at = ((c.due_on + 1)::timestamp - interval '1 second') AT TIME ZONE s.zone
  FROM school s WHERE s.id = c.school AND c.due_on IS NOT NULL;
ALTER TABLE custody ENABLE TRIGGER USER;
DROP INDEX custody_open_by_due_day;
CREATE INDEX custody_open_by_due ON custody (school, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX custody_open_due ON custody (due_at) WHERE ended_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX shortage_open_of_asset ON shortage (asset) WHERE resolved_at IS NULL;

ALTER TABLE custody ADD CONSTRAINT custody_hand_out_is_of_the_school
    FOREIGN KEY (hand_out, school) REFERENCES hand_over (id, school);
ALTER TABLE custody ADD CONSTRAINT custody_hand_in_is_of_the_school
    FOREIGN KEY (hand_in, school) REFERENCES hand_over (id, school);
ALTER TABLE custody_signature ADD CONSTRAINT custody_signature_is_of_the_school
    FOREIGN KEY (hand_over, school) REFERENCES hand_over (id, school);
ALTER TABLE custody_renewal ADD CONSTRAINT custody_renewal_is_of_the_school
    FOREIGN KEY (custody, school) REFERENCES custody (id, school);
ALTER TABLE shortage ADD CONSTRAINT shortage_is_of_the_school
    FOREIGN KEY (custody, school) REFERENCES custody (id, school);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON custody_renewal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON hand_over
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION audit_record('signer', 'strokes', 'items');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody_renewal
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON shortage
    FOR EACH ROW EXECUTE FUNCTION audit_record();
DROP TRIGGER audit ON custody;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody
    FOR EACH ROW EXECUTE FUNCTION audit_record('open_at', 'hand_out', 'hand_in');

CREATE FUNCTION custody_is_renewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.own_number > (SELECT renewals_most FROM school WHERE id = NEW.school) THEN
        RAISE EXCEPTION 'a borrower may not renew so often'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'custody_renewal_within_limit';
    END IF;
    UPDATE custody SET due_at = NEW.due_at, due_lesson = NEW.due_lesson
     WHERE id = NEW.custody AND ended_at IS NULL AND due_at IS NOT DISTINCT FROM NEW.from_due_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'it is not out any more, or due at another time'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'custody_renewal_of_what_is_out';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER renews BEFORE INSERT ON custody_renewal
    FOR EACH ROW EXECUTE FUNCTION custody_is_renewed();
"""
BACKWARDS = """
DROP TRIGGER renews ON custody_renewal;
DROP FUNCTION custody_is_renewed();
DROP TRIGGER audit ON custody;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody
    FOR EACH ROW EXECUTE FUNCTION audit_record('open_at');
ALTER TABLE shortage DROP CONSTRAINT shortage_is_of_the_school;
ALTER TABLE custody_renewal DROP CONSTRAINT custody_renewal_is_of_the_school;
ALTER TABLE custody_signature DROP CONSTRAINT custody_signature_is_of_the_school;
ALTER TABLE custody DROP CONSTRAINT custody_hand_in_is_of_the_school;
ALTER TABLE custody DROP CONSTRAINT custody_hand_out_is_of_the_school;
DROP INDEX shortage_open_of_asset;
DROP INDEX custody_open_due;
DROP INDEX custody_open_by_due;
CREATE INDEX custody_open_by_due_day ON custody (school, due_on, id) WHERE ended_at IS NULL;
ALTER TABLE custody DISABLE TRIGGER USER;
UPDATE custody c SET due_on = (c.due_at AT TIME ZONE s.zone)::date
  FROM school s WHERE s.id = c.school AND c.due_at IS NOT NULL;
ALTER TABLE custody ENABLE TRIGGER USER;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
