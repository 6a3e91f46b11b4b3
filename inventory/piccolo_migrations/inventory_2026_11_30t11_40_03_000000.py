"""Changes of assets, custody, work orders, models, donations and donors are noted for programs."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T11:40:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes of equipment noted"

# (table, whose row, the column with its id, in the list of a school or of all, itself or a part)
NOTED = (
    ("asset", "asset", "id", "school", "row"),
    ("custody", "asset", "asset", "school", "part"),
    ("asset_number", "asset", "asset", "school", "part"),
    ("asset_value", "asset", "asset", "school", "part"),
    ("custody", "custody", "id", "school", "row"),
    ("work_order", "work_order", "id", "school", "row"),
    ("work_order_entry", "work_order", "work_order", "school", "part"),
    ("asset_model", "asset_model", "id", "shared", "row"),
    ("donor", "donor", "id", "school", "row"),
    ("donation", "donation", "id", "school", "row"),
    ("donation_line", "donation", "donation", "school", "part"),
)
ROWS = ("asset", "custody", "work_order", "donor", "donation")
FORWARDS = "\n".join(
    f"CREATE TRIGGER changes_of_{entity} AFTER INSERT OR UPDATE OR DELETE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION note_change('{entity}', '{key}', '{whose}', '{relation}');"
    for table, entity, key, whose, relation in NOTED
)
EARLIER = "\n".join(
    "INSERT INTO row_change (at, entity, key, scope, school, action)"
    f" SELECT now(), '{table}', id::text, school, school, 'created' FROM {table};"
    for table in ROWS
)
MODELS = """
INSERT INTO row_change (at, entity, key, scope, action)
SELECT now(), 'asset_model', id::text, 0, 'created' FROM asset_model;
"""
BACKWARDS = "\n".join(
    f"DROP TRIGGER changes_of_{entity} ON {table};" for table, entity, *_ in NOTED
) + (
    "DELETE FROM row_change WHERE entity IN"
    " ('asset', 'custody', 'work_order', 'donor', 'donation', 'asset_model');"
)


async def forwards():
    return sql_migration(
        "inventory", ID, DESCRIPTION, forwards=FORWARDS + EARLIER + MODELS, backwards=BACKWARDS
    )
