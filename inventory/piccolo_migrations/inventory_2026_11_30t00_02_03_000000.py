"""The indexes of the lists of assets and work orders: each filter in their order, each search by its prefix."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:02:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of lists"

# COLLATE "C": a prefix is then a range, with prepared statements too, whatever the database's
# collation; and no plan walks the unique index of all schools' tags in search of one school's.
FORWARDS = """
CREATE INDEX asset_of_school_by_lifecycle ON asset (school, lifecycle, tag COLLATE "C");
CREATE INDEX asset_of_school_by_condition ON asset (school, condition, tag COLLATE "C");
CREATE INDEX asset_of_school_by_model ON asset (school, model, tag COLLATE "C");
CREATE INDEX asset_of_school_by_place ON asset (school, place, tag COLLATE "C") WHERE place IS NOT NULL;
CREATE INDEX asset_of_school_in_order ON asset (school, tag COLLATE "C");
CREATE INDEX asset_of_school_by_serial_prefix ON asset
    (school, lower(serial_number) COLLATE "C") WHERE serial_number IS NOT NULL;
CREATE INDEX asset_named_of_school ON asset (school, tag COLLATE "C") WHERE name <> '';
CREATE INDEX custody_open_of_school ON custody (school, asset) WHERE ended_at IS NULL;
CREATE INDEX custody_open_of_holder ON custody (holder) WHERE ended_at IS NULL;
CREATE INDEX asset_school_tag_number ON asset
    (school, (substring(tag FROM '(?:^|[^0-9])0*([0-9]{1,9})$')));
CREATE INDEX work_order_of_school ON work_order (school, opened_at DESC, id DESC);
CREATE INDEX work_order_entry_by ON work_order_entry (by, work_order) WHERE by IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX work_order_entry_by;
DROP INDEX work_order_of_school;
DROP INDEX asset_school_tag_number;
DROP INDEX custody_open_of_holder;
DROP INDEX custody_open_of_school;
DROP INDEX asset_named_of_school;
DROP INDEX asset_of_school_by_serial_prefix;
DROP INDEX asset_of_school_in_order;
DROP INDEX asset_of_school_by_place;
DROP INDEX asset_of_school_by_model;
DROP INDEX asset_of_school_by_condition;
DROP INDEX asset_of_school_by_lifecycle;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
