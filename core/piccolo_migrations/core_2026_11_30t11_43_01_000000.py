"""A change of a row becomes a message to each address of its school that is told of such rows."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T11:43:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "messages to webhooks by trigger"

# In the transaction of the change: what is rolled back is told to nobody. What one transaction does
# to a row is told once.
FORWARDS = """
CREATE FUNCTION enqueue_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_delivery
        (webhook, entity, key, action, at, transaction, due_at, answer, trouble)
    SELECT w.id, NEW.entity, NEW.key, NEW.action, NEW.at, pg_current_xact_id()::text::bigint,
           NEW.at, '', ''
      FROM webhook w
     WHERE w.school = NEW.school AND NEW.entity = any(w.kinds) AND w.switched_off_at IS NULL
    ON CONFLICT (webhook, entity, key, transaction) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks AFTER INSERT ON row_change
    FOR EACH ROW WHEN (NEW.school IS NOT NULL) EXECUTE FUNCTION enqueue_webhooks();
"""
BACKWARDS = "DROP FUNCTION enqueue_webhooks() CASCADE;"


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
