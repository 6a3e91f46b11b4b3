"""The name of a guest who is erased goes out of the answers that are stored for repeated requests."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T21:16:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "no name of an erased guest in stored answers"

FORWARDS = """
CREATE FUNCTION answers_forget_the_guest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    field text;
    said text;
BEGIN
    -- Only as the value of these, so that no code that reads the same is taken out.
    FOREACH field IN ARRAY ARRAY['holder', 'name', 'contact', 'signer'] LOOP
        said := to_jsonb(field)::text || ': '
                || to_jsonb(CASE field WHEN 'contact' THEN OLD.contact ELSE OLD.name END)::text;
        UPDATE idempotency_key
           SET answer = replace(answer::text, said, to_jsonb(field)::text || ': ""')::jsonb
         WHERE position(said IN answer::text) > 0;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER answers_forget AFTER UPDATE OF name ON guest
    FOR EACH ROW WHEN (OLD.name <> '' AND NEW.name = '')
    EXECUTE FUNCTION answers_forget_the_guest();
"""
BACKWARDS = """
DROP TRIGGER answers_forget ON guest;
DROP FUNCTION answers_forget_the_guest();
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
