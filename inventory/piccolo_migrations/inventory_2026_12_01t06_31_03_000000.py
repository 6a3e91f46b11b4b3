"""Each part of a list is one of its model's, in whatever revision it stands."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T06:31:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "parts of kits are known by their names"

FORWARDS = """
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation, transfer, kit_part) = 1);

CREATE FUNCTION parts_list_line_is_of_a_kit_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kit_part (model, folded, part)
    SELECT DISTINCT ON (l.model, n.folded) l.model, n.folded, n.part
      FROM new_lines n JOIN parts_list l ON l.id = n.parts_list
     ORDER BY l.model, n.folded
        ON CONFLICT (model, folded) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER is_of_a_kit_part AFTER INSERT ON parts_list_line
    REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION parts_list_line_is_of_a_kit_part();
INSERT INTO kit_part (model, folded, part)
SELECT DISTINCT ON (l.model, n.folded) l.model, n.folded, n.part
  FROM parts_list_line n JOIN parts_list l ON l.id = n.parts_list
 ORDER BY l.model, n.folded, n.id DESC;
"""

BACKWARDS = """
DROP FUNCTION parts_list_line_is_of_a_kit_part() CASCADE;
DELETE FROM attachment WHERE kit_part IS NOT NULL;
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation, transfer) = 1);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
