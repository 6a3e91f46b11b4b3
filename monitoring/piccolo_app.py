"""The tables and migrations of monitoring/, as Piccolo finds them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="monitoring",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "monitoring.tables.devices",
            "monitoring.tables.alerts",
            "monitoring.tables.networks",
            "monitoring.tables.rooms",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["core.piccolo_app", "inventory.piccolo_app"],
    commands=[],
)
