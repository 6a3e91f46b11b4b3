"""What is written of a book beside its publisher, title and ISBN."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-30T20:45:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "authors, years and call numbers of books"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="inventory", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="AssetModel",
        tablename="asset_model",
        column_name="author",
        db_column_name="author",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
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
        column_name="call_number",
        db_column_name="call_number",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 40,
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
        column_name="published_year",
        db_column_name="published_year",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": None,
            "null": True,
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
        constraint_name="asset_model_books_alone",
        constraint_class=Check,
        params={
            "condition": "kind = 'book' OR (author = '' AND published_year IS NULL AND call_number = '')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="AssetModel",
        tablename="asset_model",
        constraint_name="asset_model_year_is_of_print",
        constraint_class=Check,
        params={"condition": "published_year BETWEEN 1400 AND 2100"},
        schema=None,
    )

    return manager
