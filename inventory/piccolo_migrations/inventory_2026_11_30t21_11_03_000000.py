"""The class of a model is that of its assets that have none of their own."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T21:11:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "classes of models are those of their assets"

FORWARDS = """
CREATE INDEX asset_model_class ON asset_model (class_code text_pattern_ops) WHERE class_code <> '';

CREATE FUNCTION asset_has_the_class_of_its_model() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.model = OLD.model THEN
        RETURN NEW;
    END IF;
    IF NEW.class_code = '' OR TG_OP = 'UPDATE' AND NEW.class_code = OLD.class_code AND EXISTS (
        SELECT FROM asset_model m WHERE m.id = OLD.model AND m.class_code = OLD.class_code) THEN
        SELECT m.class_code, m.class_edition INTO NEW.class_code, NEW.class_edition
          FROM asset_model m WHERE m.id = NEW.model;
        NEW.class_code := coalesce(NEW.class_code, '');
        NEW.class_edition := coalesce(NEW.class_edition, '');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER classed_by_model BEFORE INSERT OR UPDATE OF model ON asset
    FOR EACH ROW EXECUTE FUNCTION asset_has_the_class_of_its_model();

CREATE FUNCTION assets_follow_their_model() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE asset a SET class_code = NEW.class_code, class_edition = NEW.class_edition,
                       version = a.version + 1
     WHERE a.model = NEW.id
       AND ((a.class_code, a.class_edition) = (OLD.class_code, OLD.class_edition)
            OR a.class_code = '')
       AND (a.class_code, a.class_edition) <> (NEW.class_code, NEW.class_edition)
       AND NOT EXISTS (SELECT FROM lifecycle l WHERE l.state = a.lifecycle AND l.is_end);
    RETURN NULL;
END $$;
CREATE TRIGGER assets_follow AFTER UPDATE OF class_code, class_edition ON asset_model
    FOR EACH ROW
    WHEN ((OLD.class_code, OLD.class_edition) IS DISTINCT FROM (NEW.class_code, NEW.class_edition))
    EXECUTE FUNCTION assets_follow_their_model();
"""
BACKWARDS = """
DROP TRIGGER assets_follow ON asset_model;
DROP FUNCTION assets_follow_their_model();
DROP TRIGGER classed_by_model ON asset;
DROP FUNCTION asset_has_the_class_of_its_model();
DROP INDEX asset_model_class;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
