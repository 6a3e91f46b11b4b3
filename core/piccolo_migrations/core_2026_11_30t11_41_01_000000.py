"""The trigger that notes changes, and people, whose roles are a part of them."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T11:41:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes noted by trigger, of people"

# The arguments: whose row changed (its table), the column that holds its id, 'school' or 'shared'
# for the list that it is in, 'row' for the row itself, 'part' for a row that belongs to it, 'end'
# for an update that takes it out of its list.
FORWARDS = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_entity text := TG_ARGV[0];
    of_list text := TG_ARGV[2];
    relation text := TG_ARGV[3];
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    now_is jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    of_key text := coalesce(now_is, was) ->> TG_ARGV[1];
    school_before bigint := (was ->> 'school')::bigint;
    school_now bigint := (now_is ->> 'school')::bigint;
    what text := CASE WHEN TG_OP = 'DELETE' OR relation = 'end' THEN 'removed'
                      WHEN TG_OP = 'INSERT' THEN 'created' ELSE 'changed' END;
BEGIN
    IF of_key IS NULL OR was = now_is THEN
        RETURN NULL;
    END IF;
    IF relation = 'part' THEN
        -- Of whichever school its row is by now; where that goes with it, it tells of itself.
        IF of_list = 'school' THEN
            -- As a literal the key takes the column's own type, so that its index finds the row.
            EXECUTE format('SELECT school FROM %I WHERE id = %L', of_entity, of_key)
               INTO school_now;
            IF school_now IS NULL THEN
                RETURN NULL;
            END IF;
        END IF;
        what := 'changed';
    ELSIF school_before <> school_now AND of_list = 'school' THEN
        INSERT INTO row_change (at, entity, key, scope, school, action)
        VALUES (clock_timestamp(), of_entity, of_key, school_before, school_before, 'removed');
        what := 'created';
    END IF;
    school_now := coalesce(school_now, school_before);
    INSERT INTO row_change (at, entity, key, scope, school, action)
    VALUES (clock_timestamp(), of_entity, of_key,
            CASE of_list WHEN 'shared' THEN 0 ELSE school_now END, school_now, what);
    RETURN NULL;
END $$;
CREATE TRIGGER changes AFTER INSERT OR UPDATE OR DELETE ON person
    FOR EACH ROW EXECUTE FUNCTION note_change('person', 'id', 'shared', 'row');
CREATE TRIGGER changes AFTER INSERT OR UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION note_change('person', 'person', 'shared', 'part');
INSERT INTO row_change (at, entity, key, scope, action)
SELECT now(), 'person', id::text, 0, 'created' FROM person;
"""
BACKWARDS = "DROP FUNCTION note_change() CASCADE; DELETE FROM row_change WHERE entity = 'person';"


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
