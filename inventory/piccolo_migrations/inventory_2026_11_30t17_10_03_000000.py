"""An end of its own for what is sold, closed to what a donor gave on the term that it is not."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T17:10:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "sold, and the donor's term that stands against it"

# A new state comes last in the order, so that the rows in its index stay where they are.
FORWARDS = """
ALTER TABLE lifecycle_transition DROP CONSTRAINT lifecycle_transition_guards_are_known;
ALTER TABLE lifecycle_transition ADD CONSTRAINT lifecycle_transition_guards_are_known CHECK (
    guards <@ ARRAY['needs_work_order','in_custody','open_work_order','open_repair','not_wiped',
    'goes_back','not_for_sale','has_been_used','ends_custody','where_found']::varchar[]);
CREATE OR REPLACE FUNCTION lifecycle_place(state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_position(ARRAY['announced', 'received', 'triage', 'wiping', 'refurbish',
        'in_service', 'in_repair', 'lost', 'retired', 'disposed', 'written_off',
        'returned_to_donor', 'voided', 'sold'], state)
$$;
CREATE OR REPLACE FUNCTION asset_step_obstacle(asset_id bigint, before text, after text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE guards text[];
BEGIN
    SELECT t.guards::text[] INTO guards FROM lifecycle_transition t
     WHERE t.from_state = before AND t.to_state = after;
    RETURN CASE
        WHEN guards IS NULL THEN 'asset_step_exists'
        WHEN 'needs_work_order' = ANY (guards) AND NOT EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'needs_work_order'
        WHEN 'has_been_used' = ANY (guards) AND asset_has_been_used(asset_id) THEN 'has_been_used'
        WHEN 'in_custody' = ANY (guards) AND EXISTS (
             SELECT FROM custody WHERE asset = asset_id AND ended_at IS NULL) THEN 'in_custody'
        WHEN 'open_work_order' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL)
             THEN 'open_work_order'
        WHEN 'open_repair' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'open_work_order'
        WHEN 'not_wiped' = ANY (guards) AND NOT asset_is_wiped(asset_id) AND EXISTS (
             SELECT FROM asset a JOIN asset_model m ON m.id = a.model
               JOIN donation_line l ON l.id = a.donation_line JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.wipe_on_intake AND holds_data(m.kind)) THEN 'not_wiped'
        WHEN 'goes_back' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN donation_line l ON l.id = a.donation_line
               JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.return_on_end) THEN 'goes_back'
        WHEN 'not_for_sale' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN donation_line l ON l.id = a.donation_line
               JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.resale_forbidden) THEN 'not_for_sale'
    END;
END $$;
INSERT INTO lifecycle (state, position, is_end) VALUES ('sold', 13, true);
INSERT INTO lifecycle_transition (from_state, to_state, guards)
VALUES ('retired', 'sold', '{goes_back,not_for_sale,in_custody,open_work_order}');
"""

# Back again is possible while nothing was sold: the keys say so by refusing.
BACKWARDS = """
DELETE FROM lifecycle_transition WHERE to_state = 'sold';
DELETE FROM lifecycle WHERE state = 'sold';
CREATE OR REPLACE FUNCTION asset_step_obstacle(asset_id bigint, before text, after text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE guards text[];
BEGIN
    SELECT t.guards::text[] INTO guards FROM lifecycle_transition t
     WHERE t.from_state = before AND t.to_state = after;
    RETURN CASE
        WHEN guards IS NULL THEN 'asset_step_exists'
        WHEN 'needs_work_order' = ANY (guards) AND NOT EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'needs_work_order'
        WHEN 'has_been_used' = ANY (guards) AND asset_has_been_used(asset_id) THEN 'has_been_used'
        WHEN 'in_custody' = ANY (guards) AND EXISTS (
             SELECT FROM custody WHERE asset = asset_id AND ended_at IS NULL) THEN 'in_custody'
        WHEN 'open_work_order' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL)
             THEN 'open_work_order'
        WHEN 'open_repair' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'open_work_order'
        WHEN 'not_wiped' = ANY (guards) AND NOT asset_is_wiped(asset_id) AND EXISTS (
             SELECT FROM asset a JOIN asset_model m ON m.id = a.model
               JOIN donation_line l ON l.id = a.donation_line JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.wipe_on_intake AND holds_data(m.kind)) THEN 'not_wiped'
        WHEN 'goes_back' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN donation_line l ON l.id = a.donation_line
               JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.return_on_end) THEN 'goes_back'
    END;
END $$;
CREATE OR REPLACE FUNCTION lifecycle_place(state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_position(ARRAY['announced', 'received', 'triage', 'wiping', 'refurbish',
        'in_service', 'in_repair', 'lost', 'retired', 'disposed', 'written_off',
        'returned_to_donor', 'voided'], state)
$$;
ALTER TABLE lifecycle_transition DROP CONSTRAINT lifecycle_transition_guards_are_known;
ALTER TABLE lifecycle_transition ADD CONSTRAINT lifecycle_transition_guards_are_known CHECK (
    guards <@ ARRAY['needs_work_order','in_custody','open_work_order','open_repair','not_wiped',
    'goes_back','has_been_used','ends_custody','where_found']::varchar[]);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
