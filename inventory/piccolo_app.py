"""The tables and migrations of inventory/, as Piccolo finds them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="inventory",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "inventory.tables.assets",
            "inventory.tables.custody",
            "inventory.tables.attachments",
            "inventory.tables.collector",
            "inventory.tables.borrowers",
            "inventory.tables.custom_fields",
            "inventory.tables.disposals",
            "inventory.tables.visitors",
            "inventory.tables.wipes",
            "inventory.tables.holds",
            "inventory.tables.kits",
            "inventory.tables.lots",
            "inventory.tables.maintenance",
            "inventory.tables.repairs",
            "inventory.tables.rooms",
            "inventory.tables.stock",
            "inventory.tables.stocktakes",
            "inventory.tables.imports",
            "inventory.tables.transfers",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["core.piccolo_app"],
    commands=[],
)
