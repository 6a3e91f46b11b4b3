"""A loan of a lot is due when its last renewal says; renewals stay as they were written."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T21:15:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "loans of lots follow their renewals"

FORWARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON lot_loan_renewal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION lot_loan_is_renewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.own_number > (SELECT s.renewals_most FROM lot_loan l JOIN school s ON s.id = l.school
                          WHERE l.id = NEW.loan) THEN
        RAISE EXCEPTION 'a borrower may not renew so often'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lot_loan_renewal_within_limit';
    END IF;
    UPDATE lot_loan SET due_at = NEW.due_at, due_lesson = NEW.due_lesson WHERE id = NEW.loan;
    RETURN NULL;
END $$;
CREATE TRIGGER renews AFTER INSERT ON lot_loan_renewal
    FOR EACH ROW EXECUTE FUNCTION lot_loan_is_renewed();
"""
BACKWARDS = """
DROP TRIGGER renews ON lot_loan_renewal;
DROP FUNCTION lot_loan_is_renewed();
DROP TRIGGER append_only ON lot_loan_renewal;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
