"""The tables and migrations of inventory/, as Piccolo finds them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="inventory",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "inventory.tables.assets",
            "inventory.tables.attachments",
            "inventory.tables.custom_fields",
            "inventory.tables.repairs",
            "inventory.tables.imports",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["core.piccolo_app"],
    commands=[],
)
