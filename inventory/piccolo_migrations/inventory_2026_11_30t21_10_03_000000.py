"""Models have a class of the standard."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-30T21:10:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "models have a class of the standard"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="inventory", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="AssetModel",
        tablename="asset_model",
        column_name="class_code",
        db_column_name="class_code",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 16,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="AssetModel",
        tablename="asset_model",
        column_name="class_edition",
        db_column_name="class_edition",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 24,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="AssetModel",
        tablename="asset_model",
        constraint_name="asset_model_class_code_is_plain",
        constraint_class=Check,
        params={"condition": "class_code ~ '^([A-Z]?[0-9]{1,15})?$'"},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="AssetModel",
        tablename="asset_model",
        constraint_name="asset_model_class_has_an_edition",
        constraint_class=Check,
        params={"condition": "(class_code = '') = (class_edition = '')"},
        schema=None,
    )

    return manager
