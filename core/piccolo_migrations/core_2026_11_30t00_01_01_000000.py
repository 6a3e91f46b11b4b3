"""History by trigger, what is append-only, and the rules of the core that Piccolo cannot say."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:01:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "history, append-only tables, partial indexes"

AUDITED = {
    "school": (),
    "place": (),
    "person": ("password_hash",),
    "membership": (),
    "api_token": ("token_hash", "used_at"),
}

FORWARDS = r"""
CREATE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_before jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    kept_before jsonb := row_before;
    kept_after jsonb := row_after;
    hidden text;
BEGIN
    FOREACH hidden IN ARRAY coalesce(TG_ARGV, '{}') LOOP
        kept_before := kept_before - hidden;
        kept_after := kept_after - hidden;
    END LOOP;
    IF TG_OP = 'UPDATE' THEN
        IF kept_before = kept_after THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, kept_after -> b.key)
          INTO kept_before, kept_after
          FROM jsonb_each(kept_before) b
         WHERE b.value IS DISTINCT FROM kept_after -> b.key;
    END IF;
    INSERT INTO audit_event
        (at, actor_id, actor_name, request_id, school_id, entity, entity_id, action, before, after)
    VALUES (
        clock_timestamp(),
        nullif(current_setting('labshare.actor', true), '')::bigint,
        nullif(current_setting('labshare.actor_name', true), ''),
        nullif(current_setting('labshare.request', true), ''),
        (coalesce(row_after, row_before) ->> CASE TG_TABLE_NAME WHEN 'school' THEN 'id' ELSE 'school' END)::bigint,
        TG_TABLE_NAME,
        coalesce(coalesce(row_after, row_before) ->> 'id', coalesce(row_after, row_before) ->> 'code'),
        lower(TG_OP),
        kept_before,
        kept_after
    );
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE INDEX audit_event_of_entity ON audit_event (entity, entity_id, id DESC);
CREATE UNIQUE INDEX membership_one_open_a_role ON membership (person, school, role)
    WHERE valid_until IS NULL;
CREATE INDEX sign_in_attempt_of_login ON sign_in_attempt (login, at DESC);
CREATE INDEX sign_in_attempt_of_address ON sign_in_attempt (address, at DESC);
ALTER TABLE place ADD CONSTRAINT place_parent_is_of_the_school
    FOREIGN KEY (parent, school) REFERENCES place (id, school);
CREATE INDEX audit_event_of_school ON audit_event (school_id, id DESC);
CREATE INDEX audit_event_of_actor ON audit_event (actor_id, id DESC);
CREATE INDEX audit_event_of_day ON audit_event (at);

CREATE FUNCTION security_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'security_event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON security_event
    FOR EACH ROW EXECUTE FUNCTION security_event_kept();
CREATE INDEX security_event_of_person ON security_event (person_id, id DESC);
CREATE INDEX security_event_of_school ON security_event (school_id, id DESC);
CREATE INDEX security_event_of_kind ON security_event (kind, address, at);
CREATE INDEX security_event_of_time ON security_event (at);
"""

BACKWARDS = """
DROP INDEX security_event_of_time;
DROP INDEX security_event_of_kind;
DROP INDEX security_event_of_school;
DROP INDEX security_event_of_person;
DROP FUNCTION security_event_kept() CASCADE;
DROP INDEX audit_event_of_day;
DROP INDEX audit_event_of_actor;
DROP INDEX audit_event_of_school;
ALTER TABLE place DROP CONSTRAINT place_parent_is_of_the_school;
DROP INDEX sign_in_attempt_of_address;
DROP INDEX sign_in_attempt_of_login;
DROP INDEX membership_one_open_a_role;
DROP INDEX audit_event_of_entity;
DROP FUNCTION refuse_change() CASCADE;
DROP FUNCTION audit_record() CASCADE;
"""


def _audit_triggers() -> list[str]:
    return [
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION audit_record({', '.join(repr(c) for c in hidden)})"
        for table, hidden in AUDITED.items()
    ]


async def forwards():
    return sql_migration(
        "core",
        ID,
        DESCRIPTION,
        forwards=FORWARDS + ";".join(_audit_triggers()),
        backwards=BACKWARDS,
    )
