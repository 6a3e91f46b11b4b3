"""Search in Chinese, life cycles, and history of the library."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:01:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "search documents, transitions, history"

RESOURCE_STEPS = (
    ("new", "draft"),
    ("draft", "in_review"), ("draft", "published"),
    ("in_review", "draft"), ("in_review", "published"),
    ("published", "withdrawn"),
    ("withdrawn", "draft"), ("withdrawn", "published"),
)  # fmt: skip
UPLOAD_STEPS = (
    ("new", "initiated"),
    ("initiated", "receiving"), ("initiated", "completing"),
    ("initiated", "aborted"), ("initiated", "expired"),
    ("receiving", "completing"), ("receiving", "aborted"), ("receiving", "expired"),
    ("completing", "verifying"), ("completing", "rejected"),
    ("completing", "aborted"), ("completing", "expired"),
    ("verifying", "ready"), ("verifying", "duplicate"), ("verifying", "rejected"),
    ("verifying", "aborted"), ("verifying", "expired"),
    ("ready", "expired"), ("duplicate", "expired"),
)  # fmt: skip

# A word of one Han run is every two neighbours, and its last character alone, so that a query of
# one character finds it as a prefix; a run of Latin letters and digits is one word.
# Han: unified ideographs and extension A, 々 〇, compatibility forms, extensions B and later.
FORWARDS = r"""
CREATE FUNCTION search_words(document text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(
        CASE WHEN run[1] IS NULL THEN run[2]
        ELSE (SELECT string_agg(substr(run[1], i, 2), ' ' ORDER BY i)
                FROM generate_series(1, char_length(run[1])) AS i)
        END, ' ' ORDER BY place), '')
      FROM regexp_matches(
               lower(normalize(document, NFKC)),
               '([\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+)'
               '|([a-z0-9\u00df-\u00f6\u00f8-\u024f]+)',
               'g') WITH ORDINALITY AS found(run, place)
$$;
COMMENT ON FUNCTION search_words(text) IS
    'Words of a document for to_tsvector: Han by overlapping pairs, Latin and digits whole';

CREATE FUNCTION search_list(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(word, ' ; '), '') FROM unnest(words) AS word
$$;

ALTER TABLE resource ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', search_words(title)), 'A')
    || setweight(to_tsvector('simple', search_words(search_list(keywords))), 'B')
    || setweight(to_tsvector('simple', search_words(search_list(authors))), 'B')
    || setweight(to_tsvector('simple', search_words(edition)), 'C')
    || setweight(to_tsvector('simple', search_words(abstract)), 'C')
    || setweight(to_tsvector('simple', initials), 'D')
) STORED;
CREATE INDEX resource_search ON resource USING gin (search);
CREATE INDEX page_text_search ON page_text
    USING gin (to_tsvector('simple', search_words(body)));

CREATE INDEX resource_newest_of_subject ON resource (subject, id DESC) WHERE state = 'published';
CREATE INDEX resource_newest_of_state ON resource (state, id DESC);
CREATE INDEX upload_unfinished ON upload (id)
    WHERE state IN ('completing', 'verifying');
CREATE INDEX upload_expiring ON upload (expires_at)
    WHERE state IN ('initiated', 'receiving', 'completing', 'verifying');
CREATE INDEX download_of_revision ON download (revision, school);
CREATE INDEX blob_damaged ON blob (id) WHERE damaged_at IS NOT NULL;

CREATE FUNCTION keep_previous_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.previous_state := CASE WHEN NEW.state = OLD.state THEN OLD.previous_state
                               ELSE OLD.state END;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_previous_state BEFORE UPDATE ON resource
    FOR EACH ROW EXECUTE FUNCTION keep_previous_state();
CREATE TRIGGER keep_previous_state BEFORE UPDATE ON upload
    FOR EACH ROW EXECUTE FUNCTION keep_previous_state();
ALTER TABLE resource ADD CONSTRAINT resource_step_exists
    FOREIGN KEY (previous_state, state) REFERENCES resource_transition (from_state, to_state);
ALTER TABLE upload ADD CONSTRAINT upload_step_exists
    FOREIGN KEY (previous_state, state) REFERENCES upload_transition (from_state, to_state);
ALTER TABLE revision ADD CONSTRAINT revision_resource_is_of_the_school
    FOREIGN KEY (resource, school) REFERENCES resource (id, school) ON DELETE CASCADE;
ALTER TABLE upload ADD CONSTRAINT upload_resource_is_of_the_school
    FOREIGN KEY (resource, school) REFERENCES resource (id, school) ON DELETE CASCADE;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON resource
    FOR EACH ROW EXECUTE FUNCTION audit_record('search', 'initials', 'previous_state', 'updated_at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON revision
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON storage_quota
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON storage_quota;
DROP TRIGGER audit ON revision;
DROP TRIGGER audit ON resource;
ALTER TABLE upload DROP CONSTRAINT upload_resource_is_of_the_school;
ALTER TABLE revision DROP CONSTRAINT revision_resource_is_of_the_school;
ALTER TABLE upload DROP CONSTRAINT upload_step_exists;
ALTER TABLE resource DROP CONSTRAINT resource_step_exists;
DROP FUNCTION keep_previous_state() CASCADE;
DROP INDEX blob_damaged;
DROP INDEX download_of_revision;
DROP INDEX upload_expiring;
DROP INDEX upload_unfinished;
DROP INDEX resource_newest_of_state;
DROP INDEX resource_newest_of_subject;
DROP INDEX page_text_search;
DROP INDEX resource_search;
ALTER TABLE resource DROP COLUMN search;
DROP FUNCTION search_list(text[]);
DROP FUNCTION search_words(text);
DELETE FROM upload_transition;
DELETE FROM resource_transition;
"""


def _steps() -> str:
    return "".join(
        f"INSERT INTO {table} (from_state, to_state) VALUES "
        + ", ".join(f"('{before}', '{after}')" for before, after in steps)
        + ";"
        for table, steps in (
            ("resource_transition", RESOURCE_STEPS),
            ("upload_transition", UPLOAD_STEPS),
        )
    )


async def forwards():
    return sql_migration(
        "storage", ID, DESCRIPTION, forwards=_steps() + FORWARDS, backwards=BACKWARDS
    )
