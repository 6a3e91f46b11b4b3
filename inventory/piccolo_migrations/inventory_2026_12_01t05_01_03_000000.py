"""Rules of function rooms, and what each should hold, holds, and lacks: computed, never stored."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T05:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules and needs of function rooms"

RULES = """
CREATE INDEX room_standard_item_of_model ON room_standard_item (model) WHERE model IS NOT NULL;
ALTER TABLE room_standard_item ADD CONSTRAINT room_standard_item_is_of_the_school
    FOREIGN KEY (standard, school) REFERENCES room_standard (id, school) ON DELETE CASCADE;
ALTER TABLE function_room ADD CONSTRAINT function_room_standard_is_of_the_school
    FOREIGN KEY (standard, school) REFERENCES room_standard (id, school);
ALTER TABLE function_room ADD CONSTRAINT function_room_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);
ALTER TABLE room_transfer ADD CONSTRAINT room_transfer_place_is_of_the_school
    FOREIGN KEY (place, school) REFERENCES place (id, school);

CREATE FUNCTION function_room_is_a_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM place WHERE id = NEW.place AND kind = 'room') THEN
        RAISE EXCEPTION 'only a room follows a list'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'function_room_is_a_room';
    END IF;
    IF EXISTS (SELECT FROM room_standard WHERE id = NEW.standard AND retired_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the list is out of use'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'function_room_standard_is_in_use';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_a_room BEFORE INSERT OR UPDATE OF place, standard ON function_room
    FOR EACH ROW EXECUTE FUNCTION function_room_is_a_room();
"""

# A thing counts for one line alone: that of its model, else of the longest class code that its own
# begins with, else of its kind; of two alike, the first in the list.
NEEDS = """
CREATE FUNCTION room_places(rooms bigint[]) RETURNS TABLE (room bigint, place bigint)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE inside AS (
        SELECT unnest(rooms) AS room, unnest(rooms) AS place
        UNION ALL
        SELECT i.room, p.id FROM inside i JOIN place p ON p.parent = i.place)
    SELECT room, place FROM inside
$$;

CREATE FUNCTION room_item_of(standard_id bigint, model_id bigint, asset_class text)
RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT i.id FROM room_standard_item i JOIN asset_model m ON m.id = model_id
     WHERE i.standard = standard_id
       AND (i.model = m.id OR i.kind = m.kind
            OR starts_with(coalesce(nullif(asset_class, ''), m.class_code), i.class_code))
     ORDER BY i.model IS NULL, i.class_code IS NULL, length(i.class_code) DESC, i.position
     LIMIT 1
$$;

CREATE FUNCTION room_needs(rooms bigint[])
RETURNS TABLE (room bigint, item bigint, should bigint, holds bigint, works bigint, coming bigint,
               gap bigint)
LANGUAGE sql STABLE AS $$
    WITH things AS (
        SELECT p.room, a.model, a.class_code::text AS class, count(*) AS holds,
               count(*) FILTER (WHERE a.lifecycle = 'in_service'
                   AND a.condition NOT IN ('broken', 'incomplete')
                   AND NOT EXISTS (SELECT FROM kit_state k
                                    WHERE k.asset = a.id AND k.state = 'unusable')) AS works,
               0::bigint AS coming
          FROM room_places(rooms) p JOIN asset a ON a.place = p.place
          JOIN lifecycle c ON c.state = a.lifecycle AND NOT c.is_end
         WHERE a.lifecycle NOT IN ('announced', 'lost', 'retired')
           AND NOT EXISTS (SELECT FROM transfer_line l JOIN transfer t ON t.id = l.transfer
                            WHERE l.asset = a.id AND l.is_open AND t.state <> 'draft')
         GROUP BY p.room, a.model, a.class_code
        UNION ALL
        SELECT p.room, l.model, '', l.on_hand + o.out, l.on_hand + o.out, 0
          FROM room_places(rooms) p JOIN lot l ON l.place = p.place
         CROSS JOIN LATERAL (SELECT coalesce(sum(outstanding), 0)::bigint AS out
                               FROM lot_loan WHERE lot = l.id) o
        UNION ALL
        SELECT r.place, a.model, a.class_code::text, 0, 0, count(*)
          FROM room_transfer r JOIN transfer_line l ON l.transfer = r.transfer AND l.is_open
          JOIN asset a ON a.id = l.asset
         WHERE r.place = any(rooms) GROUP BY r.place, a.model, a.class_code
    ), counted AS (
        SELECT t.room, room_item_of(f.standard, t.model, t.class) AS item, sum(t.holds) AS holds,
               sum(t.works) AS works, sum(t.coming) AS coming
          FROM things t JOIN function_room f ON f.place = t.room GROUP BY 1, 2
    ), needs AS (
        SELECT f.place AS room, i.id AS item,
               i.quantity * CASE WHEN i.per_seats IS NULL THEN 1
                                 ELSE ceil(f.seats::numeric / i.per_seats) END AS should,
               coalesce(c.holds, 0) AS holds, coalesce(c.works, 0) AS works,
               coalesce(c.coming, 0) AS coming
          FROM function_room f JOIN room_standard_item i ON i.standard = f.standard
          LEFT JOIN counted c ON c.room = f.place AND c.item = i.id
         WHERE f.place = any(rooms))
    SELECT room, item, should::bigint, holds::bigint, works::bigint, coming::bigint,
           greatest(should - works, 0)::bigint FROM needs
$$;
"""

AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON room_standard
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON room_standard_item
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON function_room
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON function_room;
DROP TRIGGER audit ON room_standard_item;
DROP TRIGGER audit ON room_standard;
DROP FUNCTION room_needs(bigint[]);
DROP FUNCTION room_item_of(bigint, bigint, text);
DROP FUNCTION room_places(bigint[]);
DROP FUNCTION function_room_is_a_room() CASCADE;
ALTER TABLE room_transfer DROP CONSTRAINT room_transfer_place_is_of_the_school;
ALTER TABLE function_room DROP CONSTRAINT function_room_place_is_of_the_school;
ALTER TABLE function_room DROP CONSTRAINT function_room_standard_is_of_the_school;
ALTER TABLE room_standard_item DROP CONSTRAINT room_standard_item_is_of_the_school;
DROP INDEX room_standard_item_of_model;
"""


async def forwards():
    return sql_migration(
        "inventory", ID, DESCRIPTION, forwards=RULES + NEEDS + AUDIT, backwards=BACKWARDS
    )
